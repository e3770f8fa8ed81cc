"""Classes and functions as a language describes them, for the tests of binding."""

from __future__ import annotations

from typing import Any

import pytest

from harness.ports.binding import BindingError, bind
from harness.ports.bound import Binding
from harness.ports.roles import Wanted


def parameter(name: str, kind: str = "any", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "element": None, "type": "", "default": False, **more}


def parameters(text: str) -> list[dict[str, Any]]:
    """ "lr=, g:map, w:array/float32": a name, its kind and element, = where it has a default."""
    found = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, kind = part.rstrip("=").partition(":")
        kind, _, element = kind.partition("/")
        more = {"default": part.endswith("="), "element": element or None}
        found.append(parameter(name, kind or "any", **more))
    return found


def method(name: str, text: str, static: bool = False) -> dict[str, Any]:
    return {"name": name, "static": static, "parameters": parameters(text)}


def class_of(name: str, constructor: str, *methods: dict[str, Any], **more: Any) -> dict[str, Any]:
    constructors = [{"parameters": parameters(constructor)}]
    return {"class": name, "constructors": constructors, "methods": list(methods), **more}


def shape(*candidates: dict[str, Any], functions: dict[str, str] | None = None) -> dict[str, Any]:
    """What a host found: classes, and functions by name with the text of their parameters."""
    listed = [
        {"name": name, "parameters": [parameters(text)]} for name, text in (functions or {}).items()
    ]
    return {"language": "any", "candidates": list(candidates), "functions": listed}


LR, DECAY, EPS, G, W = "learning_rate", "decay_rate", "epsilon", "gradients", "weights"


def refused(found: dict[str, Any], wanted: Wanted | None = None) -> str:
    with pytest.raises(BindingError) as caught:
        bind(found, wanted)
    return str(caught.value)


def bound(wanted: Wanted, *candidates: dict[str, Any], **more: Any) -> Binding:
    return bind(shape(*candidates, **more), wanted)
