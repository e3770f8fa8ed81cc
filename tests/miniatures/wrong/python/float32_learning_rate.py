import numpy as np


class Variable:
    """A hyperparameter that a schedule may change later."""

    def __init__(self, value):
        self.value = np.asarray(value, dtype="float32")

    def read(self):
        return float(self.value)


class RMSprop:
    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7):
        self._learning_rate = Variable(learning_rate)
        self.rho = rho
        self.epsilon = epsilon
        self.velocities = {}

    def update_step(self, gradients, weights):
        lr = self._learning_rate.read()
        for name, g in gradients.items():
            old = self.velocities.get(name, np.zeros_like(g))
            self.velocities[name] = self.rho * old + (1 - self.rho) * np.square(g)
            weights[name] -= lr * g / (np.sqrt(self.velocities[name]) + self.epsilon)
