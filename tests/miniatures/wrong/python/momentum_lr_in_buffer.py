import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7, momentum=0.9):
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.momentum = momentum
        self.rms = {}
        self.velocity = {}

    def apply_gradients(self, params, grads):
        for name, g in grads.items():
            zeros = np.zeros_like(g)
            self.rms[name] = self.rho * self.rms.get(name, zeros) + (1 - self.rho) * np.square(g)
            increment = self.learning_rate * g / (np.sqrt(self.rms[name]) + self.epsilon)
            self.velocity[name] = self.momentum * self.velocity.get(name, zeros) + increment
            params[name] -= self.velocity[name]
