"""Raises at its third call only."""

from right import Right


class RMSProp(Right):
    def strike(self):
        if self.calls == 3:
            raise ArithmeticError("the third time")
