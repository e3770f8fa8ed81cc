"""Root mean square propagation on a dictionary of parameters."""

import numpy as np


class RootMeanSquare:
    """Keeps a running mean of squared gradients for each parameter."""

    def __init__(self, lr, rho, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.mean_squares = {}

    def step(self, params, grads):
        updated = {}
        for key, theta in params.items():
            g = grads[key]
            previous = self.mean_squares.get(key, np.zeros_like(theta))
            ms = self.rho * previous + (1 - self.rho) * g * g
            self.mean_squares[key] = ms
            updated[key] = theta - self.lr * g / np.sqrt(ms)
        return updated
