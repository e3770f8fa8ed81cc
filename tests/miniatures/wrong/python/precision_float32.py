import numpy as np

DTYPE = np.float32


class RMSProp:
    """RMSProp; returns the new weights."""

    def __init__(self, lr=1e-3, decay=0.9, eps=1e-8):
        self.lr = DTYPE(lr)
        self.decay = DTYPE(decay)
        self.eps = DTYPE(eps)
        self.cache = {}

    def update(self, weights, grads):
        updated = {}
        for name in weights:
            w = np.asarray(weights[name], dtype=DTYPE)
            g = np.asarray(grads[name], dtype=DTYPE)
            cache = self.cache.get(name, np.zeros(w.shape, dtype=DTYPE))
            cache = self.decay * cache + (1 - self.decay) * (g * g)
            self.cache[name] = cache
            updated[name] = w - self.lr * g / (np.sqrt(cache) + self.eps)
        return updated
