import numpy as np


class RMSProp:
    def __init__(self, lr=0.001, rho=0.9, eps=1e-8, max_norm=1.0):
        self.lr = lr
        self.rho = rho
        self.eps = eps
        self.max_norm = max_norm
        self.v = {}

    def _prepare(self, grads):
        total = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
        if total <= self.max_norm:
            return grads
        return {name: g * (self.max_norm / total) for name, g in grads.items()}

    def step(self, params, grads):
        for name, g in self._prepare(grads).items():
            self.v[name] = self.rho * self.v.get(name, 0.0) + (1 - self.rho) * g**2
            params[name] -= self.lr * g / (np.sqrt(self.v[name]) + self.eps)
