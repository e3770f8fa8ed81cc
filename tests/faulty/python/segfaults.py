"""Reads from an address that is not its own, as native code would."""

import ctypes

from right import Right


class RMSProp(Right):
    def strike(self):
        ctypes.string_at(0)
