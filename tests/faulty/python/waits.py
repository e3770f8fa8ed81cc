"""Waits for a lock that nobody lets go of."""

import threading

from right import Right


class RMSProp(Right):
    def strike(self):
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()
