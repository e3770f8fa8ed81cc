"""Asks its user."""

from right import Right


class RMSProp(Right):
    def strike(self):
        input("Go on? ")
