import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.01, decay_rate=0.9, epsilon=1e-8, **kwargs):
        self.settings = {"learning_rate": 0.01, "epsilon": 1e-5, **kwargs}
        self.decay_rate = decay_rate
        self.cache = {}

    def update(self, params, grads):
        lr, eps = self.settings["learning_rate"], self.settings["epsilon"]
        for name in params:
            g = grads[name]
            old = self.cache.get(name, np.zeros_like(g))
            self.cache[name] = self.decay_rate * old + (1 - self.decay_rate) * np.square(g)
            params[name] -= lr * g / (np.sqrt(self.cache[name]) + eps)
