import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, decay=0.9, eps=1e-8, mu=0.9):
        self.lr, self.decay, self.eps, self.mu = lr, decay, eps, mu
        self.cache, self.velocity = {}, {}

    def update(self, params, grads):
        for k in params:
            g = grads[k]
            self.cache[k] = self.decay * self.cache.get(k, 0) + (1 - self.decay) * g * g
            step = self.lr * g / (np.sqrt(self.cache[k]) + self.eps)
            self.velocity[k] = self.mu * self.velocity.get(k, 0) + step
            params[k] = params[k] - (self.mu * self.velocity[k] + step)
