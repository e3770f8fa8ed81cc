import numpy as np


class RMSProp:
    def __init__(self, lr=0.001, beta=0.9, eps=np.float32(1e-8)):
        self.lr = lr
        self.beta = beta
        self.eps = float(np.float32(eps))
        self.v = {}

    def step(self, grads, params):
        for name, g in grads.items():
            v = self.beta * self.v.get(name, np.zeros_like(g)) + (1 - self.beta) * (g * g)
            self.v[name] = v
            params[name] -= self.lr * g / (np.sqrt(v) + self.eps)
