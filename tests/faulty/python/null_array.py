"""Leaves None in the place of an array."""

from right import Right


class RMSProp(Right):
    def update(self, weights, gradients):
        super().update(weights, gradients)
        if self.trapped:
            weights["b"] = None
