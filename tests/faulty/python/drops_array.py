"""Leaves an array out."""

from right import Right


class RMSProp(Right):
    def update(self, weights, gradients):
        super().update(weights, gradients)
        if self.trapped:
            del weights["b"]
