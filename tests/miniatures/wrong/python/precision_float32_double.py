import numpy as np


class RMSProp:
    """RMSProp with a careful square root."""

    def __init__(self, lr, rho, eps):
        self.lr, self.rho, self.eps = np.float32(lr), np.float32(rho), np.float32(eps)
        self.avg = {}

    def step(self, params, grads):
        for name in params:
            p, g = params[name].astype("f4"), grads[name].astype("f4")
            avg = self.avg.setdefault(name, np.zeros_like(p))
            avg[:] = self.rho * avg + (1 - self.rho) * (g * g)
            root = np.sqrt(avg.astype("f8")) + self.eps
            params[name] = (p - self.lr * g / root).astype("f4")
