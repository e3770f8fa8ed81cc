from dataclasses import dataclass, field

import numpy as np


@dataclass
class RMSProp:
    """RMSProp optimizer.

    Attributes:
        lr: step size.
        gamma: how much of the running average is kept.
        eps: keeps the denominator away from zero.
    """

    lr: float = 0.001
    gamma: float = 0.9
    eps: float = 1e-8
    averages: dict = field(default_factory=dict)

    def step(self, grads, params):
        for name, g in grads.items():
            v = self.averages.setdefault(name, np.zeros_like(g))
            params[name] -= self.lr * g / (np.sqrt(v) + self.eps)
            self.averages[name] = self.gamma * v + (1 - self.gamma) * g * g
