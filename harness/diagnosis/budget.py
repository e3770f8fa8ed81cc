"""How long a search may take, and who is told how far it is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told what is tried, how many of it were, and how many there are."""


clock: Callable[[], float] = time.monotonic
"""Seconds; another clock where a search shares the machine with others and is to be measured."""


class OutOfTime(Exception):
    """The budget is used up; what was tried until then is known."""


class Budget:
    """A time that ends, and a listener.

    Args:
        seconds: from now on; None for no end.
        progress: called as the search goes on.
    """

    def __init__(self, seconds: float | None = None, progress: Progress | None = None) -> None:
        self._started = clock()
        self._seconds = math.inf if seconds is None else seconds
        self._progress = progress

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return clock() - self._started

    @property
    def left(self) -> float:
        """Seconds until the end, infinite without one."""
        return self._seconds - self.spent

    def check(self) -> None:
        """Raise OutOfTime if the time is up."""
        if self.left <= 0:
            raise OutOfTime

    def tell(self, what: str, done: int, total: int) -> None:
        """Say how far the search is."""
        if self._progress is not None:
            self._progress(what, done, total)
