import numpy as np


class RMSpropTF:
    def __init__(self, lr=1e-2, alpha=0.9, eps=1e-10):
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self.square_avg = {}

    def step(self, params, grads):
        one_minus_alpha = 1.0 - self.alpha
        for name, grad in grads.items():
            if name not in self.square_avg:
                self.square_avg[name] = np.ones_like(grad)
            square_avg = self.square_avg[name]
            square_avg += one_minus_alpha * (grad * grad - square_avg)
            params[name] -= self.lr * grad / np.sqrt(square_avg + self.eps)
