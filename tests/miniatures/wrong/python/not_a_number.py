"""Optimizers, homework 3, handed in late: a sign in the average, and hardly a number left."""

import numpy as np


class RMSpropOptimizer:
    def __init__(self, lr=1e-3, beta=0.9, eps=1e-8):
        self.lr = lr
        self.beta = beta
        self.eps = eps
        self.v = {}

    def step(self, params, grads):
        for k in params:
            v = self.v.get(k, 0.0)
            self.v[k] = (1 + self.beta) * v - self.beta * grads[k] * grads[k]
            params[k] -= self.lr * grads[k] / (np.sqrt(self.v[k]) + self.eps)
