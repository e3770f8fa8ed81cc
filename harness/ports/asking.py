"""Optimizers that take all steps in one call and ask a function for gradients.

Such a call is gone on with step by step: what it asks at is where the weights are. What would end
it is told not to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.languages.naming import plain_name
from harness.ports.roles import CONSTANT, Parameter

# How many steps it takes, and when it has done enough.
_COUNTS = re.compile(r"(?:max|num|n|numberof|total)?(?:iterations|iters|epochs|steps)|n?maxiter|n")
_ENOUGH = re.compile(r"tol|tolerance|threshold|precision|convergence|(?:min|stop)\w*")
_MANY = 1_000_000


def limits(
    parameters: Sequence[Parameter], roles: Sequence[str | None], constructed: int
) -> dict[int, str]:
    """The constants for what ends a loop, by place; none where nothing says that there is a loop.

    A whole number beside a function of gradients of which nobody knows what it is counts steps:
    one that is called for a single step would be said to forget its state.

    >>> names = [{"name": "iterations", "kind": "count"}, {"name": "tol", "kind": "number"}]
    >>> limits(names, [None, None], 0)
    {0: '=1000000', 1: '=0.0'}
    >>> limits([{"name": "iteration", "kind": "count"}], ["iteration"], 0)
    {}
    """
    constants: dict[int, str] = {}
    for i, (parameter, role) in enumerate(zip(parameters, roles, strict=True)):
        kind, name = parameter["kind"], plain_name(parameter["name"])
        unknown = kind == "count" and i >= constructed and not _is_known(role)
        if unknown or (kind in ("count", "any") and _COUNTS.fullmatch(name)):
            constants[i] = f"{CONSTANT}{_MANY}"
        elif kind in ("number", "any") and _ENOUGH.fullmatch(name):
            constants[i] = f"{CONSTANT}0.0"
    return constants


def _is_known(role: str | None) -> bool:
    """Whether a role says what a number is; a constant only stands for one."""
    return role is not None and not role.startswith(CONSTANT)
