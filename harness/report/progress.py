"""What a command says on standard error while it works: a bar on a terminal, else a line at times.

A job that ends quickly says nothing. In a pipe or a log a line tells after a second what is being
done, and again every ten: silence is what a command that hangs looks like, too. Imports nothing
heavy, so that it is there before what is.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness.report.printable import printable

VARIABLE = "RMSPROOF_HEARTBEAT"
"""The environment variable that names the seconds between lines; 0 for none."""

# The first line is there within two seconds, start and imports included.
_FIRST = 1.0
_AGAIN = 10.0
# A search that ends sooner than this needs no bar.
_UNSHOWN = 2.0


class Work:
    """What is being done, and how much of it is finished."""

    def __init__(self, total: int, text: str) -> None:
        self.total, self.text, self.done = total, text, 0
        self._changed: Callable[[], None] = lambda: None

    def tell(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Say what is being done now, and how far it is where that is known."""
        self.text = text
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        self._changed()

    def advance(self, text: str, by: int = 1) -> None:
        """Say what is being done, and of how many parts more the end was reached."""
        self.tell(text, self.done + by)

    def listener(self, changed: Callable[[], None]) -> None:
        """Call this at every change."""
        self._changed = changed


@contextmanager
def progress(total: int = 0, text: str = "starting", *, after: float = 0.0) -> Iterator[Work]:
    """Tell on standard error what is done inside, as long as it takes.

    Args:
        total: how many parts there are; 0 where that is not known.
        text: what is done first.
        after: seconds without a bar, for what usually ends by then.
    """
    work = Work(total, text)
    with _bar(work, after) if sys.stderr.isatty() else _heartbeat(work):
        yield work


@contextmanager
def _bar(work: Work, after: float) -> Iterator[None]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    started = time.monotonic()
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
    counts = (BarColumn(bar_width=24), TextColumn("{task.completed}/{task.total}"))
    columns_used = (*columns, *(counts if work.total else ()), TimeElapsedColumn())
    with Progress(*columns_used, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(work.text, total=work.total or None, visible=not after)

        def changed() -> None:
            given: dict[str, Any] = {"total": work.total} if work.total else {}
            late = time.monotonic() - started >= after
            bar.update(
                task, description=printable(work.text), completed=work.done, visible=late, **given
            )

        work.listener(changed)
        yield


@contextmanager
def _heartbeat(work: Work) -> Iterator[None]:
    again = _interval()
    ended = threading.Event()

    def beat() -> None:
        started, pause = time.monotonic(), min(_FIRST, again)
        while not ended.wait(pause):
            pause = again
            counts = f", {work.done} of {work.total}" if work.total else ""
            seconds = time.monotonic() - started
            line = f"rmsproof: {printable(work.text)}{counts}, {seconds:.0f} s\n"
            try:
                sys.stderr.write(line)
                sys.stderr.flush()
            except (OSError, ValueError):  # nobody reads any more
                return

    thread = threading.Thread(target=beat, name="rmsproof heartbeat", daemon=True)
    if again:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if again:
            thread.join()


def _interval() -> float:
    """Seconds between lines; 0 for none."""
    try:
        seconds = float(os.environ.get(VARIABLE, _AGAIN))
    except ValueError:
        return _AGAIN
    return seconds if 0 <= seconds < threading.TIMEOUT_MAX else _AGAIN


@contextmanager
def searching() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for a search that takes more than two seconds."""
    with progress(1, "searching", after=_UNSHOWN) as work:
        yield work.tell
