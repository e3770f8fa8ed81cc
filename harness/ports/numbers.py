"""Which hyperparameter or option each number is that a port takes: by names, use and defaults."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from harness.ports.assigning import decaying
from harness.ports.leaves import plain
from harness.ports.roles import Wanted, meant, ranked, role_names
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS, SCHEDULES


def hyper_roles(parameters: Sequence[Mapping[str, Any]], wanted: Wanted) -> list[str | None]:
    """The hyperparameter or option that each number is; what was said of roles goes first.

    A decay whose default is 0 or 1 is none of an average: with that, it would not be one.
    """
    roles: list[str | None] = [None] * len(parameters)
    # Nobody means a schedule of the learning rate by `decay` where none is claimed.
    free = {*HYPERPARAMETERS, *OPTIONS} - {r for r in SCHEDULES if r not in wanted.options}
    for role, name in wanted.roles.items():
        for i, parameter in enumerate(parameters):
            if parameter["name"] == name and role in free:
                roles[i] = role
                free.discard(role)
    while True:
        offers = [
            (rank, i, role)
            for i, parameter in enumerate(parameters)
            if roles[i] is None
            for rank, role in meant(parameter, ranked) or _misspelt(parameter["name"])
            if role in free and not (role == "decay_rate" and _no_decay(parameter))
        ]
        if not offers:
            for only in ("mean_decay", "momentum"):  # the only decay there is
                at = roles.index(only) if only in roles and "decay_rate" not in roles else None
                if at is not None and not _no_decay(parameters[at]):
                    roles[at] = "decay_rate"
            if (at := decaying(parameters, roles, wanted.roles)) is not None:
                roles = [None if role == "decay_rate" else role for role in roles]
                roles[at] = "decay_rate"
            return roles
        # A name with one possible role left goes before one with a choice.
        choices = {i: sum(1 for _, j, _ in offers if j == i) for _, i, _ in offers}
        _, _, i, role = min((choices[i] > 1, rank, i, role) for rank, i, role in offers)
        roles[i] = role
        free.discard(role)


def _no_decay(parameter: Mapping[str, Any]) -> bool:
    """Whether with a parameter's default there is no average, and nothing says that it decays."""
    return parameter.get("value") in (0, 1) and not parameter.get("use", {}).get("complement")


_LONG = sorted(
    {n for role in HYPERPARAMETERS for n in role_names(role) if len(n) >= len("epsilon")}
)


_MISSPELT = 0.8


def _misspelt(name: str) -> list[tuple[int, str]]:
    """The roles of a long name that is nearly written so: a guess."""
    near = get_close_matches(plain(name), _LONG, 1, _MISSPELT)
    return [(rank + len(_LONG), role) for rank, role in ranked(near[0])] if near else []


def by_default(
    parameters: Sequence[Mapping[str, Any]], roles: Sequence[str | None]
) -> list[str | None]:
    """Roles, with those of numbers that nobody knows whose defaults are usual for one alone.

    >>> by_default([{"name": "lr"}, {"name": "psi", "value": 0.9}], ["learning_rate", None])
    ['learning_rate', 'decay_rate']
    """
    found = list(roles)
    for role in _USUAL:
        fitting = usual(parameters, found, role)
        if role not in found and len(fitting) == 1:
            found[fitting[0]] = role
    return found


def usual(
    parameters: Sequence[Mapping[str, Any]], roles: Sequence[str | None], role: str
) -> list[int]:
    """The places of numbers without a role whose defaults are usual for this one."""
    low, high = _USUAL.get(role, (math.inf, math.inf))
    return [
        i
        for i, parameter in enumerate(parameters)
        if roles[i] is None and low <= parameter.get("value", 0.0) < high
    ]


# Defaults that hyperparameters have: none fits two roles.
_USUAL = {"epsilon": (1e-16, 1e-4), "learning_rate": (1e-4, 0.5), "decay_rate": (0.5, 1.0)}
