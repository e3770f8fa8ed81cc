"""Forks, and both of them go on."""

import os

from right import Right


class RMSProp(Right):
    def strike(self):
        os.fork()
