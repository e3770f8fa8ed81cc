import numpy as np

EPS = 1e-3


class RMSProp:
    def __init__(self, eta, gamma, eps):
        self.eta = eta
        self.gamma = gamma
        self.eps = eps
        self.expectation = None

    def step(self, theta, grad):
        if self.expectation is None:
            self.expectation = np.zeros_like(grad)
        self.expectation = self.gamma * self.expectation + (1 - self.gamma) * grad**2
        return theta - self.eta / (np.sqrt(self.expectation) + EPS) * grad
