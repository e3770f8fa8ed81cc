"""A shape with what the source's text says beside its types (see languages.jvm.reading)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.languages.naming import plain_name
from harness.ports.roles import Parameter, role_names


def noted(shape: dict[str, Any], reading: Mapping[str, Any]) -> dict[str, Any]:
    """The same shape, of a port that is classes: what is known of a parameter by its name is on it.

    >>> number = {"name": "mu", "kind": "number"}
    >>> classes = {"candidates": [{"constructors": [{"parameters": [number]}], "methods": []}]}
    >>> noted(classes, {"complements": ["mu"]})["candidates"][0]["constructors"]
    [{'parameters': [{'name': 'mu', 'kind': 'number', 'use': {'complement': True}}]}]
    """
    if not reading:
        return shape
    candidates = [
        {
            **candidate,
            **{
                part: [
                    {**one, "parameters": [_noted(p, reading, one) for p in one["parameters"]]}
                    for one in candidate[part]
                ]
                for part in ("constructors", "globals", "methods")
                if part in candidate
            },
        }
        for candidate in shape.get("candidates", [])
    ]
    prepared = reading.get("prepared", {})
    functions = [
        {
            **one,
            "prepared": prepared.get(one["name"], ""),
            "parameters": [[_begun(p, reading, one) for p in ps] for ps in one["parameters"]],
        }
        for one in shape.get("functions", [])
    ]
    others = {"functions": functions} if functions else {}
    said = {"chooses": reading.get("chooses", ""), "offered": reading.get("offered", [])}
    return {**shape, **others, "candidates": candidates, **said}


def _begun(parameter: Any, reading: Mapping[str, Any], of: Mapping[str, Any]) -> Any:
    """A parameter with what callers hand over for it at first."""
    begun = reading.get("begun", {}).get(of.get("name"), {})
    known = isinstance(parameter, Mapping) and parameter.get("name") in begun
    return {**parameter, "begun_as": begun[parameter["name"]]} if known else parameter


def _noted(
    parameter: Parameter, reading: Mapping[str, Any], of: Mapping[str, Any]
) -> dict[str, Any]:
    named = dict(_begun(parameter, reading, of))
    if parameter["kind"] == "number" and parameter["name"] in reading.get("complements", ()):
        named["use"] = {"complement": True}
    array = plain_name(parameter["name"]) in role_names("name")
    if parameter["kind"] == "text" and reading.get("says") and not array:
        named["use"] = {"texts": [reading["says"]]}
    if parameter["name"] in reading.get("numbers", ()) and parameter.get("type") in ("int", "Int"):
        named["means"] = reading["numbers"][parameter["name"]]
    return named
