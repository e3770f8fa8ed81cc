import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.01, decay_rate=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.cache = {}

    def accumulate(self, grads):
        for name, g in grads.items():
            old = self.cache.get(name, np.zeros_like(g))
            self.cache[name] = self.decay_rate * old + (1 - self.decay_rate) * g * g

    def update(self, params, grads):
        self.accumulate(grads)
        for name in params:
            root = np.sqrt(self.cache[name]) + self.epsilon
            params[name] -= self.learning_rate * grads[name] / root
            return params
