"""Roles for parameters that neither names nor types explain: each is a guess, tried and judged.

A whole number that nobody knows is one of something, or how many numbers there are, or the
number of the step, or, beside a single number, its place in one row of all; several of them say
how many there are in a row; another number is nothing, or a factor of one; what holds weights and
gradients is to be optimized whatever its name; of two arrays either may be the gradients.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations, product

from harness.languages.naming import plain_name
from harness.ports.assigning import is_open
from harness.ports.roles import CONSTANT, CONTAINERS, COUNTS, SILENT, Parameter
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

Roles = list[str | None]
# Beta or rho, by their letters.
_LETTER = re.compile("[br]")
# More that is unknown than this is not what was meant.
_MOST = 4
# How many numbers there are; of a batch there is one.
_SIZED = re.compile(
    r"^(?!.*(?:batch|layer|epoch)).*(?:size|len|dim|num|count|param|weight|feature)"
)


def filled(
    parameters: Sequence[Parameter], roles: Sequence[str | None], constructed: int, result: str
) -> Iterator[Roles]:
    """The ways to give every parameter a role, the likeliest first.

    Args:
        parameters: of a constructor, then of what is called.
        roles: those that names and types gave.
        constructed: how many of the parameters are the constructor's.
        result: what kind of thing the call returns.
    """
    placed = _placed(parameters, list(roles), constructed)
    ways = list(_with_data(parameters, placed, constructed, result))
    for known in ways:
        yield from _with_numbers(parameters, known, constructed)
    # Settings that may have been null are made as they make themselves.
    standing = {i: SILENT for i in range(constructed) if parameters[i].get("silent")}
    for known in ways if standing else ():
        yield from _with_numbers(
            parameters, [role or standing.get(i) for i, role in enumerate(known)], constructed
        )


def _placed(parameters: Sequence[Parameter], roles: Roles, constructed: int) -> Roles:
    """The roles without those of several whole numbers beside a single one: rows and columns.

    >>> number, place = {"kind": "number"}, {"kind": "count"}
    >>> _placed([number, place, place], ["gradients", "index", None], 0)
    ['gradients', None, None]
    """
    counts = [i for i in range(constructed, len(roles)) if parameters[i]["kind"] == "count"]
    if len(counts) < 2 or not _is_scalar(parameters, constructed):
        return roles
    return [None if i in counts and role in COUNTS else role for i, role in enumerate(roles)]


def _is_scalar(parameters: Sequence[Parameter], constructed: int) -> bool:
    """Whether a call takes no arrays, only numbers."""
    return not any(p["kind"] in (*CONTAINERS, "any") for p in parameters[constructed:])


def _with_data(
    parameters: Sequence[Parameter], roles: Roles, constructed: int, result: str
) -> Iterator[Roles]:
    """Which parameter holds what is optimized."""
    taken = set(roles)
    called = range(constructed, len(parameters))
    free = [i for i in called if roles[i] is None and is_open(parameters[i], False)]
    if not taken & {"weights", "gradients", "parameters", "source"}:
        for i in (i for i in free if parameters[i].get("carries")):
            yield _replaced(roles, {i: "parameters"})
        arrays = [i for i in free if parameters[i]["kind"] in CONTAINERS]
        if len(arrays) == 2:
            for first, second in permutations(arrays):
                yield _replaced(roles, {first: "weights", second: "gradients"})
        return
    kinds = {role: parameters[i]["kind"] for i, role in enumerate(roles) if i >= constructed}
    if kinds.get("gradients") == "array" == result and kinds.get("weights") == "list":
        # Beside one array's gradients, arrays of its own: the step is returned.
        yield _replaced(roles, {roles.index("weights"): "state"})
    yield list(roles)


def _with_numbers(
    parameters: Sequence[Parameter], roles: Roles, constructed: int
) -> Iterator[Roles]:
    """What the numbers are that nobody knows."""
    free = [i for i, p in enumerate(parameters) if roles[i] is None and is_open(p, i < constructed)]
    # What has no type is a number where what is optimized is known.
    kinds = ("number", "any") if {"weights", "gradients"} <= {*roles} else ("number",)
    numbers = [i for i in free if parameters[i]["kind"] in kinds]
    missing = [role for role in HYPERPARAMETERS if role not in roles]
    letter = len(numbers) == 1 and plain_name(parameters[numbers[0]]["name"])
    if letter and _LETTER.fullmatch(letter) and missing == ["decay_rate", "epsilon"]:
        yield from _with_numbers(
            parameters, _replaced(roles, {numbers[0]: "decay_rate"}), constructed
        )
        return
    if numbers and missing:
        # What it could have been given and was not is no constant of its own.
        if len(numbers) == len(missing) < len(HYPERPARAMETERS):
            for order in permutations(missing):
                named: dict[int, str | None] = dict(zip(numbers, order, strict=True))
                yield from _with_numbers(parameters, _replaced(roles, named), constructed)
        return
    choices: dict[int, list[str | None]] = {}
    scalar = _is_scalar(parameters, constructed)
    for i in free:
        kind = parameters[i]["kind"]
        if kind == "count":
            choices[i] = _counted(plain_name(parameters[i]["name"]), i < constructed, scalar)
        elif kind == "sizes":
            choices[i] = ["size"]
        elif kind == "number" and not parameters[i].get("use", {}).get("scheduled"):
            choices[i] = [f"{CONSTANT}{0.0 if i < constructed else 1.0}"]
        elif parameters[i].get("absent"):
            # Null or an empty collection; what the port calls has to be there.
            choices[i] = [None, *([SILENT] if parameters[i].get("silent") else [])]
        else:
            return
    if len(free) > _MOST:
        return
    # Rather all numbers in one optimizer, each by its place, than one for each of them.
    apart = sorted(product(*choices.values()), key=lambda row: scalar and "index" not in row)
    for chosen in apart:
        made = _replaced(roles, dict(zip(choices, chosen, strict=True)))
        counts = [role for role in made if role in COUNTS]
        if len(counts) == len(set(counts)):
            yield made


def _counted(name: str, constructed: bool, scalar: bool) -> list[str | None]:
    """What a whole number may be, the likeliest first; beside a single number its place."""
    one = f"{CONSTANT}1"
    if scalar and not constructed:
        return [f"{CONSTANT}0", "index", one, "iteration"]
    if constructed:
        if "row" in name or "col" in name:
            return ["rows" if "row" in name else "columns", one]
        return ["size", one] if _SIZED.match(name) else [one, "size"]
    return ["length", one] if _SIZED.match(name) else [one, "iteration", "length"]


def _replaced(roles: Roles, others: dict[int, str] | dict[int, str | None]) -> Roles:
    return [others.get(i, role) for i, role in enumerate(roles)]
