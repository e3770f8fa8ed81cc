"""What a block defines that could be judged: by name, a class of several by its methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from harness.documents.source import Source
from harness.languages.registry import by_name
from harness.ports.binding import BindingError, bind
from harness.ports.bound import Binding
from harness.ports.roles import Wanted


def bindings(shape: Mapping[str, Any], wanted: Wanted) -> dict[str, tuple[Wanted, Binding]]:
    """What a class or function is bound as, by name: a class of several optimizers by its methods.

    Raises:
        BindingError: none of it is an optimizer.
    """
    name = wanted.class_name or ""
    try:
        return {name: (wanted, bind(shape, wanted))}
    except BindingError:
        bindings = {}
        for method in _methods(shape, name):
            chosen = replace(wanted, method=method)
            with suppress(BindingError):
                bindings[f"{name}.{method}"] = chosen, bind(shape, chosen)
        if not bindings:
            raise
        return bindings


def _methods(shape: Mapping[str, Any], name: str) -> list[str]:
    """The methods of a class, each name once."""
    there = [c.get("methods", []) for c in shape.get("candidates", []) if c["class"] == name]
    return list(dict.fromkeys(method["name"] for methods in there for method in methods))


def classes(
    shape: Mapping[str, Any], source: Source, names: Sequence[str], only: str | None
) -> list[str]:
    """The loaded classes and functions that a block itself declares, as the host calls them."""
    owns = by_name(source.block.language).owns
    declared = [c["class"] for c in shape.get("candidates", []) if owns(c["class"], names)]
    declared += [f["name"] for f in shape.get("functions", []) if f["name"] in names]
    return [name for name in declared if asked(name, only)]


def asked(name: str, only: str | None) -> bool:
    """Whether a class or function is the one thing asked for, or has it as a method."""
    return only in (None, name) or str(only).rpartition(".")[0] == name
