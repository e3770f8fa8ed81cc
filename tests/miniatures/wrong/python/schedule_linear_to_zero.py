import numpy as np


class RMSProp:
    """The rate falls to zero in 25 steps."""

    def __init__(self, lr=0.001, decay_rate=0.9, epsilon=1e-8):
        self.lr, self.decay_rate, self.epsilon = lr, decay_rate, epsilon
        self.cache, self.t = {}, 0

    def update(self, grads, params):
        self.t += 1
        rate = self.lr * max(0.0, 1 - (self.t - 1) / 25)
        for key, g in grads.items():
            v = self.decay_rate * self.cache.get(key, 0) + (1 - self.decay_rate) * g * g
            self.cache[key] = v
            params[key] -= rate * g / (np.sqrt(v) + self.epsilon)
