"""Which way of handing over the weights a port wants: each that its shape leaves open is tried.

Parameters' names do not say whether weights are wanted in a map, in a list or one array a call.
One short scenario of ordinary numbers, fed before anything is judged, settles it. Where no way
works, the port is not bound: whether the call or the port is at fault cannot be told, unless
what went wrong says so by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from harness.model.observation import Fault, Observation, Unreachable, flat_weights
from harness.ports.binding import BindingError
from python_ref.scenarios.scenario import Scenario

# Weights far larger than any step, so that weights are told from updates and averages. Two arrays
# of different lengths, the first the shorter, so that a list of arrays is not taken for a matrix.
TRIAL = Scenario(
    name="trial",
    catches="",
    learning_rate=0.125,
    decay_rate=0.5,
    epsilon=0.25,
    weights={"a": np.array([72.0, 112.0]), "b": np.array([64.0, -96.0, 80.0])},
    gradients=[{"a": np.array([-1.5, 3.0]), "b": np.array([1.0, -2.0, 0.5])}] * 2,
)

_LARGE = replace(
    TRIAL, gradients=[{name: g * 2.0**12 for name, g in row.items()} for row in TRIAL.gradients]
)

_EMPTY = replace(
    TRIAL,
    weights={**TRIAL.weights, "a": np.zeros(0)},
    gradients=[{**row, "a": np.zeros(0)} for row in TRIAL.gradients],
)

# Numbers that are this near are the same but for their rounding.
_NEAR = 1e-9
# The initial state that is all zeros: what fails with it does not fail for want of a state.
ZEROS = 2
# Errors that no argument causes.
OWN_ERRORS = frozenset("NameError UnboundLocalError NotImplementedError".split())
# How Python's messages name the containers that a port is handed.
_OURS = re.compile(r"'(?:dict|list|tuple|str|float|int|numpy\.ndarray|numpy\.float64)'")


class Conversation(Protocol):
    """The part of a transport that trying needs."""

    def bind(self, message: dict[str, Any]) -> None:
        """Tell the host what to construct and call."""

    def run(self, scenario: Scenario, precision: str) -> Observation:
        """Feed a whole scenario."""


@dataclass(frozen=True)
class Tried:
    """A way of handing over the weights, and what came of it."""

    way: dict[str, Any]
    observation: Observation

    @property
    def fault(self) -> Fault | None:
        """Why it did not work, if it did not."""
        return self.observation.fault

    @property
    def container(self) -> str:
        """What held the weights: "map", "list" or "array"."""
        return self.observation.facts.container

    @property
    def moved(self) -> bool:
        """It worked, and the weights moved."""
        return self.fault is None and self.observation.facts.where != "nowhere"


def chosen(
    conversation: Conversation,
    title: str,
    ways: Sequence[dict[str, Any]],
    precision: str,
    storages: Sequence[str],
) -> Tried:
    """Try ways in their order, and choose the one in which the port is fed.

    Args:
        conversation: with a port that is loaded.
        title: what is bound, for messages.
        ways: bindings that differ in storage and initial state.
        precision: what arrays hold.
        storages: what a way's storage is called, for messages.

    Raises:
        BindingError: none works; says what came of each.
    """
    tried: list[Tried] = []
    for way in ways:
        attempt = _tried(conversation, way, precision)
        tried.append(attempt)
        fatal = attempt.fault is not None and attempt.fault.fatal
        if fatal and (attempt.fault is None or attempt.fault.step is None):
            return attempt  # it took its process with it, and would again
        if attempt.moved and attempt.container == "map":
            return attempt
    moved = [t for t in tried if t.moved]
    if moved and all(map(_as_matrix, moved)):
        raise BindingError(f"not bound: {title} takes a list of arrays for the rows of a matrix")
    if moved := [t for t in moved if not _as_matrix(t)]:
        return _whole_or_single(conversation, _most_moved(moved), precision)
    # Lists of arrays may hold lists again: that nothing moves in them says nothing. Nor does it
    # where a state that begins empty cut short what went over it.
    whole = [t for t in tried if t.way.get("initial", ZEROS) % (ZEROS + 1) == ZEROS]
    if still := [t for t in whole if t.fault is None and t.container != "list"]:
        if unread := still[0].observation.facts.unread:
            raise BindingError(
                f"not bound: {title} changes nothing that it is given, and what the {unread} holds"
                " that it returns is not known"
            )
        if missed := next(filter(None, (t.observation.facts.missed for t in still)), ""):
            raise BindingError(f"not bound: {title} looks for gradients called {missed}")
        return still[0]
    failed = [t for t in tried if t.fault is not None]
    if own := _own_failure(failed):
        return own
    raise BindingError(_nothing_works(title, tried, storages))


def _tried(
    conversation: Conversation, way: dict[str, Any], precision: str, fed: Scenario = TRIAL
) -> Tried:
    """What comes of one way; one that the types do not admit is none that works."""
    try:
        conversation.bind(way)
    except Unreachable as error:
        if error.fault.fatal:
            raise
        return Tried(way, Observation(np.zeros((0, fed.size)), fault=error.fault))
    return Tried(way, conversation.run(fed, precision))


def _as_matrix(t: Tried) -> bool:
    """Whether a list was taken for rows as long as the first one: what is beyond does not move."""
    if t.container != "list" or not len(t.observation.weights):
        return False
    changed = t.observation.weights[-1] != flat_weights(TRIAL)
    first, second = np.split(changed, [len(next(iter(TRIAL.weights.values())))])
    return bool(first.all() and second[: len(first)].all() and not second[len(first) :].any())


def _most_moved(moved: Sequence[Tried]) -> list[Tried]:
    """Of ways that work those in which most arrays move: biases may be no part of a call."""

    def count(t: Tried) -> int:
        if not len(t.observation.weights):
            return 0
        ends = np.cumsum([len(w) for w in TRIAL.weights.values()])[:-1]
        changed = t.observation.weights[-1] != flat_weights(TRIAL)
        return sum(bool(part.any()) for part in np.split(changed, ends))

    most = max(map(count, moved))
    return [t for t in moved if count(t) == most]


def _whole_or_single(conversation: Conversation, moved: Sequence[Tried], precision: str) -> Tried:
    """Of ways that work: one array a call, unless a list of arrays gives other numbers.

    A loop over parameters also runs over the elements of one; where it treats an array as a
    whole (a norm), only the list is what was meant. Norms of gradients may be cut when large; of an
    empty array no list of numbers can be put together.
    """
    single = next((t for t in moved if t.container == "array"), None)
    listed = next((t for t in moved if t.container == "list"), None)
    if single is None or listed is None:
        return moved[0]
    both = single, listed
    alike = _alike(single.observation, listed.observation)
    for probe in (_LARGE, _EMPTY) if alike else ():
        one, other = (_tried(conversation, t.way, precision, probe).observation for t in both)
        alike &= _alike(one, other) or other.fault is not None
    return single if alike else listed


def _alike(one: Observation, other: Observation) -> bool:
    same = len(one.weights) == len(other.weights)
    return same and np.allclose(one.weights, other.weights, rtol=_NEAR, equal_nan=True)


# In the words of Java's reflection.
_MISFIT = "IllegalArgumentException: argument type mismatch"
# Where a port of Clojure asks for a reference, or for what has a protocol, and was handed a value.
_VALUE = re.compile(
    r"class (?:clojure\.lang\.Persistent\w+|\[[DF]|(?:java\.lang\.)?Double) cannot be cast to class"
    r" (?:clojure\.lang\.\w*(?:Ref|Atom|Volatile|IDeref)|java\.util\.concurrent\.Future)\b"
    r"|No implementation of method: .* found for class: (?:nil|clojure\.lang\.Persistent\w+|\[D)"
)


def _own_failure(failed: Sequence[Tried]) -> Tried | None:
    """The way in which a failure is surely the port's own; None if there is none."""
    # What a method was never called with is no failure of its own.
    failed = [t for t in failed if _MISFIT not in _words(t) or (t.fault and t.fault.line)]
    if any(_VALUE.search(_words(t)) for t in failed):
        return None  # whatever else it said, it was told of something else
    if all(t.fault and t.fault.misread for t in failed):
        return None  # what came back may hold weights all the same
    for t in failed:
        if t.fault and (t.fault.step == 0 or t.fault.error in OWN_ERRORS):
            return t  # while it was constructed, or for what it lacks itself
    furthest = max(failed, key=lambda t: len(t.observation.weights), default=None)
    if furthest is not None and len(furthest.observation.weights):
        return furthest
    # A state that starts with nothing may be what is missing: zeros tell more.
    telling = [t for t in failed if t.way.get("initial", ZEROS) == ZEROS] or list(failed)
    if not telling:
        return None
    if len({_words(t) for t in telling}) == 1 or len({t.way["storage"] for t in telling}) == 1:
        return telling[0]
    if garbled := [t for t in telling if t.fault and t.fault.kind == "garbled"]:
        return next((t for t in garbled if t.fault and not t.fault.misread), None)
    return _deepest(telling)


def _deepest(failed: Sequence[Tried]) -> Tried | None:
    """The way that came furthest in the port's own source, if more than one failed there alike."""
    lines = {t.fault.line for t in failed if t.fault and t.fault.line is not None}
    deepest = [t for t in failed if t.fault and lines and t.fault.line == max(lines)]
    agreed = len(deepest) > 1 and len({_words(t) for t in deepest}) == 1
    return deepest[0] if agreed and not _OURS.search(_words(deepest[0])) else None


def _words(tried: Tried) -> str:
    return tried.fault.message if tried.fault else ""


def _nothing_works(title: str, tried: Sequence[Tried], storages: Sequence[str]) -> str:
    came: dict[str, list[str]] = {}
    for t in tried:
        words = _words(t) or "runs, and nothing in them moves"
        came.setdefault(words, [])
        if (name := storages[t.way["storage"]]) not in came[words]:
            came[words].append(name)
    lines = "\n".join(f"  {', '.join(names)}: {words}" for words, names in came.items())
    return (
        f"not bound: {title} does not work with weights and gradients as they were handed over\n"
        f"{lines}\n"
        "Check a function of (learning_rate, decay_rate, epsilon, gradients, weights) over maps of"
        " arrays or one array that calls it"
    )
