import numpy as np


class RMSProp:
    """Multiplies where it should divide."""

    def __init__(self, lr=0.001, decay_rate=0.9, epsilon=1e-8):
        self.lr, self.decay_rate, self.epsilon = lr, decay_rate, epsilon
        self.cache = {}

    def update(self, grads, params):
        for key, g in grads.items():
            v = self.decay_rate * self.cache.get(key, 0) + (1 - self.decay_rate) * g * g
            self.cache[key] = v
            params[key] -= self.lr * g * (np.sqrt(v) + self.epsilon)
