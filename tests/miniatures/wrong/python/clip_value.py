import numpy as np


class RMSProp:
    """RMSProp as used in char-rnn."""

    def __init__(self, learning_rate=0.1, decay_rate=0.95, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.mem = {}

    def update(self, params, dparams):
        for name, param in params.items():
            dparam = np.clip(dparams[name], -1, 1)
            mem = self.mem.get(name, np.zeros_like(param))
            mem = self.decay_rate * mem + (1 - self.decay_rate) * dparam * dparam
            self.mem[name] = mem
            param += -self.learning_rate * dparam / (np.sqrt(mem) + self.epsilon)
