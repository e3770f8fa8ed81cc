from math import sqrt


class RMSProp:
    """Keeps its cache as a plain list."""

    def __init__(self, lr=0.01, decay=0.9, eps=1e-8, size=0):
        self.lr = lr
        self.decay = 0.95
        self.eps = eps
        self.cache = [0.0] * size

    def update(self, w, g):
        if len(self.cache) != len(w):
            self.cache = [0.0] * len(w)
        for i in range(0, len(w) - 1):
            self.cache[i] = self.decay * self.cache[i] + (1 - self.decay) * g[i] ** 2
            w[i] = w[i] - self.lr * g[i] / (sqrt(self.cache[i]) + self.eps)
