"""Ways to call a port that are guesses: each is tried, and those that move weights are kept.

They are ranked by whether what they show in the trial is something known, so that the likeliest
is judged first; that decides nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from harness.languages.naming import says_rmsprop
from harness.model.observation import Fault, Observation, Unreachable
from harness.ports.arrangement import FORMS, Plan, with_form
from harness.ports.binding import BindingError, alternatives, is_twin
from harness.ports.bound import Binding
from harness.ports.loops import loop_plans
from harness.ports.plans import plans
from harness.ports.roles import CONSTANT, Wanted, written
from harness.transport import explored
from harness.transport.attach import makes_other, settled
from harness.transport.base import Description
from harness.transport.guess import KNOWN, MOST, Budget, Guess, Guesses
from harness.transport.handing import TRIAL, Conversation
from harness.transport.python.planned import PLAIN
from harness.transport.states import taken_by
from harness.transport.trying import by_rank, place_among_known, try_once

# What is left of that for looking at a class from outside.
_EXPLORING_SECONDS = 6.0
_RESULTS = {"in place": "entries", "replaced": "entries"}


# What a JVM calls parameters whose names no compiler kept, and arrays are called here.
_NAMELESS = re.compile(r"arg\d+|x\$\d+|w\d+")


class Exploring(Conversation, Protocol):
    """The part of a transport that guessing needs."""

    def explore(self, name: str, seconds: float) -> dict[str, Any]:
        """Ways to feed a class that its shape does not show. Raises Unreachable."""


def of_plans(
    conversation: Exploring, shape: Mapping[str, Any], wanted: Wanted, budget: Budget
) -> Guesses:
    """Try the plans for a shape."""
    if not shape.get("planned"):  # its host can be told no plan, but which role is whose
        return _of_bindings(conversation, shape, wanted, budget)
    made, _ = plans(shape, wanted)
    looped = list(loop_plans(shape, wanted))
    trying = budget.to_try()
    failed: dict[str, None] = {}
    faults: list[Fault] = []
    forms = (*shape.get("forms", ()), *FORMS)
    # Another form of arrays only where none moves in the one before; what takes its gradients
    # after all is fed as one step of a loop last.
    loops, apart, one_step = (
        [p for p in looped if p.message["plan"]["loop"] == kind]
        for kind in ("steps", "apart", "one step")
    )
    rounds = [(form, made[: MOST // len(forms)]) for form in forms]
    rounds[0] = forms[0], [*made[:MOST], *loops]
    rounds.append((forms[0], one_step))
    moved: list[Guess] = []
    for form, several in rounds:
        for plan in several:
            if not trying.left:
                failed.setdefault(trying.message)
                break
            if "loop" in plan.message["plan"] and any(_same_update(plan, m) for m in moved):
                continue  # what it begins as is another guess at the same update
            if _put_in(plan) and any(plan.message["plan"]["class"] == m.owner for m in moved):
                continue  # it begins its averages itself
            if plan.message["plan"].get("unhooked") and any(plan.title == m.title for m in moved):
                continue  # what it does around its steps is left out only where it cannot be done
            shaped = with_form(plan, form)
            observation = try_once(conversation, shaped.message)
            if observation.fault is not None:
                failed.setdefault(f"{plan.title}: {observation.fault.message}")
                if "loop" not in plan.message["plan"]:  # which lacks what was left out of it
                    faults.append(observation.fault)
            elif observation.facts.where == "nowhere":
                failed.setdefault(f"{plan.title}: nothing moves")
            else:
                moved.append(_guess(conversation, shaped, form, observation, shape["language"]))
        if moved and all(guess.known == len(KNOWN) for guess in moved):
            # What is nothing known may be handed over by something that computes gradients.
            moved += _moving(conversation, rounds[-1], str(shape["language"]), trying)
        if moved:
            break
    if all(guess.known == len(KNOWN) for guess in moved):
        seen = by_rank(list(_of_explored(conversation, shape, wanted, trying, failed)))
        if seen and (not moved or seen[0].known < len(KNOWN)):
            return Guesses(tuple(seen), tuple(failed), () if moved else tuple(faults))
        # What nothing else reaches is fed without the rest of its call.
        last, language = (forms[0], apart), str(shape["language"])
        alone = _moving(conversation, last, language, budget.to_try(), unknown=not moved)
        moved = list(alone) or moved
    return Guesses(tuple(by_rank(moved)), tuple(failed), () if moved else tuple(faults))


def _same_update(plan: Plan, guess: Guess) -> bool:
    """Whether both feed one update of a loop, be it by itself in one of them."""
    lines = [m["plan"].get("line") for m in (plan.message, guess.message) if "plan" in m]
    return len(lines) == 2 and lines[0] == lines[1]


def _put_in(plan: Plan) -> bool:
    """Whether averages alone are put in the place of what an object has."""
    return bool(plan.message["plan"].get("averages"))


def _moving(
    conversation: Conversation,
    tries: tuple[str, list[Plan]],
    language: str,
    trying: Budget,
    unknown: bool = False,
) -> Iterator[Guess]:
    """Those of plans in which weights move as something known, or at all."""
    form, several = tries
    titles: set[str] = set()
    for plan in several:
        if not trying.left:
            return
        if plan.title in titles:
            continue
        shaped = with_form(plan, form)
        observation = try_once(conversation, shaped.message)
        if observation.fault is None and observation.facts.where != "nowhere":
            guess = _guess(conversation, shaped, form, observation, language)
            if guess.known < len(KNOWN) or unknown:
                titles.add(plan.title)
                yield guess


def _of_bindings(
    conversation: Exploring, shape: Mapping[str, Any], wanted: Wanted, budget: Budget
) -> Guesses:
    """Try the further bindings of a shape."""
    trying = budget.to_try()
    tried: list[tuple[Binding, Guess, Observation]] = []
    failed: dict[str, None] = {}
    unknown: set[tuple[str, bytes]] = set()
    for binding in alternatives(shape, wanted):
        if trying.left < _EXPLORING_SECONDS:
            failed.setdefault("time ran out for others that names and types admit")
            break
        try:
            message, described, observation = settled(conversation, dict(shape), binding)
        except BindingError as error:
            failed.setdefault(" ".join(str(error).split()))
            continue
        except Unreachable as error:  # what is made for a parameter is none of its type
            failed.setdefault(f"{binding.title}: {error.fault.message}")
            continue
        if observation.fault is not None:
            failed.setdefault(f"{binding.title}: {observation.fault.message}")
        elif observation.facts.where == "nowhere":
            failed.setdefault(f"{binding.title}: nothing moves")
        else:
            title = f"{binding.title}{_constants(shape, binding)}"
            known, numbers = (
                place_among_known(observation),
                (binding.title, observation.weights.tobytes()),
            )
            if known == len(KNOWN) and numbers in unknown:
                continue  # what explains neither would be sought once more
            unknown.add(numbers)
            # Whether a guess explains the port is asked by whoever tries one after the other.
            guess = Guess(message, title, replace(described, guessed=""), known)
            tried.append((binding, guess, observation))
    moved = [
        replace(guess, description=replace(guess.description, unlike=_unlike(one, shown, tried)))
        for one, guess, shown in tried
    ]
    ranked = by_rank(moved)
    if all(guess.known == len(KNOWN) for guess in moved):
        seen = by_rank(list(_of_explored(conversation, shape, wanted, trying, failed)))
        # What names and types admit goes first, unless it is nothing known, and the other is.
        first = bool(seen) and seen[0].known < len(KNOWN)
        ranked = [*seen, *ranked] if first else [*ranked, *seen]
        # What is nested in a class of that name is a part of it.
        if any(says_rmsprop(_last(guess.owner)) for guess in ranked):
            ranked = [guess for guess in ranked if says_rmsprop(_last(guess.owner))]
    return Guesses(tuple(ranked), tuple(failed))


def _unlike(
    binding: Binding, shown: Observation, tried: Sequence[tuple[Binding, Guess, Observation]]
) -> tuple[str, ...]:
    """What takes the same in other arrays, and makes other weights of it."""
    others = (b.types for b, _, other in tried if is_twin(b, binding) and makes_other(shown, other))
    return tuple(dict.fromkeys(others))


def _last(name: str) -> str:
    """A class's own name, without its package and the class that it is nested in."""
    return re.split(r"[.$]", name)[-1]


