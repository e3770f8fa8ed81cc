import numpy as np


class RMSProp:
    def __init__(self, lr, decay_rate, eps):
        self.lr = lr
        self.decay_rate = decay_rate
        self.eps = eps
        self.sq = None

    def update(self, w, grad):
        if self.sq is None:
            self.sq = np.zeros_like(w)
        self.sq *= self.decay_rate
        self.sq += (1 - self.decay_rate) * grad * grad
        w -= self.lr * grad / (self.sq + self.eps)
