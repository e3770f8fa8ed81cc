"""The hyperparameters that an object is told once it is made, where nothing that is called is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.ports.roles import Parameter, hyperparameters_by_name, ranked
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS


def told_later(candidate: Mapping[str, Any], taken: Sequence[Parameter]) -> list[Parameter]:
    """What is set, or told a method, of hyperparameters that are none of what is taken by name."""
    known = {role for p in taken for _, role in ranked(p["name"])}
    every = {p["name"]: p for p in candidate.get("told", ())}
    meant = hyperparameters_by_name(every, {*HYPERPARAMETERS} - known)
    return [p for name, p in every.items() if name in meant and meant.keys() >= {*p["needs"]}]


def told_of(parameters: Sequence[Parameter]) -> dict[str, list[str]]:
    """What a host is told of them: those that are told later, if there are any."""
    later = [p["name"] for p in parameters if p.get("setter")]
    return {"told": later} if later else {}
