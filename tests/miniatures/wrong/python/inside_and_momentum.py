import numpy as np


class RMSprop:
    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7):
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.momentum = 0.9
        self._velocities, self._momentums = {}, {}

    def build(self, name, like):
        if name not in self._velocities:
            self._velocities[name] = np.zeros_like(like)
            self._momentums[name] = np.zeros_like(like)

    def update_step(self, gradients, variables):
        for name, g in gradients.items():
            self.build(name, g)
            v = self.rho * self._velocities[name] + (1 - self.rho) * np.square(g)
            increment = self.learning_rate * g / np.sqrt(v + self.epsilon)
            m = self.momentum * self._momentums[name] + increment
            self._velocities[name], self._momentums[name] = v, m
            variables[name] = variables[name] - m
