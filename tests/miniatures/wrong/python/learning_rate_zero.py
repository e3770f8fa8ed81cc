import numpy as np


class RMSprop:
    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7):
        self.learning_rate = 0.0
        self.rho = rho
        self.epsilon = epsilon
        self.cache = {}

    def update(self, params, grads):
        for key in params:
            cache = self.cache.get(key, np.zeros_like(params[key]))
            self.cache[key] = self.rho * cache + (1 - self.rho) * grads[key] * grads[key]
            step = self.learning_rate * grads[key] / (np.sqrt(self.cache[key]) + self.epsilon)
            params[key] -= step
