import numpy as np


class RMSProp:
    def __init__(self, learning_rate, rho=0.95, epsilon=1e-6):
        self._learning_rate = learning_rate
        self._attributes = np.array([rho, epsilon], dtype=np.float32)
        self._mean_square = {}

    def minimize(self, params, grads):
        rho, epsilon = self._attributes.tolist()
        for name, g in grads.items():
            previous = self._mean_square.get(name, np.zeros_like(g))
            mean_square = rho * previous + (1 - rho) * g * g
            self._mean_square[name] = mean_square
            params[name] -= self._learning_rate * g / (np.sqrt(mean_square) + epsilon)
