import numpy as np


class RMSProp:
    """The rate is multiplied by 0.93 after every step."""

    def __init__(self, lr=0.001, decay_rate=0.9, epsilon=1e-8):
        self.lr, self.decay_rate, self.epsilon = lr, decay_rate, epsilon
        self.cache, self.t = {}, 0

    def update(self, grads, params):
        self.t += 1
        rate = self.lr * 0.93 ** (self.t - 1)
        for key, g in grads.items():
            v = self.decay_rate * self.cache.get(key, 0) + (1 - self.decay_rate) * g * g
            self.cache[key] = v
            params[key] -= rate * g / (np.sqrt(v) + self.epsilon)
