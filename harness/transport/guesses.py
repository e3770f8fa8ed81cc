"""Ways to call a port that are guesses: each is tried, and those that move weights are kept.

They are ranked by whether what they show in the trial is something known, so that the likeliest
is judged first; that decides nothing else.
"""

from __future__ import annotations

import itertools
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
from harness.ports.numbers import by_default
from harness.ports.plans import plans
from harness.ports.roles import CONSTANT, Wanted, written
from harness.transport import explored
from harness.transport.attach import makes_other, roles_of, settled
from harness.transport.base import Description
from harness.transport.guess import KNOWN, Budget, Guess, Guesses
from harness.transport.handing import TRIAL, Conversation
from harness.transport.python.planned import PLAIN
from harness.transport.states import taken_by
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Of the time for guesses, what trying each once may take, and how many are tried at most.
_TRYING_SECONDS = 12.0
# What is left of that for looking at a class from outside.
_EXPLORING_SECONDS = 6.0
_MOST = 120
# Numbers that are this near are the same but for their rounding.
_NEAR = 1e-9
_RESULTS = {"in place": "entries", "replaced": "entries"}


class Exploring(Conversation, Protocol):
    """The part of a transport that guessing needs."""

    def explore(self, name: str, seconds: float) -> dict[str, Any]:
        """Ways to feed a class that its shape does not show. Raises Unreachable."""


