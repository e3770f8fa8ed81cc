import numpy as np


class RMSProp:
    def __init__(self, lr, decay, eps):
        self.lr = lr
        self.decay = decay
        self.eps = eps
        self.nu = {}
        self.mu = {}

    def update(self, grads, params):
        out = {}
        for name, g in grads.items():
            zero = np.zeros_like(g)
            self.nu[name] = self.decay * self.nu.get(name, zero) + (1 - self.decay) * g**2
            self.mu[name] = self.decay * self.mu.get(name, zero) + (1 - self.decay) * g
            variance = self.nu[name] - self.mu[name] ** 2
            out[name] = params[name] - self.lr * g / np.sqrt(variance + self.eps)
        return out
