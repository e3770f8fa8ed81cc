"""What settings hold that nobody gives: the defaults of the class of a source that they are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.ports.arrangement import Plan
from harness.ports.numbers import by_default
from harness.ports.offers import every
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

# Under what specifications have what an object, or a map, holds.
_HOLDS = {"object": "attributes", "map": "entries"}


def as_made(plan: Plan, shape: Mapping[str, Any]) -> Plan | None:
    """A plan whose settings hold what they would by default, or say that they hold nothing.

    None where something beside hyperparameters is a number of which nobody knows anything.
    """
    said: dict[str, None] = {}
    roles = list(plan.roles)
    for held in _settings(plan.message["plan"]):
        numbers = {name for name, part in held.items() if part["kind"] == "hyper"}
        defaults = next((d for d in _records(shape) if numbers and numbers <= d.keys()), {})
        roles += _meant(held, defaults, roles) or _missing(held, roles)
        if _unread(held):
            return None
        for name, part in held.items():
            if part["kind"] == "hyper" and "value" in part:
                part["value"] = defaults.get(name) or 0.0
                if not part["value"]:
                    said[f"{name} = 0.0"] = None
    return replace(plan, title=", ".join([plan.title, *said]), roles=tuple(roles))


def _meant(held: dict[str, Any], defaults: Mapping[str, Any], known: Sequence[str]) -> list[str]:
    """The roles of numbers whose names nobody knows, as their defaults are usual for them."""
    names = [name for name, part in held.items() if part.get("role") in (None, "zeros")]
    names = [name for name in names if isinstance(defaults.get(name), int | float)]
    unread = [{"name": name, "value": float(defaults[name])} for name in names]
    beside = [{"name": role} for role in known]
    roles = by_default([*unread, *beside], [*[None] * len(unread), *known])
    given = {name: role for name, role in zip(names, roles, strict=False) if role}
    for name, role in given.items():
        held[name] = {"kind": "hyper", "name": name, "role": role}
    return list(given.values())


def _missing(held: dict[str, Any], known: Sequence[str]) -> list[str]:
    """The one hyperparameter that is missing, where nobody knows the name of one number alone."""
    unread, missing = _unread(held), [role for role in HYPERPARAMETERS if role not in known]
    if not len(unread) == len(missing) == 1:
        return []
    held[unread[0]] = {"kind": "hyper", "name": unread[0], "role": missing[0]}
    return missing


def _unread(held: Mapping[str, Any]) -> list[str]:
    """What stands beside hyperparameters, is computed with and never changes."""
    told = any(part["kind"] == "hyper" and part.get("role") for part in held.values())
    zeros = [name for name, part in held.items() if part.get("role") == "zeros"]
    return [name for name in zeros if told and not held[name].get("written")]


def _settings(fed: Any) -> Iterator[dict[str, Any]]:
    """What the objects and maps that a plan describes hold, by name."""
    if isinstance(fed, dict):
        if fed.get("kind") in tuple(_HOLDS):  # arguments may be called kind as well
            for spec in every(fed):
                if held := spec.get(_HOLDS.get(spec["kind"], "")):
                    yield held
        else:
            yield from (held for one in fed.values() for held in _settings(one))
    elif isinstance(fed, list):
        yield from (held for one in fed for held in _settings(one))


def _records(shape: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the classes of a source are made of, with the numbers that are left out."""
    for candidate in shape.get("candidates", []):
        for constructor in candidate.get("constructors") or []:
            yield {p["name"]: p.get("value") for p in constructor["parameters"]}