def of_plans(
    conversation: Exploring, shape: Mapping[str, Any], wanted: Wanted, budget: Budget
) -> Guesses:
    """Try the plans for a shape. Raises Unreachable: the port cannot be loaded any more."""
    if not shape.get("planned"):  # its host can be told no plan, but which role is whose
        return _of_bindings(conversation, shape, wanted, budget)
    made, _ = plans(shape, wanted)
    looped = list(loop_plans(shape, wanted))
    trying = _trying(budget)
    failed: dict[str, None] = {}
    faults: list[Fault] = []
    forms = (*shape.get("forms", ()), *FORMS)
    # Another form of arrays only where none moves in the one before; what takes its gradients
    # after all is fed as one step of a loop last.
    loops, apart, one_step = (
        [p for p in looped if p.message["plan"]["loop"] == kind]
        for kind in ("steps", "apart", "one step")
    )
    rounds = [(form, made[: _MOST // len(forms)]) for form in forms]
    rounds[0] = forms[0], [*made[:_MOST], *loops]
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
            shaped = with_form(plan, form)
            observation = _tried(conversation, shaped.message)
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
        seen = _ranked(list(_of_explored(conversation, shape, wanted, trying, failed)))
        if seen and (not moved or seen[0].known < len(KNOWN)):
            return Guesses(tuple(seen), tuple(failed))
        # What nothing else reaches is fed without the rest of its call.
        last, language = (forms[0], apart), str(shape["language"])
        alone = _moving(conversation, last, language, _trying(budget), unknown=not moved)
        moved = list(alone) or moved
    return Guesses(tuple(_ranked(moved)), tuple(failed), () if moved else tuple(faults))


def _same_update(plan: Plan, guess: Guess) -> bool:
    """Whether both feed one update of a loop, be it by itself in one of them."""
    lines = [m["plan"].get("line") for m in (plan.message, guess.message) if "plan" in m]
    return len(lines) == 2 and lines[0] == lines[1]


def _put_in(plan: Plan) -> bool:
    """Whether averages alone are put in the place of what an object has."""
    return bool(plan.message["plan"].get("averages"))


def _trying(budget: Budget) -> Budget:
    """What of a budget may go into trying each guess once."""
    return Budget(min(_TRYING_SECONDS, budget.left))


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
        observation = _tried(conversation, shaped.message)
        if observation.fault is None and observation.facts.where != "nowhere":
            guess = _guess(conversation, shaped, form, observation, language)
            if guess.known < len(KNOWN) or unknown:
                titles.add(plan.title)
                yield guess


def _of_bindings(
    conversation: Exploring, shape: Mapping[str, Any], wanted: Wanted, budget: Budget
) -> Guesses:
    """Try the further bindings of a shape."""
    trying = _trying(budget)
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
            if error.fault.fatal:
                raise
            failed.setdefault(f"{binding.title}: {error.fault.message}")
            continue
        if observation.fault is not None:
            failed.setdefault(f"{binding.title}: {observation.fault.message}")
        elif observation.facts.where == "nowhere":
            failed.setdefault(f"{binding.title}: nothing moves")
        else:
            title = f"{binding.title}{_constants(shape, binding)}"
            known, numbers = _known(observation), (binding.title, observation.weights.tobytes())
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
    ranked = _ranked(moved)
    if all(guess.known == len(KNOWN) for guess in moved):
        seen = _ranked(list(_of_explored(conversation, shape, wanted, trying, failed)))
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
            readings = list(explored.readings(way, wanted))
            if not readings:
                names = explored.unknown(way, wanted)
                lines = "".join(f"\n    {one} = 1.0" for one in names)
                failed.setdefault(
                    f"{name}: nobody knows what {' and '.join(names)} is. If constants will do, say"
                    f" in port.toml\n    [give]{lines}"
                )
            # What a way before could be told, and this one cannot, is no constant of the port's.
            readings = [one for one in readings if told <= {*one.roles}]
            told |= explored.told(way, wanted)
            for reading in readings:
                one, observation = reading, _tried(conversation, reading.message)
                other = explored.factored(one, wanted)
                if observation.facts.where == "nowhere" and other is not None:
                    one, observation = other, _tried(conversation, other.message)
                if observation.fault is not None:
                    failed.setdefault(f"{one.title}: {observation.fault.message}")
                elif observation.facts.where == "nowhere":
                    failed.setdefault(f"{one.title}: nothing moves")
                elif (numbers := observation.weights.tobytes()) not in shown:
                    shown.add(numbers)
                    described = Description(
                        str(shape["language"]), (one.precision,), "array", one.roles
                    )
                    yield Guess(one.message, one.title, described, _known(observation))
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


def of_roles(
    conversation: Conversation,
    shape: Mapping[str, Any],
    binding: Binding,
    way: Mapping[str, Any],
    description: Description,
    budget: Budget,
) -> Guesses:
    """Try other roles for the numbers that a bound port takes: a name may mean another thing."""
    moved = []
    trying = _trying(budget)
    permuted = (
        {**way, "call": call} | ({} if construct is None else {"construct": construct})
        for construct, call in _permuted(shape, binding)
    )
    readings = itertools.chain(_made_otherwise(shape, way), permuted)
    for message in itertools.islice(readings, _MOST):
        if not trying.left:
            break
        observation = _tried(conversation, message)
        if observation.fault is None and observation.facts.where != "nowhere":
            known = _known(observation)
            if known < len(KNOWN) or _usual(shape, message, binding):
                described = replace(description, roles=roles_of(message), guessed="")
                moved.append(Guess(message, _roles(shape, message), described, known))
    return Guesses(tuple(_ranked(moved)), ())


def _usual(shape: Mapping[str, Any], message: Mapping[str, Any], binding: Binding) -> bool:
    """Whether a reading adds to the roles that names give only those that defaults tell."""
    by_names = [*(binding.message.get("construct") or []), *binding.message["call"]]
    roles = [*(message.get("construct") or []), *message["call"]]
    taken = taken_by(shape, message)
    return len(taken) == len(roles) == len(by_names) and roles == by_default(taken, by_names)


def _tried(conversation: Conversation, message: dict[str, Any]) -> Observation:
    try:
        conversation.bind(message)
    except Unreachable as error:
        if error.fault.fatal:
            raise
        return Observation(np.zeros((0, TRIAL.size)), fault=error.fault)
    return conversation.run(TRIAL, "float64")


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
    return Guess(message, plan.title, described, _known(observation))


def _ranked(moved: Sequence[Guess]) -> list[Guess]:
    return sorted(moved, key=lambda guess: (guess.known, -len(guess.description.roles)))


def _known(observation: Observation) -> int:
    """The place of what a trial shows among the reference and what ports often do."""
    hypotheses = [Hypothesis(Dialect(names)) for names in KNOWN]
    replayed = replay(TRIAL, hypotheses).weights
    near = (np.allclose(observation.weights, w, rtol=_NEAR, equal_nan=True) for w in replayed)
    return next((place for place, same in enumerate(near) if same), len(KNOWN))


def _permuted(
    shape: Mapping[str, Any], binding: Binding
) -> Iterator[tuple[list[str | None] | None, list[str | None]]]:
    """The roles of constructor and call with hyperparameters at other numbers."""
    message = binding.message
    construct, call = message.get("construct"), message["call"]
    taken = taken_by(shape, message)
    roles = [*(construct or []), *call]
    if len(taken) != len(roles):
        return
    places = _numbers(roles, taken)
    given = [role for role in HYPERPARAMETERS if role in roles]
    missing = [role for role in HYPERPARAMETERS if role not in roles]
    for chosen in (given, [*given, *missing]) if missing else (given,):
        if len(chosen) > len(places):
            continue
        for spots in itertools.permutations(places, len(chosen)):
            new = [None if i in places else role for i, role in enumerate(roles)]
            for spot, role in zip(spots, chosen, strict=True):
                new[spot] = role
            left = [i for i in places if new[i] is None and not taken[i].get("default")]
            if new == roles or left:
                continue
            cut = len(construct or [])
            yield (new[:cut] if construct is not None else None), new[cut:]


def _made_otherwise(
    shape: Mapping[str, Any], message: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """What is bound through a constructor that is told nothing, through one that takes numbers.

    Nobody knows their names; but what is not told has constants that nobody need be left with.
    """
    told = {*(message.get("construct") or ()), *message["call"]} & {*HYPERPARAMETERS}
    if "constructor" not in message or told:
        return
    candidate = next(c for c in shape["candidates"] if c["class"] == message["class"])
    for place, constructor in enumerate(candidate["constructors"]):
        parameters = constructor["parameters"]
        if not parameters or any(p["kind"] != "number" for p in parameters):
            continue
        for roles in itertools.permutations(HYPERPARAMETERS, len(parameters)):
            yield {**message, "constructor": place, "construct": list(roles)}


def has_unread(shape: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    """Whether a number that is taken has no role, or a hyperparameter no number.

    A number that another constructor takes is one, too, where this one takes none.
    """
    if any(_made_otherwise(shape, message)):
        return True
    roles = [*(message.get("construct") or []), *message["call"]]
    taken = taken_by(shape, message)
    if len(taken) != len(roles):
        return False
    return {roles[i] for i in _numbers(roles, taken)} != set(HYPERPARAMETERS)


def _numbers(roles: Sequence[str | None], taken: Sequence[Mapping[str, Any]]) -> list[int]:
    """The places of parameters that are hyperparameters, or may be."""
    return [
        i
        for i, (role, parameter) in enumerate(zip(roles, taken, strict=True))
        if role in HYPERPARAMETERS
        or (role is None and ("value" in parameter or parameter["kind"] == "number"))
    ]


def _roles(shape: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    """Which parameter was taken for which hyperparameter."""
    roles = [*(message.get("construct") or []), *message["call"]]
    taken = taken_by(shape, message)
    named = [
        f"{p['name']} is the {role.replace('_', ' ')}"
        for p, role in zip(taken, roles, strict=True)
        if role in HYPERPARAMETERS
    ]
    return ", ".join(named)