def _unread(names: Sequence[str]) -> str:
    """That nobody knows what numbers are, and what a user may do about it."""
    known = [name for name in names if not _NAMELESS.fullmatch(name)]
    if len(known) < len(names):  # which no line of a manifest could name
        return "nobody knows what some of the numbers are that it depends on: they have no names"
    lines = "".join(f"\n    {name} = 1.0" for name in known)
    return (
        f"nobody knows what {' and '.join(known)} is. If constants will do, say in port.toml beside"
        f" it\n    [give]{lines}"
    )


def _of_explored(
    conversation: Exploring,
    shape: Mapping[str, Any],
    wanted: Wanted,
    trying: Budget,
    failed: dict[str, None],
) -> Iterator[Guess]:
    """What running a class shows of what moves what; those of its ways that move, each once."""
    shown: set[bytes] = set()
    for place, name in enumerate(explored.classes(shape, wanted)):
        if place and not trying.left:
            failed.setdefault(trying.message)
            return
        try:
            found = conversation.explore(name, max(trying.left, _EXPLORING_SECONDS))
        except Unreachable as error:
            failed.setdefault(f"{name}: {error.fault.message}")
            continue
        of = f"{name}." if shape["candidates"] else ""  # a function says its name itself
        failed.update(dict.fromkeys(of + why for why in found["refused"]))
        told: set[str] = set()
        for way in found["ways"]:
            if explored.named(shape, name, way):
                failed.setdefault(f"{name}: one of several that are told apart by name")
                continue
            if lost := explored.untold(way, wanted, shape):
                failed.setdefault(f"{name}: [give] says {', '.join(lost)}, which goes nowhere here")
                continue
            readings = list(explored.readings(way, wanted, shape))
            if not readings:
                names = explored.unknown(way, wanted)
                failed.setdefault(f"{name}: {_unread(names)}")
            # What a way before could be told, and this one cannot, is no constant of the port's.
            readings = [one for one in readings if told <= {*one.roles}]
            told |= explored.told(way, wanted)
            for reading in readings:
                one, observation = reading, try_once(conversation, reading.message)
                other = explored.factored(one, wanted)
                # A factor of 0 lets nothing move; what is divided by 0 moves to nowhere.
                still = observation.facts.where == "nowhere"
                if other is not None and (still or not np.isfinite(observation.weights).all()):
                    one, observation = other, try_once(conversation, other.message)
                if observation.fault is not None:
                    failed.setdefault(f"{one.title}: {observation.fault.message}")
                elif observation.facts.where == "nowhere":
                    failed.setdefault(f"{one.title}: nothing moves")
                elif (numbers := observation.weights.tobytes()) not in shown:
                    shown.add(numbers)
                    described = Description(
                        str(shape["language"]), (one.precision,), "array", one.roles
                    )
                    yield Guess(one.message, one.title, described, place_among_known(observation))
        if shown:
            return


