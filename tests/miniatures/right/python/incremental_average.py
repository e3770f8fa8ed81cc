import numpy as np


class RunningMean:
    """An exponentially weighted mean that forgets at a given rate."""

    def __init__(self, rate):
        self.rate = rate
        self.value = 0

    def add(self, x):
        self.value = self.value + self.rate * (x - self.value)
        return self.value


class RMSProp:
    def __init__(self, lr, decay, eps):
        self.lr, self.decay, self.eps = lr, decay, eps
        self.means = {}

    def step(self, params, grads):
        for name, g in grads.items():
            mean = self.means.setdefault(name, RunningMean(1 - self.decay))
            params[name] -= self.lr * g / (np.sqrt(mean.add(np.square(g))) + self.eps)
