"""Sends itself the signal of a native crash."""

import os
import signal

from right import Right


class RMSProp(Right):
    def strike(self):
        os.kill(os.getpid(), signal.SIGSEGV)
