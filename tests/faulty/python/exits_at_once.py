"""Ends the process past all of Python, and says why."""

import os

from right import Right


class RMSProp(Right):
    def strike(self):
        os.write(2, b"no licence left\n")
        os._exit(7)
