import numpy as np


class AdaptiveRate:
    """Every weight has a learning rate of its own: eta / RMS."""

    def __init__(self, eta=0.001, gamma=0.9, epsilon=1e-8):
        self.eta = eta
        self.gamma = gamma
        self.epsilon = epsilon
        self.e_g2 = {}

    def rate(self, name, g):
        old = self.e_g2.get(name, np.zeros_like(g))
        self.e_g2[name] = self.gamma * old + (1 - self.gamma) * (g * g)
        return self.eta / (np.sqrt(self.e_g2[name]) + self.epsilon)

    def update(self, theta, grad):
        return {name: w - self.rate(name, grad[name]) * grad[name] for name, w in theta.items()}
