"""What a method does with what its object has itself: weights, gradients, averages, numbers.

Read from the syntax trees of a class and its bases; nothing is executed.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from harness.languages.averages import square_of
from harness.languages.begun import is_nothing
from harness.languages.usage import Follower, Function

# What begins an average otherwise than with nothing.
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
            "lazily": sorted({*_begun_with_squares(nodes)}),
            "unsure": sorted({*_perhaps_otherwise(nodes)}),
            "unset": sorted(set(held) - _set(nodes)) if _plainly(nodes) else [],
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


def _set(nodes: Sequence[ast.ClassDef]) -> set[str]:
    """What a class and its bases set, of whatever object, and what they have themselves."""
    names = set()
    for part in (part for node in nodes for part in ast.walk(node)):
        if isinstance(part, (ast.Attribute, ast.Name)) and isinstance(part.ctx, ast.Store):
            names.add(part.attr if isinstance(part, ast.Attribute) else part.id)
        elif isinstance(part, ast.FunctionDef):
            names.add(part.name)
    return names


def _plainly(nodes: Sequence[ast.ClassDef]) -> bool:
    """Whether attributes are set by their names alone."""
    texts = (ast.unparse(node) for node in nodes)
    return not any(word in text for text in texts for word in ("setattr", "__dict__", "vars("))


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


def _perhaps_otherwise(nodes: Sequence[ast.ClassDef]) -> Iterator[str]:
    """The attributes that may not begin with zeros, for what the source of a class says."""
    for part in (part for node in nodes for part in ast.walk(node)):
        for target, value in _assignments(part):
            name = _own(target)
            if name and not is_nothing(value) and f"self.{name}" not in ast.unparse(value):
                yield name
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            asked = part.func.attr in ("get", "setdefault") and len(part.args) == 2
            if asked and not is_nothing(part.args[1]) and (name := _own(part.func.value)):
                yield name


def _begun_with_squares(nodes: Sequence[ast.ClassDef]) -> Iterator[str]:
    """The attributes that are given a square of which they are no part: of first gradients."""
    for method in (part for node in nodes for part in node.body):
        pairs = [pair for part in ast.walk(method) for pair in _assignments(part)]
        squared = {ast.unparse(target) for target, value in pairs if _squares_alone(target, value)}
        for target, value in pairs:
            if ast.unparse(target) in squared or ast.unparse(value) in squared:
                yield from filter(None, [_own(target)])


def _squares_alone(target: ast.expr, value: ast.expr) -> bool:
    """Whether something is given a square, perhaps times something, but no sum."""
    parts = [part for part in ast.walk(value) if isinstance(part, ast.expr)]
    sums = any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add) for part in parts)
    name = f"self.{own}" if (own := _own(target)) else ast.unparse(target)
    squares = any(square_of(part) is not None for part in parts)
    return squares and not sums and name not in ast.unparse(value)


def _assignments(part: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is given which value, one by one where several are."""
    if isinstance(part, ast.AnnAssign) and part.value is not None:
        yield part.target, part.value
    if not isinstance(part, ast.Assign):
        return
    for target in part.targets:
        if not isinstance(target, (ast.Tuple, ast.List)):
            yield target, part.value
        elif isinstance(part.value, (ast.Tuple, ast.List)):
            yield from zip(target.elts, part.value.elts)
        else:
            yield from ((each, part.value) for each in target.elts)


def _own(part: ast.AST) -> str:
    """The attribute of the object itself that this is, or an element of which it is."""
    while isinstance(part, ast.Subscript):
        part = part.value
    if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "self":
        return part.attr
    return ""
