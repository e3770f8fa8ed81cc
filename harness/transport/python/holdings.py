"""What a method does with what its object has itself: weights, gradients, averages, numbers.

Read from the syntax trees of a class and its bases; nothing is executed.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from harness.languages.updates import square_of
from harness.languages.usage import Follower, Function

# What begins an average otherwise.
_NO_ZEROS = frozenset("ones ones_like full full_like rand randn random uniform normal".split())


def held(
    nodes: Sequence[ast.ClassDef], helpers: Mapping[str, Function], key: str
) -> dict[str, Any]:
    """What a method does with what the object has itself, if it averages squares."""
    if not any(_averages(node) for node in nodes):
        return {}
    follower = Follower(nodes, helpers)
    constructed = follower.follow("__init__")
    stored = follower.parameter_of(constructed)
    called, held = follower.holding(key)
    uses = {name: use.as_json() for name, use in (*called.items(), *held.items())}
    if '"averaged": true' not in json.dumps(uses):
        return {}
    return {
        "own": {
            "held": {name: uses[name] for name in held},
            "taken": {name: uses[name] for name in called},
            "stored": stored,
            "constants": _constants(nodes),
            "begun": sorted(_begun_otherwise(nodes)),
        }
    }


@cache
def _averages(node: ast.ClassDef) -> bool:
    return any(
        isinstance(part, ast.expr) and square_of(part) is not None for part in ast.walk(node)
    )


def _constants(nodes: Sequence[ast.ClassDef]) -> dict[str, float]:
    """The numbers that constructors give attributes of the object."""
    return {
        part.targets[0].attr: part.value.value
        for node in reversed(nodes)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name == "__init__"
        for part in ast.walk(method)
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Attribute)
        if isinstance(part.value, ast.Constant) and isinstance(part.value.value, (int, float))
    }


def _begun_otherwise(nodes: Sequence[ast.ClassDef]) -> Iterator[str]:
    """The attributes that are given what is neither zeros nor computed of what they were."""
    for node in nodes:
        for part in ast.walk(node):
            if not isinstance(part, ast.Assign):
                continue
            name, text = ast.unparse(part.targets[0]), ast.unparse(part.value)
            calls = [c for c in ast.walk(part.value) if isinstance(c, ast.Call)]
            called = {getattr(c.func, "attr", getattr(c.func, "id", "")) for c in calls}
            number = part.value.value if isinstance(part.value, ast.Constant) else 0
            if name.startswith("self.") and name not in text and (number or called & _NO_ZEROS):
                yield name.split(".")[1].partition("[")[0]
