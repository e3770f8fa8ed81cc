"""The readings of a way that was seen: which of its numbers is which hyperparameter."""

from __future__ import annotations

from typing import Any

import pytest

from harness.ports.roles import Wanted
from harness.transport.explored import readings

PLAN = {"type": "f", "via": "", "first": "", "method": ""}
WAY: dict[str, Any] = {
    "plan": PLAN,
    "mode": "weights",
    "pairs": [["w[0]", "g[0]", "w[0]"]],
    "numbers": {"given.lr": 0.5, "given.eps": 0.5},
    "asked": ["given.lr", "given.eps"],
    "others": [],
    "factors": False,
    "carried": {},
    "precision": "float64",
    "rest": 1.0,
    "idle": [],
}
SHAPE: dict[str, Any] = {"candidates": []}
TOLD = {"given.lr": "learning_rate", "given.eps": "epsilon"}


@pytest.mark.parametrize(
    ("changed", "roles"),
    [
        ({}, [TOLD]),
        # What moves nothing in a first step, and is handed over under a name that says nothing.
        ({"idle": ["given.keep"]}, [{**TOLD, "given.keep": "decay_rate"}]),
        ({"idle": ["given.keep", "given.hold"]}, []),
        # A row of numbers under one name, before an array that is left alone.
        ({"others": ["s.tiny[0]"]}, [{**TOLD, "s.tiny[0]": "decay_rate"}, TOLD]),
        ({"others": ["s.tiny[0]", "s.other[0]"]}, [TOLD]),
    ],
)
def test_what_nobody_knows_is_what_is_missing_or_nothing_is_read(
    changed: dict[str, Any], roles: list[dict[str, str]]
) -> None:
    found = [one.message["roles"] for one in readings({**WAY, **changed}, Wanted(), SHAPE)]
    assert found == roles


def test_a_factor_that_nobody_knows_is_a_learning_rate_before_one_that_moves_nothing() -> None:
    idle = {"idle": ["new.eta"], "others": ["leta[0]"], "factors": True}
    eps = {"numbers": {"given.eps": 0.5, "given.rho": 0.5}, "asked": ["given.eps", "given.rho"]}
    first = next(readings({**WAY, **idle, **eps}, Wanted(), SHAPE))
    assert first.message["roles"]["leta[0]"] == "learning_rate"
