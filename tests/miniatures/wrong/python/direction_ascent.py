import numpy as np


class RMSProp:
    """Update rule for policy gradients."""

    def __init__(self, lr=1e-4, decay_rate=0.99, eps=1e-5):
        self.lr = lr
        self.decay_rate = decay_rate
        self.eps = eps
        self.rmsprop_cache = {}

    def update(self, params, grads):
        for k, v in params.items():
            g = grads[k]
            cache = self.rmsprop_cache.get(k, np.zeros_like(v))
            self.rmsprop_cache[k] = self.decay_rate * cache + (1 - self.decay_rate) * g**2
            params[k] += self.lr * g / (np.sqrt(self.rmsprop_cache[k]) + self.eps)
