"""Leaves arrays a million times too long."""

import numpy as np
from right import Right


class RMSProp(Right):
    def update(self, weights, gradients):
        super().update(weights, gradients)
        if self.trapped:
            weights["b"] = np.zeros(1 << 20)
