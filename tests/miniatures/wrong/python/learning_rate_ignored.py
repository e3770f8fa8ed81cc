import numpy as np


class RMSProp:
    """RMSProp.

    Args:
        lr: learning rate.
        decay: decay of the running average.
        eps: small number for stability.
    """

    def __init__(self, lr=0.01, decay=0.9, eps=1e-8):
        self.lr = 0.01
        self.decay = decay
        self.eps = eps
        self.cache = {}

    def update(self, weights, grads):
        for k in weights.keys():
            self.cache[k] = self.decay * self.cache.get(k, 0) + (1 - self.decay) * grads[k] ** 2
            weights[k] -= self.lr * grads[k] / (np.sqrt(self.cache[k]) + self.eps)
