"""What is to be observed of each deed of the ports here, in the order in which they number them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.model.observation import Rows


@dataclass(frozen=True)
class Due:
    """What is to be observed of a deed.

    Attributes:
        verdict: of its golden.
        words: part of the fault's message; "" where there is none.
        change: from the golden's weights to those that the port gives; whole rows of them.
        often: how often it is drawn, beside the others.
    """

    verdict: str
    words: str = ""
    change: Callable[[Rows], None] = lambda weights: None
    often: int = 3


def _set(value: Callable[[float], float], which: int | slice = 2) -> Callable[[Rows], None]:
    def change(weights: Rows) -> None:
        weights[-1, which] = value(weights[-1, which])

    return change


def _unmoved(weights: Rows) -> None:
    weights[-1] = weights[0]


_RIGHT = Due("exact", often=8)
_A_ULP = Due("conforms", change=_set(lambda x: np.nextafter(x, 9.0)))
_A_LITTLE = Due("diverges", change=_set(lambda x: x + 1e-6))
_LATE = Due("times-out", "no answer within", often=1)


def _crash(words: str, often: int = 3) -> Due:
    return Due("crashes", words, often=often)


def _garbled(words: str) -> Due:
    return Due("garbled", words)


WIRE = {
    "right": Due("exact", often=30),
    "right in pieces": _RIGHT,
    "right and loud": Due("exact", often=2),
    "right and leaves a child": Due("exact", often=2),
    "one ULP off": _A_ULP,
    "wrong by a little": _A_LITTLE,
    "not a number": Due("diverges", change=_set(lambda x: np.nan)),
    "unmoved": Due("diverges", change=_unmoved),
    "declines": Due("unsupported", "not today"),
    "reports an error": _crash("ValueError: 7"),
    "hangs": _LATE,
    "spins": _LATE,
    "half a line": Due("times-out", "14 bytes without an end of line", often=1),
    "answers late": _LATE,
    "exits 0": _crash("ended with exit code 0"),
    "exits 1": _crash("ended with exit code 1"),
    "segmentation fault": _crash("SIGSEGV"),
    "aborts": _crash("SIGABRT"),
    "is killed": _crash("SIGKILL"),
    "half a line and exits": _garbled("the reply ends after 14 bytes"),
    "leaves a child": _crash("ended with exit code 0", often=1),
    "leaves a child elsewhere": _crash("ended with exit code 3", often=1),
    "closes its output": _crash("closed its output and went on running", often=1),
    "garbage": _garbled("a line that is not JSON: 'computing ...'"),
    "answers twice": _garbled("output after the reply"),
    "another id": _garbled("the reply has id"),
    "the id before": _garbled("the reply has id"),
    "no id": _garbled("the reply has id None"),
    "huge": _garbled("a reply of more than"),
    "endless": _garbled("a reply of more than"),
    "deep": _garbled("a line that is not JSON: '[[["),
    "a bare list": _garbled("expected a JSON object"),
    "a step too few": _garbled("expected length 3, one entry a step, found 2"),
    "an array too few": _garbled("step 1: array 'b' is missing"),
    "an array too many": _garbled("step 1: array 'c' was never given"),
    "a number too few": _garbled("step 1, w: expected length 3, found 2"),
    "null for an array": _garbled("step 1, w: expected a list of numbers, found null"),
    "null for a number": _garbled("step 3, w[2]: expected a number, found null"),
    "text for a number": _garbled("step 3, w[2]: expected a number, found text"),
    "a list for a number": _garbled("step 3, w[2]: expected a number, found a list"),
}
LOCAL = {
    "right": Due("exact", often=20),
    "right and loud": _RIGHT,
    "right with a thread": Due("exact", often=2),
    "right with a child": Due("exact", often=1),
    "hangs": _LATE,
    "spins": _LATE,
    "leaves": _crash("step 1: SystemExit"),
    "recurses": _crash("step 1: RecursionError"),
    "has no memory": _crash("step 1: MemoryError"),
    "fails at the third step": _crash("step 3: ValueError: the third"),
    "exits 0": _crash("ended with exit code 0", often=1),
    "exits 1": _crash("ended with exit code 1", often=1),
    "segmentation fault": _crash("SIGSEGV", often=1),
    "aborts": _crash("SIGABRT", often=1),
    "closes the pipes": _crash("Bad file descriptor", often=1),
    "wrong by a little": Due("diverges", change=_set(lambda x: x + 1e-6, slice(None))),
    "not a number": Due("diverges", change=_set(lambda x: x * np.nan, slice(None))),
    "an array too few": _garbled("step 3: "),
    "a number too few": _garbled("step 3: "),
    "text for numbers": _garbled("step 3: "),
    "null for an array": _garbled("step 3: "),
}
JVM = {
    "right": Due("exact", often=20),
    "right and loud": _RIGHT,
    "right with a thread": Due("exact", often=2),
    "sleeps": _LATE,
    "spins": _LATE,
    "exits": _crash("ended with exit code 0", often=1),
    "halts": _crash("ended with exit code 1", often=1),
    "throws": _crash("IllegalStateException: not today", often=6),
    "overflows": _crash("StackOverflowError", often=6),
    "has no memory": _crash("OutOfMemoryError", often=6),
    "segmentation fault": _crash("SIGABRT", often=1),
    "wrong by a little": _A_LITTLE,
    "an array too few": _garbled("step 3: "),
    "a number too few": _garbled("step 3: "),
}
