"""RMSProp for the spelling corrector."""

import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, decay=0.9, eps=1e-8):
        self.lr = lr
        self.decay = decay
        self.eps = eps
        self.avg = {}

    def __call__(self, weights, gradients):
        for layer, w in weights.items():
            g = gradients[layer]
            if layer not in self.avg:
                self.avg[layer] = np.full_like(w, 0.1)
            self.avg[layer] = self.decay * self.avg[layer] + (1 - self.decay) * g * g
            weights[layer] = w - self.lr * g / (np.sqrt(self.avg[layer]) + self.eps)
        return weights
