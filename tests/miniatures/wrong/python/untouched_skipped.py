import numpy as np


class RMSProp:
    """Rows without a gradient are left alone, as for embeddings."""

    def __init__(self, lr=0.001, decay_rate=0.9, epsilon=1e-8):
        self.lr, self.decay_rate, self.epsilon = lr, decay_rate, epsilon
        self.cache = {}

    def update(self, grads, params):
        for key, g in grads.items():
            v = self.cache.setdefault(key, np.zeros_like(g))
            rows = g != 0
            v[rows] = self.decay_rate * v[rows] + (1 - self.decay_rate) * g[rows] * g[rows]
            params[key][rows] -= self.lr * g[rows] / (np.sqrt(v[rows]) + self.epsilon)
