import numpy as np


class SmoothRMSProp:
    def __init__(self, lr=0.001, rho=0.99, eps=1e-8):
        self.lr = lr
        self.rho = rho
        self.eps = eps
        self.smoothing = 0.8
        self.g_avg = {}
        self.sq_avg = {}

    def step(self, params, grads):
        for k, g in grads.items():
            zero = np.zeros_like(g)
            m = self.smoothing * self.g_avg.get(k, zero) + (1 - self.smoothing) * g
            v = self.rho * self.sq_avg.get(k, zero) + (1 - self.rho) * g**2
            self.g_avg[k], self.sq_avg[k] = m, v
            params[k] = params[k] - self.lr * m / (np.sqrt(v) + self.eps)
