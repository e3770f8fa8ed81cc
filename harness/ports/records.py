"""What settings hold that nobody gives: the defaults of the class of a source that they are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.ports.arrangement import Plan
from harness.ports.offers import Spec, every


def as_made(plan: Plan, shape: Mapping[str, Any]) -> Plan:
    """A plan whose settings hold what they would by default, or say that they hold nothing."""
    said: dict[str, None] = {}
    for spec in _objects(plan.message["plan"]):
        inside = spec["attributes"].items()
        numbers = {name: part for name, part in inside if part["kind"] == "hyper"}
        defaults = next((d for d in _records(shape) if numbers.keys() <= d.keys()), {})
        for name in (name for name, part in numbers.items() if "value" in part):
            numbers[name]["value"] = defaults.get(name) or 0.0
            if not numbers[name]["value"]:
                said[f"{name} = 0.0"] = None
    return replace(plan, title=", ".join([plan.title, *said]))


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
