"""Closes every file that it did not open."""

import os

from right import Right


class RMSProp(Right):
    def strike(self):
        os.closerange(3, 256)
