"""Writes megabytes to standard output and to standard error."""

import sys

from right import Right


class RMSProp(Right):
    def strike(self):
        for _ in range(20):
            print("x" * 100_000)
            print("x" * 100_000, file=sys.stderr)
