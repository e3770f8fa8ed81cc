import numpy as np


class RMSProp:
    """The average is a plain np.zeros, whatever the weights are."""

    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.v = {}

    def update(self, w, dw):
        for key in w:
            v = self.v.get(key, np.zeros(w[key].shape))
            v = self.decay_rate * v + (1 - self.decay_rate) * np.square(dw[key])
            self.v[key] = v
            w[key] -= self.learning_rate * dw[key] / (np.sqrt(v) + self.epsilon)
