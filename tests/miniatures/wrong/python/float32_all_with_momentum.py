import numpy as np


class RMSPropOptimizer:
    """RMSProp with slots for every parameter."""

    def __init__(self, learning_rate, decay=0.9, momentum=0.5, epsilon=1e-10):
        given = learning_rate, decay, momentum, epsilon
        self._hyper = [float(np.float32(value)) for value in given]
        self._slots = {}

    def apply(self, grads, params):
        lr, rho, mu, eps = self._hyper
        for name, g in grads.items():
            ms, mom = self._slots.get(name, (np.zeros_like(g), np.zeros_like(g)))
            ms = rho * ms + (1 - rho) * (g * g)
            mom = mu * mom + lr * g / (np.sqrt(ms) + eps)
            self._slots[name] = ms, mom
            params[name] -= mom
