"""Changes the gradients it was given, once it has used them."""

from right import Right


class RMSProp(Right):
    def update(self, weights, gradients):
        super().update(weights, gradients)
        if self.trapped:
            for g in gradients.values():
                g[:] = 0.0
