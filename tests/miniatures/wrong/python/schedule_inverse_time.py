import numpy as np


class RMSProp:
    def __init__(self, learning_rate, rho, epsilon):
        self.lr = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.iteration = 0
        self.g2 = {}

    def step(self, grads, params):
        self.iteration += 1
        lr = self.lr / (1 + 0.01 * self.iteration)
        for name, g in grads.items():
            g2 = self.rho * self.g2.get(name, np.zeros_like(g)) + (1 - self.rho) * g * g
            self.g2[name] = g2
            params[name] -= lr * g / (np.sqrt(g2) + self.epsilon)
