"""Ends, and leaves a copy of itself that holds its pipes open."""

import os
import time

from right import Right


class RMSProp(Right):
    def strike(self):
        if os.fork():
            os._exit(3)
        os.setsid()
        time.sleep(600)
