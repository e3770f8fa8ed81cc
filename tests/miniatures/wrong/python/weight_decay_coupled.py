import numpy as np


class RMSProp:
    def __init__(self, lr=0.001, alpha=0.99, eps=1e-8, weight_decay=0.01):
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self.weight_decay = weight_decay
        self.square_avg = {}

    def step(self, params, grads):
        for name in params:
            grad = grads[name] + self.weight_decay * params[name]
            if name not in self.square_avg:
                self.square_avg[name] = np.zeros_like(grad)
            avg = self.square_avg[name]
            avg *= self.alpha
            avg += (1 - self.alpha) * grad * grad
            params[name] -= self.lr * grad / (np.sqrt(avg) + self.eps)
