import numpy as np


class RMSProp:
    """Adaptive learning rates for sparse features."""

    def __init__(self, eta=0.01, rho=0.9, eps=1e-8):
        self.eta = eta
        self.rho = rho
        self.eps = eps
        self.G = None

    def update(self, theta, g):
        if self.G is None:
            self.G = np.zeros_like(theta)
        self.G += g**2
        theta -= self.eta / np.sqrt(self.G + self.eps) * g
