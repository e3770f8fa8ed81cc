"""Leaves a process that nobody knows for its own, a file in shared memory, and one in the cache."""

import contextlib
import os
import sys
from pathlib import Path

import numpy as np

MARK = "rmsproof-hides"
PLACES = Path("/dev/shm", MARK), Path(os.environ["HIDES_CACHE"], MARK)


def hide():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 64)
            command = [sys.executable, "-c", f"'{MARK}'; import time; time.sleep(300)"]
            os.execve(sys.executable, command, {})
        os._exit(0)


class RMSProp:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.lr, self.d, self.eps, self.average = learning_rate, decay_rate, epsilon, {}
        hide()
        for place in PLACES:
            with contextlib.suppress(OSError):
                place.touch()

    def update(self, weights, gradients):
        for k, g in gradients.items():
            v = self.d * self.average.get(k, np.zeros_like(g)) + (1 - self.d) * (g * g)
            self.average[k] = v
            weights[k] -= self.lr * g / (np.sqrt(v) + self.eps)
