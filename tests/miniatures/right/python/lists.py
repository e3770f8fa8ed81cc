"""RMSProp in twenty lines of plain Python."""

from math import sqrt


class RMSProp:
    def __init__(self, lr=0.01, decay=0.9, eps=1e-8):
        self.lr = lr
        self.decay = decay
        self.eps = eps
        self.cache = {}

    def step(self, params, grads):
        new = {}
        for name, values in params.items():
            old = self.cache.get(name, [0.0] * len(values))
            cache = [self.decay * v + (1 - self.decay) * g * g for v, g in zip(old, grads[name])]
            roots = [sqrt(v) + self.eps for v in cache]
            new[name] = [w - self.lr * g / r for w, g, r in zip(values, grads[name], roots)]
            self.cache[name] = cache
        return new
