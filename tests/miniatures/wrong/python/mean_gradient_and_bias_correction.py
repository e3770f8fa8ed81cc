import numpy as np


class RMSProp:
    """RMSProp for long training runs."""

    def __init__(self, lr=0.001, beta=0.9, eps=1e-8):
        self.lr = lr
        self.beta = beta
        self.eps = eps
        self.t = 0
        self.m = self.v = 0.0

    def step(self, w, g):
        self.t += 1
        self.m = self.beta * self.m + (1 - self.beta) * g
        self.v = self.beta * self.v + (1 - self.beta) * g * g
        correction = 1 - self.beta**self.t
        return w - self.lr * (self.m / correction) / (np.sqrt(self.v / correction) + self.eps)
