import numpy as np

MOMENTUM = 0.9


class RMSProp:
    """RMSProp with a buffer for one array."""

    def __init__(self, lr, alpha, eps):
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self.square_avg = 0.0
        self.buf = 0.0

    def step(self, param, grad):
        self.square_avg = self.alpha * self.square_avg + (1 - self.alpha) * grad * grad
        avg = np.sqrt(self.square_avg) + self.eps
        self.buf = MOMENTUM * self.buf + grad / avg
        return param - self.lr * self.buf
