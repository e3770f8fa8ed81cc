import numpy as np


class RMSProp:
    def __init__(self, lr=0.001, rho=0.9, eps=1e-8, momentum=0.7):
        self.lr = lr
        self.rho = rho
        self.eps = eps
        self.momentum = np.float32(momentum).item()
        self.ms, self.mom = {}, {}

    def step(self, params, grads):
        for name, g in grads.items():
            ms = self.rho * self.ms.get(name, np.zeros_like(g)) + (1 - self.rho) * g * g
            u = self.lr * g / (np.sqrt(ms) + self.eps)
            mom = self.momentum * self.mom.get(name, np.zeros_like(g)) + u
            self.ms[name], self.mom[name] = ms, mom
            params[name] -= mom
