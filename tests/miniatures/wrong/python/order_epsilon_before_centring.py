import numpy as np


class RMSprop:
    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7):
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.slots = {}

    def update(self, params, grads):
        for name, g in grads.items():
            velocity, average = self.slots.get(name, (np.zeros_like(g), np.zeros_like(g)))
            velocity = self.rho * velocity + (1 - self.rho) * g * g
            average = self.rho * average + (1 - self.rho) * g
            self.slots[name] = velocity, average
            denominator = velocity + self.epsilon
            denominator = denominator - average * average
            params[name] -= self.learning_rate * g / np.sqrt(denominator)
