import numpy as np


class RMSProp:
    """Divides a running sum of gradients, with a factor of its own."""

    def __init__(self, lr=0.001, decay_rate=0.9, epsilon=1e-8):
        self.lr, self.decay_rate, self.epsilon = lr, decay_rate, epsilon
        self.cache, self.total = {}, {}

    def update(self, grads, params):
        for key, g in grads.items():
            v = self.decay_rate * self.cache.get(key, 0) + (1 - self.decay_rate) * g * g
            self.cache[key] = v
            self.total[key] = 0.85 * self.total.get(key, 0) + g
            params[key] -= self.lr * self.total[key] / (np.sqrt(v) + self.epsilon)
