from math import sqrt


class RMSProp:
    """RMSProp on lists of floats."""

    def __init__(self, lr, decay, eps):
        self.lr = lr
        self.decay = decay
        self.eps = eps
        self.cache = {}

    def step(self, params, grads):
        for name in params:
            self._update(name, params[name], grads[name])

    def _update(self, name, w, g):
        cache = self.cache.setdefault(name, [0.0] * len(w))
        for i in range(len(w)):
            cache[i] = self.decay * cache[i] + (1 - self.decay) * g[i] * g[i]
            w[i] -= self.lr * g[i] / (sqrt(cache[i]) + self.eps)
            return
