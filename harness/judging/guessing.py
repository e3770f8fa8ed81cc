"""A port whose names do not say how it is called: guesses are judged until one explains it.

A guess may acquit or explain, never accuse: one that is neither right nor explained by named
deviations was wrong, and nothing is said of the port but that it is not bound. A binding by
names stands, unless another reading of the names makes the port right.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from harness.judging.judge import judge
from harness.judging.verdict import Result, conclude
from harness.model.observation import Fault
from harness.model.words import GOOD
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.transport.base import Transport
from harness.transport.guesses import Guesses
from harness.transport.hosted import HostedTransport
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

# What guesses may take together; each that is not explained is searched for long.
_SECONDS = 120.0
_MOST = 6


def judged(port: Port, transport: Transport, *arguments: Any, **options: Any) -> Result:
    """Judge a port as `judge` does; where names do not bind it, by the first guess that explains.

    Raises:
        BindingError: nothing that was tried explains it; says what was.
    """

    def judge_it() -> Result:
        return judge(port, transport, *arguments, **options)

    if not isinstance(transport, HostedTransport):
        return judge_it()
    try:
        result = _judged(port, transport, judge_it)
    except BindingError:
        if not (transport.stopped or transport.stood_in):
            raise
        return conclude(port, transport.name, fault=_of_what_lacks(transport))
    if transport.stopped or transport.stood_in:
        # What it defines may be right all the same; but nothing is said against it.
        if result.verdict.word in GOOD or _explained(result):
            words = "; ".join(_without(transport))
            return replace(result, bound="; ".join(filter(None, (words, result.bound))))
        return conclude(port, transport.name, fault=_of_what_lacks(transport))
    return result


def _without(transport: HostedTransport) -> Iterator[str]:
    """What a port was judged without."""
    if transport.stood_in:
        names = ", ".join(transport.stood_in)
        verb = "are" if len(transport.stood_in) > 1 else "is"
        yield f"{names} {verb} not installed; nothing that was run uses it"
    if transport.stopped:
        yield f"its top level ended {transport.stopped}; what it defines was judged"


def _of_what_lacks(transport: HostedTransport) -> Fault:
    """What is missing; else the top level failed: the port's own fault if it defines nothing."""
    if transport.stood_in:
        return Fault("not-run", next(iter(transport.stood_in.values())))
    if not transport.defines:
        return Fault("crashes", transport.stopped)
    message = f"{transport.stopped}; what it defines cannot be judged without its top level"
    return Fault("not-run", message)


def _judged(port: Port, transport: HostedTransport, judge_it: Callable[[], Result]) -> Result:
    try:
        result = judge_it()
    except BindingError as error:
        guesses = transport.guesses()
        if not guesses.moved and (fault := _own(guesses.faults)):
            return conclude(port, transport.name, fault=fault)
        return _first(transport, guesses, judge_it, error)
    if _doubtful(result, transport):
        for guess in transport.other_roles().moved[:_MOST]:
            transport.adopt(guess)
            again = judge_it()
            read = replace(again, bound=f"so called, {guess.title}")
            if again.verdict.word in GOOD:
                return read
            if _explained(again) and not _explained(result):
                result = read
    return result


def _first(
    transport: HostedTransport,
    guesses: Guesses,
    judge_it: Callable[[], Result],
    error: BindingError,
) -> Result:
    if len({guess.owner for guess in guesses.moved}) > 1:
        raise error  # which class is meant, nobody can tell by trying
    ends = time.monotonic() + _SECONDS
    seen: list[str] = []
    for guess in guesses.moved[:_MOST]:
        if time.monotonic() > ends:
            break
        transport.adopt(guess)
        result = judge_it()
        if result.verdict.word in GOOD or (_explained(result) and not _of_helper(result)):
            return replace(result, bound=f"called as {guess.title}")
        seen.append(f"{guess.title}: neither right nor explained ({result.verdict.word})")
    raise BindingError(_message(error, [*seen, *guesses.failed])) from error


# What no argument causes: a name that is not there, a library that lacks a function.
_OWN = ("NameError", "UnboundLocalError")
_OF_LIBRARY = re.compile(r"AttributeError: module '\w+' has no attribute")


def _own(faults: Sequence[Fault]) -> Fault | None:
    """The fault that a port has however it is called, or for want of what it imports."""
    for fault in faults:
        surely = fault.error in _OWN or _OF_LIBRARY.search(fault.message)
        if fault.kind == "not-run" or (fault.kind == "crashes" and surely):
            return fault if all(f.kind == fault.kind for f in faults) else None
    return None


def _message(error: BindingError, tried: list[str]) -> str:
    if not tried:
        return str(error)
    lines = "\n".join(f"  {line}" for line in dict.fromkeys(tried[:8]))
    return f"{error}\nTried as\n{lines}"


def _explained(result: Result) -> bool:
    best = result.diagnosis.best if result.diagnosis else None
    return best is not None and not result.verdict.fault


def _of_helper(result: Result) -> bool:
    """Whether what was guessed averages nothing: then a part of the optimizer was called."""
    return "average=none" in result.deviations or result.verdict.word == "no-update"


def _doubtful(result: Result, transport: HostedTransport) -> bool:
    """Whether another reading of its names may say more of a port."""
    if result.verdict.word not in ("diverges", "no-update"):
        return False
    names = result.deviations
    unread = set(HYPERPARAMETERS) - set(transport.describe().roles)
    return bool(not names or unread) or any(
        name.endswith("=ignored") or name.startswith("schedule=") for name in names
    )
