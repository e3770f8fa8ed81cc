"""What settings hold that nobody gives: the defaults of the class of a source that they are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.ports.arrangement import Plan
from harness.ports.numbers import by_default
from harness.ports.offers import Spec, every


def as_made(plan: Plan, shape: Mapping[str, Any]) -> Plan:
    """A plan whose settings hold what they would by default, or say that they hold nothing."""
    said: dict[str, None] = {}
    roles = list(plan.roles)
    for spec in _objects(plan.message["plan"]):
        attributes = spec["attributes"]
        numbers = {name for name, part in attributes.items() if part["kind"] == "hyper"}
        defaults = next((d for d in _records(shape) if numbers and numbers <= d.keys()), {})
        roles += _meant(attributes, defaults, roles)
        for name, part in attributes.items():
            if part["kind"] == "hyper" and "value" in part:
                part["value"] = defaults.get(name) or 0.0
                if not part["value"]:
                    said[f"{name} = 0.0"] = None
    return replace(plan, title=", ".join([plan.title, *said]), roles=tuple(roles))


def _meant(
    attributes: dict[str, Any], defaults: Mapping[str, Any], known: Sequence[str]
) -> list[str]:
    """The roles of numbers whose names nobody knows, as their defaults are usual for them."""
    names = [name for name, part in attributes.items() if part.get("role") in (None, "zeros")]
    names = [name for name in names if isinstance(defaults.get(name), int | float)]
    unread = [{"name": name, "value": float(defaults[name])} for name in names]
    beside = [{"name": role} for role in known]
    roles = by_default([*unread, *beside], [*[None] * len(unread), *known])
    given = {name: role for name, role in zip(names, roles, strict=False) if role}
    for name, role in given.items():
        attributes[name] = {"kind": "hyper", "name": name, "role": role}
    return list(given.values())


def _objects(fed: Any) -> Iterator[Spec]:
    """The objects that a plan describes."""
    if isinstance(fed, dict):
        if fed.get("kind") == "object":
            yield from (spec for spec in every(fed) if spec["kind"] == "object")
        else:
            yield from (spec for one in fed.values() for spec in _objects(one))
    elif isinstance(fed, list):
        yield from (spec for one in fed for spec in _objects(one))


def _records(shape: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the classes of a source are made of, with the numbers that are left out."""
    for candidate in shape.get("candidates", []):
        for constructor in candidate.get("constructors") or []:
            yield {p["name"]: p.get("value") for p in constructor["parameters"]}
