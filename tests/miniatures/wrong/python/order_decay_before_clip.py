import numpy as np


class RMSProp:
    def __init__(self, lr=0.001, rho=0.9, eps=1e-8, wd=0.05, clip_gradient=1.0):
        self.lr = lr
        self.rho = rho
        self.eps = eps
        self.wd = wd
        self.clip_gradient = clip_gradient
        self.n = {}

    def update(self, weights, grads):
        for index, weight in weights.items():
            grad = grads[index] + self.wd * weight
            grad = np.clip(grad, -self.clip_gradient, self.clip_gradient)
            n = self.rho * self.n.get(index, np.zeros_like(weight)) + (1 - self.rho) * grad**2
            self.n[index] = n
            weight[:] -= self.lr * grad / (np.sqrt(n) + self.eps)
