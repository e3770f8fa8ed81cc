"""Writes to every file that it did not open."""

import contextlib
import os

from right import Right


class RMSProp(Right):
    def strike(self):
        for fd in range(3, 32):
            with contextlib.suppress(OSError):
                os.write(fd, b"step done\n")
