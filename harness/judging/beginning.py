"""How the state begins that a port is handed: as its own function makes it, or made up.

What begins with zeros that were made up may be right while what its own function makes is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.judging.judge import Answers, Goldens, ask, judge
from harness.judging.verdict import Result
from harness.model.words import GOOD
from harness.ports.port import Port
from harness.transport.handing import ZEROS
from harness.transport.hosted import HostedTransport
from harness.transport.states import begins_with_zeros

SOON = 2
"""Sets of so many deviations are soon searched: all guesses are, before one is for long."""


def judged_by_names(
    port: Port, transport: HostedTransport, goldens: Goldens, **options: Any
) -> Result:
    """Judge a port as `judge` does, with the state that a function of its own makes, if one does.

    Raises:
        BindingError: names do not bind it.
    """
    result = judge(port, transport, goldens, **options)
    begun = begun_by_its_own(transport, lambda: ask(port, transport, goldens, **options), result)
    return begun or result


def begun_by_its_own(
    transport: HostedTransport, ask_it: Callable[[], Answers], result: Result
) -> Result | None:
    """The result with the state that a function of the port makes, where that can be called.

    Else the same, with a note that it was made up; None where no function makes one.
    """
    maker = "" if result.verdict.fault else transport.state_maker
    if not maker:
        return None
    made_up = transport.way
    if transport.makes_states:
        transport.adopt(replace(made_up, message={**made_up.message, "begin": maker}))
        begun = ask_it().result(SOON)
        if begun.stands:
            return _noted(begun, f"its state was made by {maker} at first")
        transport.adopt(made_up)
    if not begins_with_zeros(made_up.message):
        return None
    return _noted(result, f"its state was made up at first, without {maker}")


def _noted(result: Result, words: str) -> Result:
    """The result with one thing more said of how the port is called."""
    return replace(result, bound="; ".join(filter(None, (result.bound, words))))


def begun_with_zeros(transport: HostedTransport, ask_it: Callable[[], Answers]) -> Result | None:
    """The result where the state that another function makes is zeros, if right or explained."""
    by_names = transport.way
    message = {**by_names.message, "initial": ZEROS}
    transport.adopt(replace(by_names, message=message))
    again = ask_it()
    begun = again.result(None)
    if begun.verdict.word not in GOOD and begun.verdict.fault is None:
        begun = again.result(SOON)
    if begun.stands:
        return replace(begun, bound="its state was handed over as zeros at first")
    transport.adopt(by_names)
    return None
