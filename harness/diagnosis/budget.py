"""How much work a search may do, and who is told how far it is.

A search is measured by the processor time of its own thread, so that what else a machine does
changes no answer. A limit on the clock on the wall is there only so that nobody waits for ever.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told what is tried, how many of it were, and how many there are."""


clock: Callable[[], float] = time.thread_time
"""Seconds of the processor that the thread took; a budget is asked where it was made."""
wall: Callable[[], float] = time.monotonic
"""Seconds that go by."""

WAIT = 10
"""So many times its budget a search may last: no answer changes until a machine is so busy."""


class OutOfTime(Exception):
    """The budget is used up; what was tried until then is known."""


class Budget:
    """Processor time that ends, and a listener.

    Args:
        seconds: of processor time, from now on; None for no end.
        progress: called as the search goes on.
    """

    def __init__(self, seconds: float | None = None, progress: Progress | None = None) -> None:
        self._started, self._began = clock(), wall()
        self._seconds = math.inf if seconds is None else seconds
        self._progress = progress

    @property
    def spent(self) -> float:
        """Seconds of processor time since the start."""
        return clock() - self._started

    @property
    def waited(self) -> float:
        """Seconds that went by since the start."""
        return wall() - self._began

    @property
    def left(self) -> float:
        """Seconds of processor time until the end, infinite without one."""
        return min(self._seconds - self.spent, self._seconds - self.waited / WAIT)

    @property
    def interrupted(self) -> bool:
        """Whether too much time went by for the work that was done in it."""
        return self.waited >= WAIT * self._seconds

    def check(self) -> None:
        """Raise OutOfTime if the time is up."""
        if self.left <= 0:
            raise OutOfTime

    def tell(self, what: str, done: int, total: int) -> None:
        """Say how far the search is."""
        if self._progress is not None:
            self._progress(what, done, total)
