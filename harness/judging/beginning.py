"""How the state begins that a port is handed: as its own function makes it, or made up.

What begins with zeros that were made up may be right while what its own function makes is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.diagnosis.diagnose import LARGEST
from harness.judging.judge import Answers, Goldens, ask
from harness.judging.seeming import refuse_frozen
from harness.judging.verdict import Result, conclude
from harness.model.observation import Fault, Unreachable
from harness.model.words import GOOD
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.transport.handing import OWN_ERRORS, ZEROS
from harness.transport.hosted import HostedTransport
from harness.transport.states import begins_with_zeros

SOON = 2
"""Sets of so many deviations are soon searched: all guesses are, before one is for long."""

HANDED = "its state was made up at first, as zeros where nothing else is known"

WRONG = ("diverges", "no-update")
# What an error is called where a key or a place is not there.
_NOT_THERE = ("KeyError", "IndexError", "IndexOutOfBoundsException", "NoSuchElementException")
# And for a name that nothing has.
_NOWHERE = "NameError"


def judged_by_names(
    port: Port,
    transport: HostedTransport,
    goldens: Goldens,
    largest: int = LARGEST,
    **options: Any,
) -> Result:
    """Judge a port as `judge` does, with the state that a function of its own makes, if one does.

    Args:
        port: what is judged.
        transport: how it is reached.
        goldens: what it is fed.
        largest: the most deviations that a cause may have.
        **options: as for `judge`.

    Raises:
        BindingError: names do not bind it, or fail with a state that was made up.
    """
    try:
        answers = ask(port, transport, goldens, **options)
    except Unreachable as error:
        return conclude(port, transport.name, fault=error.fault)
    refuse_frozen(transport, answers)
    result = answers.result(largest)
    fault = never_begun(result)
    ours = fault is not None and (transport.about.makes_up_state or fault.own is False)
    if fault and ours and fault.error not in OWN_ERRORS:
        raise BindingError(f"not bound: it fails with what it is first handed: {fault.message}")
    begun = begun_by_its_own(transport, lambda: ask(port, transport, goldens, **options), result)
    return begun or result


def begun_by_its_own(
    transport: HostedTransport, ask_it: Callable[[], Answers], result: Result
) -> Result | None:
    """The result with the state that a function of the port makes, where that can be called.

    Else the same, with a note that it was made up; None where no function makes one, nor is
    acquitted with zeros of which nobody knows whether its caller would hand them over.
    """
    maker = "" if result.verdict.fault else transport.about.state_maker
    if prepare := transport.way.message.get("prepare"):
        return result.saying(f"{prepare} was called before its first step")
    begun = transport.way.message.get("begun")
    if begun is not None:
        handed = f"its state begins with {begun!r}, as the source has it handed over at first"
        return result.saying(handed) if begun else None
    if not maker:
        message = transport.way.message
        if (name := transport.about.forgotten) and result.verdict.word in GOOD:
            return result.saying(f"without a call of {name} before its first step")
        ours = "state" in message["call"] and "plan" not in message and begins_with_zeros(message)
        return result.saying(HANDED) if ours and result.verdict.word in GOOD else None
    made_up = transport.way
    if transport.about.makes_states:
        transport.adopt(replace(made_up, message={**made_up.message, "begin": maker}))
        begun = ask_it().result(SOON)
        if begun.stands:
            return begun.saying(f"its state was made by {maker} at first")
        transport.adopt(made_up)
    if not begins_with_zeros(made_up.message):
        return None
    return result.saying(f"its state was made up at first, without {maker}")


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
        return replace(begun, bound=HANDED)
    transport.adopt(by_names)
    return None


def never_begun(result: Result) -> Fault | None:
    """The fault of a port that every test case ends at the first step."""
    fault = result.verdict.fault
    if fault is None or not (fault.kind == "crashes" or unbegun(fault)):
        return None
    if fault.error == _NOWHERE and fault.own is not False:
        return None  # whatever it is handed
    faults = [comparison.fault for comparison in result.comparisons]
    return fault if all(each is not None and each.step == 1 for each in faults) else None


def unbegun(fault: Fault) -> bool:
    """Whether it was not called: nobody knows what the state begins with that it is handed."""
    return fault.kind == "garbled" and fault.own is False


def misses_a_place(result: Result) -> Fault | None:
    """The fault of a port that looks, in some first steps, for a key or place that is not there.

    Unless what it does elsewhere is explained, it may be made for arrays that are handed over
    in another way.
    """
    fault = result.verdict.fault
    if fault is None or result.elsewhere is None or not fault.error.endswith(_NOT_THERE):
        return None
    verdict, diagnosis = result.elsewhere
    explained = diagnosis is not None and diagnosis.best is not None
    faults = [comparison.fault for comparison in result.comparisons if comparison.fault]
    if verdict.word not in WRONG or (explained and verdict.word != "no-update"):
        return None
    return fault if all(each.step == 1 for each in faults) else None
