"""Calls itself until Python has enough."""

from right import Right


class RMSProp(Right):
    def strike(self):
        self.strike()
