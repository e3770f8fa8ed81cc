"""Whether a port that fails may be one that nobody prepared: that is no failure of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from harness.languages.gradients import called

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def unprepared(tree: ast.Module, owner: str, name: str) -> bool:
    """Whether something that nobody has called sets what a method or function reads.

    Args:
        tree: of the source.
        owner: the class; empty for a function.
        name: of the method or function.
    """
    body: list[ast.stmt] = tree.body
    for part in filter(None, owner.split(".")):
        classes = [n for n in body if isinstance(n, ast.ClassDef) and n.name == part]
        body = classes[-1].body if classes else []
    functions = {n.name: n for n in body if isinstance(n, _FUNCTION)}
    if name not in functions:
        return False
    wanted = set(_reads(functions[name], owner))
    run = [functions[f] for f in (name, "__init__") if f in functions]
    calls = {called(n) for one in run for n in ast.walk(one) if isinstance(n, ast.Call)}
    others = (f for n, f in functions.items() if n not in {name, "__init__", *calls})
    return any(wanted & set(_sets(other, owner)) for other in others)


def _reads(function: ast.AST, owner: str) -> Iterator[str]:
    """The attributes of its own object, or names of the module, that a function reads."""
    for node in ast.walk(function):
        if owner and isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
            yield node.attr
        elif not owner and isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


def _sets(function: ast.AST, owner: str) -> Iterator[str]:
    """The attributes or names of the module that a function sets, or elements of them."""
    own = {n for node in ast.walk(function) if isinstance(node, ast.Global) for n in node.names}
    for node in ast.walk(function):
        if not isinstance(getattr(node, "ctx", None), ast.Store):
            continue
        target = node
        while isinstance(target, ast.Subscript):
            target = target.value
        if owner and isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
            yield target.attr
        elif not owner and isinstance(target, ast.Name):
            yield from {target.id} & own if target is node else {target.id}
