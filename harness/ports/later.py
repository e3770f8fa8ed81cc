"""The hyperparameters that an object is told once it is made, where nothing that is called is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.ports.roles import Parameter, hyperparameters_by_name, ranked
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS


def told_later(candidate: Mapping[str, Any], taken: Sequence[Parameter]) -> list[Parameter]:
    """What is set, or told a method, of hyperparameters that are none of what is taken by name."""
    known = {role for p in taken for _, role in ranked(p["name"])}
    own = [p for p in candidate.get("told", ()) if not _says_otherwise(p)]
    every = {p["name"]: p for p in own}
    meant = hyperparameters_by_name(every, {*HYPERPARAMETERS} - known)
    given = {p.get("argument") or name for name, p in every.items() if name in meant}
    return [p for name, p in every.items() if name in meant and given >= {*p["needs"]}]


def _says_otherwise(parameter: Parameter) -> bool:
    """Whether what a method calls a number, and an object otherwise, is a hyperparameter itself."""
    argument = parameter.get("argument") or parameter["name"]
    own = {role for _, role in ranked(argument)} & {*HYPERPARAMETERS}
    return argument != parameter["name"] and bool(own)


def told_of(parameters: Sequence[Parameter]) -> dict[str, list[str]]:
    """What a host is told of them: those that are told later, if there are any."""
    later = [p["name"] for p in parameters if p.get("setter")]
    return {"later": later} if later else {}
