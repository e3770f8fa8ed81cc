"""A port whose names do not say how it is called: guesses are judged until one explains it.

A guess may acquit or explain, never accuse: one that is neither right nor explained by named
deviations was wrong, and nothing is said of the port but that it is not bound. A binding by
names stands, unless another reading of the names makes the port right.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.diagnosis.diagnose import LARGEST
from harness.diagnosis.hypotheses import IGNORED
from harness.judging.beginning import (
    SOON,
    WRONG,
    begun_by_its_own,
    begun_with_zeros,
    misses_a_place,
    never_begun,
    unbegun,
)
from harness.judging.judge import Answers, Goldens, ask, judge
from harness.judging.lacking import lacking, of_what_lacks, without
from harness.judging.seeming import (
    noted,
    only_seems,
    refuse_another,
    refuse_frozen,
    refuse_rows,
)
from harness.judging.shares import told_as_share
from harness.judging.telling import noted_untold, refuse_untold, told_otherwise
from harness.judging.through_adapter import noted_adapter
from harness.judging.verdict import Result, conclude
from harness.model.limits import PORT_SECONDS
from harness.model.observation import Fault, Unreachable
from harness.model.words import GOOD
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.transport.base import Transport
from harness.transport.guess import WAIT, Budget, Guess, Guesses
from harness.transport.hosted import HostedTransport

# How many guesses are asked.
_MOST = 6
# What is raised in place of what a class that extends another does.
_ABSTRACT = ("NotImplementedError", "UnsupportedOperationException")
# What a search for the likeliest cause may take, whatever was used up by then.
FAR_SECONDS = 8.0


def judged(port: Port, transport: Transport, goldens: Goldens, **options: Any) -> Result:
    """Judge a port as `judge` does; where names do not bind it, by the first guess that explains.

    Raises:
        BindingError: nothing that was tried explains it; says what was.
    """
    if not isinstance(transport, HostedTransport):
        return judge(port, transport, goldens, **options)
    try:
        result = _judged(port, transport, goldens, options)

        def ask_it() -> Answers:
            return ask(port, transport, goldens, **options)

        result = told_as_share(transport, _told(transport, result, ask_it), ask_it)
        refuse_another(port, transport, result)
        refuse_rows(port, result)
        result = noted_adapter(port, noted_untold(port, transport, result))
        result = noted(port, transport, result)
    except Unreachable as error:
        words = "its process ended while other ways to call it were tried"
        raise BindingError(f"not bound: {words}: {error.fault.message}") from None
    except BindingError:
        if not lacking(transport):
            raise
        return conclude(port, transport.name, fault=of_what_lacks(transport))
    if lacking(transport):
        # What it defines may be right all the same; but nothing is said against it.
        if result.stands:
            words = "; ".join(without(transport))
            return replace(result, bound="; ".join(filter(None, (words, result.bound))))
        return conclude(port, transport.name, fault=of_what_lacks(transport))
    return result


def _told(transport: HostedTransport, result: Result, ask_it: Callable[[], Answers]) -> Result:
    """The result where it is told all that it may be told.

    What names bind without that is looked at from outside, where it is handed more.

    Raises:
        BindingError: it may be told something, and nobody knows how.
    """
    try:
        again = told_otherwise(transport, result, ask_it)
        refuse_untold(again, transport)
    except BindingError as error:
        if not transport.about.explorable or "graph" in transport.way.message:
            raise
        budget = Budget()
        moved = tuple(guess for guess in transport.guesses(budget).moved if guess.explored)
        if not moved:
            raise
        seen = _called(transport, Guesses(moved, ()), ask_it, error, budget)
        again = told_otherwise(transport, seen, ask_it)
        refuse_untold(again, transport)
    return again


def _judged(
    port: Port, transport: HostedTransport, goldens: Goldens, options: Mapping[str, Any]
) -> Result:
    budget = Budget()
    whole = options.get("seconds", PORT_SECONDS)

    def ask_it(seconds: float = whole) -> Answers:
        return ask(port, transport, goldens, **{**options, "seconds": seconds})

    def guess_it() -> Answers:
        return ask_it(min(whole, budget.left * WAIT))

    try:
        answers = ask_it()
        refuse_frozen(transport, answers)
        result = answers.result(None)
        if result.verdict.word not in WRONG:
            result = answers.result()
        elif not transport.unread:
            result = answers.result(*_far(answers))
    except Unreachable as error:
        return conclude(port, transport.name, fault=error.fault)
    except BindingError as error:
        return _guessed(port, transport, guess_it, error, budget)
    fault = never_begun(result)
    abstract = fault is not None and fault.error in _ABSTRACT and transport.about.extended
    if fault and (transport.about.makes_up_state or fault.own is False or abstract):
        why = "with what it is first handed for its state"
        if abstract:
            why = "with what is there until a class that extends it does otherwise"
        elif fault.own is False and not unbegun(fault):
            why = "without what another call, or running it as a script, does first"
        refusal = f"not bound: it fails {why}: {fault.message}"
        guesses = transport.guesses(budget)
        return _called(transport, guesses, guess_it, BindingError(refusal), budget)
    if fault := misses_a_place(result):
        refusal = f"not bound: what it is handed lacks what it asks for: {fault.message}"
        guesses = transport.guesses(budget)
        return _called(transport, guesses, guess_it, BindingError(refusal), budget)
    if begun := begun_by_its_own(transport, guess_it, result):
        if begun.stands and not _doubtful(begun, transport):
            return begun
        result = begun
    # What is explained by how a port begins when it is handed nothing is its own doing.
    wrong = result.verdict.word in WRONG and not result.stands and transport.about.begins_elsewhere
    if wrong and (begun := begun_with_zeros(transport, guess_it)):
        return begun
    if _unfed(result, transport):
        return _seen(transport, guess_it, budget, result)
    if _doubtful(result, transport):
        try:
            return _read(transport, answers, guess_it, budget)
        except BindingError as error:  # what names bind is a guess itself, and a wrong one
            return _guessed(port, transport, guess_it, error, budget)
    return result


def _guessed(
    port: Port,
    transport: HostedTransport,
    ask_it: Callable[[], Answers],
    error: BindingError,
    budget: Budget,
) -> Result:
    """The result by a guess, where names do not bind a port or bind it wrongly."""
    guesses = transport.guesses(budget)
    # What moves only with what was put where the port has nothing says nothing for it.
    moved = [
        g for g in guesses.moved if not g.message.get("graph", {}).get("plan", {}).get("mended")
    ]
    if not moved and (fault := _own(guesses.faults)):
        return conclude(port, transport.name, fault=fault)
    return _called(transport, guesses, ask_it, error, budget)


def _unfed(result: Result, transport: HostedTransport) -> bool:
    """Whether a port looks like one that is not handed again what comes back.

    Of a class that shows the rest by itself, of a function by all that stops or stays.
    """
    if not transport.about.explorable:
        return False
    stands_still = result.verdict.word in ("no-update", "crashes") and transport.about.functional
    return stands_still or "state=reset" in result.deviations


def _seen(
    transport: HostedTransport, ask_it: Callable[[], Answers], budget: Budget, result: Result
) -> Result:
    """What running a port from outside shows, where that is other than what names do."""
    by_names = transport.way
    guesses = transport.guesses(budget)
    moved = tuple(guess for guess in guesses.moved if guess.explored)
    try:
        seen = _called(transport, Guesses(moved, ()), ask_it, BindingError("not seen"), budget)
    except BindingError:
        seen = result
    if "state=reset" not in seen.deviations:
        return seen
    transport.adopt(by_names)
    return result


def _read(
    transport: HostedTransport, answers: Answers, ask_it: Callable[[], Answers], budget: Budget
) -> Result:
    """The result by names, or by another reading of them that is right, or alone explained."""
    by_names = transport.way
    others: list[tuple[Guess, Answers]] = []
    for guess in transport.other_roles(budget).moved[:_MOST]:
        if not budget.left:
            break
        transport.adopt(guess)
        again = ask_it()
        right = again.result(None)
        if right.verdict.word in GOOD:
            return replace(right, bound=f"so called, {guess.title}")
        others.append((guess, again))
    transport.adopt(by_names)
    result = answers.result(SOON) if others else answers.result(*_far(answers))
    # Constants of its own are no cause where it takes numbers that it was not told.
    told = by_names.description.roles
    untold = {f"{axis}=ignored" for role, axis in IGNORED.items() if role not in told}
    own = untold & {*result.deviations}
    for guess, again in others if own or not told or not result.stands else ():
        if not budget.left:
            break
        transport.adopt(guess)
        explained = again.result(SOON)
        if told and _belied(explained, guess, by_names):
            continue
        given = {f"{IGNORED[role]}=ignored" for role in guess.description.roles if role in IGNORED}
        simpler = len(explained.deviations) < len(result.deviations)
        simpler &= not told or bool(own & given)
        if explained.stands and (simpler or not result.stands):
            return replace(explained, bound=f"so called, {guess.title}")
    transport.adopt(by_names)
    return answers.result() if others and not result.stands else result


def _far(answers: Answers) -> tuple[int, float]:
    """How far it is searched, and how long: a guess not for long before others were made."""
    return (SOON, FAR_SECONDS) if answers.described.guessed else (LARGEST, math.inf)


def _belied(explained: Result, guess: Guess, by_names: Guess) -> bool:
    """Whether a hyperparameter has no effect where this reading, other than names, has it."""
    places = {role: place for place, role in _places(by_names)}
    otherwise = {role for place, role in _places(guess) if places.get(role) != place}
    return any(
        f"{IGNORED[role]}=ignored" in explained.deviations for role in otherwise & {*IGNORED}
    )


def _places(guess: Guess) -> Iterator[tuple[tuple[str, int], str]]:
    """Where each parameter stands that has a role, and its role."""
    for key in ("construct", "call"):
        for place, role in enumerate(guess.message.get(key) or ()):
            if role is not None:
                yield (key, place), role


def _so_called(result: Result, guess: Guess) -> Result:
    """A result that says how the port was called for it."""
    said = (f"called as {guess.title}", result.bound)
    return replace(result, bound="; ".join(filter(None, said)))


def _called(
    transport: HostedTransport,
    guesses: Guesses,
    ask_it: Callable[[], Answers],
    error: BindingError,
    budget: Budget,
) -> Result:
    """The result by the first guess that is right, else by the first that is explained."""
    # A state that is made up says nothing of a port that makes one itself.
    own = {guess.owner for guess in guesses.moved if guess.begun}
    moved = tuple(g for g in guesses.moved if g.begun or g.owner not in own)
    if len({guess.owner for guess in moved}) > 1:
        if not guesses.alike:
            raise _several(moved) from error  # which is meant, nobody can tell by trying
        moved = tuple(guess for guess in moved if guess.owner == moved[0].owner)
    answers: list[tuple[Guess, Answers]] = []
    failed: list[str] = []
    # What is right without what a class does around its steps says nothing for all of it.
    for guess in sorted(moved[:_MOST], key=_of_a_part):
        if not budget.left:
            break
        transport.adopt(guess)
        again = ask_it()
        if again.frozen:
            failed.append(f"{guess.title}: its average stays nothing")
            continue
        right = again.result(None)
        if right.verdict.word in GOOD:
            if not _of_a_part(guess) or not any(_hooked(other) for other, _ in answers):
                return _so_called(right, guess)
            failed.append(f"{guess.title}: right without what is done around it, which changes it")
            continue
        if right.verdict.fault is None or right.divides_by_zero:
            answers.append((guess, again))
        failed.append(f"{guess.title}: neither right nor explained ({right.verdict.word})")
    # The likeliest is searched as any port is, if none is explained by what is soon searched:
    # many deviations explain what stands in as well, where that moves the weights.
    likeliest = [*answers[:1], *[one for one in answers[1:] if one[0].explored][:1]]
    several = [one for one in answers if len(answers) > 1 or one[0].assumed]
    searches = [
        *((guess, again, SOON) for guess, again in several),
        *((guess, again, LARGEST) for guess, again in likeliest if not guess.assumed),
    ]
    for place, (guess, again, largest) in enumerate(searches):
        if not budget.left and largest == SOON:
            continue
        transport.adopt(guess)
        # The last ones look furthest: none before takes their time, and what is left is little.
        seconds = budget.left / (len(searches) - place)
        try:
            seconds = seconds if largest == SOON else max(seconds, FAR_SECONDS)
            result = again.result(largest, seconds)
        except BindingError as other:
            failed.append(f"{guess.title}: {other}")
            continue
        if result.stands and not only_seems(guess, result):
            return _so_called(result, guess)
    if not budget.left:
        failed.insert(0, budget.message)
    message = _message(error, [*failed, *guesses.failed])
    kinds = {guess.message.get("plan", {}).get("loop") for guess in guesses.moved}
    looped = kinds == {"steps"} and not guesses.failed
    raise BindingError(message, error.near, error.unknown, looped) from error


def _of_a_part(guess: Guess) -> bool:
    """Whether it feeds one update without what surrounds it in what is called."""
    return bool(guess.message.get("plan", {}).get("loop") == "one step")


def _hooked(guess: Guess) -> bool:
    """Whether it calls what a class does before and after its steps, too."""
    return any(call.get("hook") for call in guess.message.get("plan", {}).get("calls", ()))


def _several(moved: Sequence[Guess]) -> BindingError:
    """That more than one class or function steps, and how one is named."""
    titles = {guess.owner: guess.title for guess in reversed(moved)}
    listed, names = "; ".join(titles.values()), ", ".join(sorted(titles))
    return BindingError(f"several fit: {listed}. Choose with --class NAME (one of {names})")


# What no argument causes: a name that is not there, a library that lacks a function.
_OWN = ("NameError", "UnboundLocalError")
_OF_LIBRARY = re.compile(r"AttributeError: module '\w+' has no attribute")


def _own(faults: Sequence[Fault]) -> Fault | None:
    """The fault that a port has however it is called, or for want of what it imports."""
    for fault in faults:
        surely = fault.own or fault.error in _OWN or _OF_LIBRARY.search(fault.message)
        own = surely and fault.own is not False
        if fault.kind == "not-run" or (fault.kind == "crashes" and own):
            return fault if all(f.kind == fault.kind for f in faults) else None
    return None


def _message(error: BindingError, tried: list[str]) -> str:
    if not tried:
        return str(error)
    if "[give]" in str(error):  # to say it twice, with another constant, helps nobody
        tried = [line.partition(". If constants will do")[0] for line in tried]
    lines = "\n".join(f"  {line}" for line in dict.fromkeys(tried[:8]))
    return f"{error}\nTried as\n{lines}"


def _doubtful(result: Result, transport: HostedTransport) -> bool:
    """Whether another reading of its names may say more of a port."""
    if result.verdict.word not in WRONG:
        return False
    names = result.deviations
    return (
        transport.unread
        or not names
        or any(name.endswith("=ignored") or name.startswith("schedule=") for name in names)
    )
