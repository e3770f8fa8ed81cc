"""Leaves an array that is one element short."""

from right import Right


class RMSProp(Right):
    def update(self, weights, gradients):
        super().update(weights, gradients)
        if self.trapped:
            weights["b"] = weights["b"][:-1]
