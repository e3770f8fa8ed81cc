import numpy as np


def clip_grads(grads, max_norm):
    total_norm = np.sqrt(sum(np.sum(g * g) for g in grads.values()))
    rate = max_norm / (total_norm + 1e-6)
    if rate < 1:
        return {name: g * rate for name, g in grads.items()}
    return grads


class RMSProp:
    def __init__(self, lr=0.001, alpha=0.99, eps=1e-8):
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self.square_avg = {}

    def step(self, params, grads):
        for name, g in clip_grads(grads, 1.0).items():
            old = self.square_avg.get(name, 0.0)
            self.square_avg[name] = self.alpha * old + (1 - self.alpha) * g * g
            params[name] -= self.lr * g / (np.sqrt(self.square_avg[name]) + self.eps)