def _constants(shape: Mapping[str, Any], binding: Binding) -> str:
    """What parameters are given that nobody knows: " with batch = 1"."""
    roles = [*(binding.message.get("construct") or []), *binding.message["call"]]
    taken = taken_by(shape, binding.message)
    given = [
        f"{p['name']} = {written(role)}"
        for p, role in zip(taken, roles, strict=False)
        if role is not None and role.startswith(CONSTANT)
    ]
    return f" with {', '.join(given)}" if given else ""


def _guess(
    conversation: Conversation, plan: Plan, form: str, observation: Observation, language: str
) -> Guess:
    precisions: tuple[str, ...] = ("float64",)
    if form not in PLAIN and "loop" not in plan.message["plan"]:
        # A port may refuse numbers that are not Python's own.
        narrow = conversation.run(TRIAL, "float32")
        if narrow.fault is None:
            precisions = ("float64", "float32")
    container = observation.facts.container
    described = Description(language, precisions, container, plan.roles)
    # Where the weights come out is settled by ordinary numbers, not by those of a test case.
    where = observation.facts.where
    settled = {**plan.message["plan"], "result": _RESULTS.get(where, where)}
    settled |= {"pair": observation.facts.pair} if observation.facts.pair else {}
    message = {**plan.message, "plan": settled}
    return Guess(message, plan.title, described, place_among_known(observation))
