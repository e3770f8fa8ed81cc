"""The user ends the run: by Ctrl-C, SIGTERM, or a terminal that is gone.

Once judging has begun, it is whoever judges that hears of it, as a KeyboardInterrupt. Before,
there is nobody yet: the entry point then starts the same command once more, told that it was
ended and deaf to signals, and its report says that nothing was judged.
"""

from __future__ import annotations

import math
import os
import signal
import time
from typing import Any

_NAME = "RMSPROOF_ENDED"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# The impatient press twice: what ends the processes and writes the report is not ended itself.
_GRACE_SECONDS = 10.0
_begun = _asked = _given_up = False
_last = -math.inf


def hear() -> None:
    """Turn the signals that end a run into KeyboardInterrupt; those that are ignored stay so."""
    global _last  # noqa: PLW0603
    _last = -math.inf
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _heard)


def begun() -> bool:
    """Whether judging has begun, or was ended before it could."""
    return _begun or _NAME in os.environ


def behind(error: BaseException | None) -> bool:
    """Whether an error came of an interruption, as where a class was being made."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def environment() -> dict[str, str]:
    """The environment of the process that reports that nothing was judged."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # which a process that is started takes over
    return {**os.environ, _NAME: "1"}


def begin() -> None:
    """Judging begins. Raises KeyboardInterrupt where the user has ended the run.

    He may have while something was imported that lets nothing through.
    """
    global _begun, _asked
    _begun, asked, _asked = True, _asked, False
    resume()
    if asked or _NAME in os.environ:
        raise KeyboardInterrupt


def give_up() -> None:
    """What is under way comes to nothing: whoever waits for something waits no longer."""
    global _given_up  # noqa: PLW0603
    _given_up = True


def resume() -> None:
    """What is begun from now on is no part of what was given up."""
    global _given_up  # noqa: PLW0603
    _given_up = False


def given_up() -> bool:
    """Whether the run that has begun is being ended."""
    return _given_up


def _heard(_signal: int, _frame: Any) -> None:
    global _asked, _last  # noqa: PLW0603
    _asked = not _begun
    if time.monotonic() - _last > _GRACE_SECONDS:
        _last = time.monotonic()
        raise KeyboardInterrupt
