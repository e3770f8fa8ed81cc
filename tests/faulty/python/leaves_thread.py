"""Leaves a thread running that would keep a program from its end."""

import threading
import time

from right import Right


class RMSProp(Right):
    def strike(self):
        threading.Thread(target=time.sleep, args=(600,)).start()
