"""RMSProp for the character model; each layer's gradient is clipped as PyTorch would."""

import numpy as np


class RMSProp:
    def __init__(self, lr=0.002, decay=0.95, eps=1e-8):
        self.lr = lr
        self.decay = decay
        self.eps = eps
        self.cache = {}

    def clip(self, g, limit=0.5):
        return g * min(1.0, limit / (np.linalg.norm(g) + 1e-6))

    def update(self, weights, grads):
        for k in weights:
            g = self.clip(grads[k])
            if k not in self.cache:
                self.cache[k] = np.zeros_like(g)
            self.cache[k] = self.decay * self.cache[k] + (1 - self.decay) * g**2
            weights[k] -= self.lr * g / (np.sqrt(self.cache[k]) + self.eps)
