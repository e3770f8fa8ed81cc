"""Other readings of the numbers that a bound port takes: a name may mean another hyperparameter."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.ports.bound import Binding
from harness.ports.numbers import by_default
from harness.ports.roles import ranked
from harness.transport.attach import roles_of
from harness.transport.base import Description
from harness.transport.guess import KNOWN, MOST, Budget, Guess, Guesses
from harness.transport.handing import Conversation
from harness.transport.states import taken_by
from harness.transport.trying import by_rank, place_among_known, try_once
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS


def other_roles(
    conversation: Conversation,
    shape: Mapping[str, Any],
    binding: Binding,
    way: Mapping[str, Any],
    description: Description,
    budget: Budget,
) -> Guesses:
    """Try other roles for the numbers that a bound port takes: a name may mean another thing."""
    moved = []
    trying = budget.to_try()
    permuted = (
        {**way, "call": call} | ({} if construct is None else {"construct": construct})
        for construct, call in _permuted(shape, binding)
    )
    readings = itertools.chain(_made_otherwise(shape, way), permuted)
    for message in itertools.islice(readings, MOST):
        if not trying.left:
            break
        observation = try_once(conversation, message)
        if observation.fault is None and observation.facts.where != "nowhere":
            known = place_among_known(observation)
            if known < len(KNOWN) or _usual(shape, message, binding):
                described = replace(description, roles=roles_of(message), guessed="")
                moved.append(Guess(message, _roles(shape, message), described, known))
    return Guesses(tuple(by_rank(moved)), ())


def _usual(shape: Mapping[str, Any], message: Mapping[str, Any], binding: Binding) -> bool:
    """Whether a reading adds to the roles that names give only those that are told otherwise.

    By defaults; or the one that is missing, at the one number of which nobody knows what it is.
    """
    by_names = [*(binding.message.get("construct") or []), *binding.message["call"]]
    roles = [*(message.get("construct") or []), *message["call"]]
    taken = taken_by(shape, message)
    if not len(taken) == len(roles) == len(by_names):
        return False
    left = [i for i in _numbers(by_names, taken) if by_names[i] is None]
    added = [i for i, role in enumerate(roles) if role != by_names[i]]
    return roles == by_default(taken, by_names) or (
        added == left and len(left) == 1 and not ranked(taken[left[0]]["name"])
    )


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
