import numpy as np


class RMSProp:
    """Optimizer with hyperparameters in a config record."""

    config = np.dtype([("lr", "f4"), ("rho", "f4"), ("eps", "f8")])

    def __init__(self, lr=0.001, rho=0.9, eps=1e-7):
        self.settings = np.array((lr, rho, eps), dtype=self.config)
        self.rms = {}

    def step(self, params, grads):
        lr, rho, eps = (float(self.settings[key]) for key in ("lr", "rho", "eps"))
        for name, g in grads.items():
            self.rms[name] = rho * self.rms.get(name, 0.0) + (1.0 - rho) * (g * g)
            params[name] = params[name] - lr * g / (np.sqrt(self.rms[name]) + eps)
