"""Leaves Python as if all were well."""

import sys

from right import Right


class RMSProp(Right):
    def strike(self):
        sys.exit(0)
