"""What an object may be told once it is made: properties that are set, methods that keep numbers.

Read from syntax trees; nothing is executed before an object is made.
Runs in the worker, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.languages.changes import values
from harness.transport.python.signatures import BLANK

# What hands a number on as it is.
_SAME = ("float", "int")
# Whose classes make objects as any does.
_PLAIN = (type, object)


def told(cls: type, nodes: Sequence[ast.ClassDef], taken: Sequence[str]) -> list[dict[str, Any]]:
    """The parameters that a constructor might as well take, which takes others.

    Args:
        cls: the class.
        nodes: of it and its bases.
        taken: the names that the constructor takes.
    """
    calls = any(
        "__call__" in vars(kind) for kind in inspect.getmro(type(cls)) if kind not in _PLAIN
    )
    if calls or any("__new__" in vars(base) for base in cls.__mro__[:-1]):
        return []
    found: dict[str, dict[str, Any]] = {}
    for part in (part for node in nodes for part in node.body):
        if not isinstance(part, ast.FunctionDef) or part.name.startswith("_"):
            continue
        decorators = [ast.unparse(one) for one in part.decorator_list]
        if decorators == [f"{part.name}.setter"]:
            found.setdefault(part.name, {"by": "", "needs": []})
        elif not decorators:
            needs = _needed(part)
            for name, argument in _kept(part):
                found.setdefault(name, {"by": part.name, "needs": needs, "argument": argument})
    return [_later(name, how) for name, how in found.items() if name not in taken]


def bound_later(shape: Mapping[str, Any], binding: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is told later of what is bound."""
    by_name = {one["name"]: one for one in shape.get("told", ())}
    names = (binding.get("plan") or binding).get("later", ())
    return [by_name[name] for name in names if name in by_name]


def telling(cls: Any, ways: Sequence[dict[str, Any]]) -> Any:
    """The same class, with a constructor that takes what is told later, too."""
    by = {one["name"]: one["by"] for one in ways}

    def begin(self: Any, *arguments: Any, **given: Any) -> None:
        later = {name: given.pop(name) for name in [*given] if name in by}
        super(made, self).__init__(*arguments, **given)
        for name, value in later.items():
            if not by[name]:
                setattr(self, name, value)
        for method in dict.fromkeys(by[name] for name in later if by[name]):
            named = {one["name"]: one["argument"] for one in ways if one["by"] == method}
            getattr(self, method)(**{named[n]: v for n, v in later.items() if n in named})

    made: Any = type(cls.__name__, (cls,), {"__init__": begin})
    made.__module__, made.__qualname__ = cls.__module__, cls.__qualname__
    return made


def _later(name: str, how: Mapping[str, Any]) -> dict[str, Any]:
    return {**BLANK, "name": name, "setter": True, **how}


def _taken(method: ast.FunctionDef) -> set[str]:
    taken = method.args
    return {a.arg for a in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)}


def _needed(method: ast.FunctionDef) -> list[str]:
    """The parameters that a method must be given."""
    taken = method.args
    listed = [a.arg for a in (*taken.posonlyargs, *taken.args)][1:]
    needed = listed[: len(listed) - len(taken.defaults)] if taken.defaults else listed
    return [*needed, *(a.arg for a, d in zip(taken.kwonlyargs, taken.kw_defaults) if d is None)]


def _kept(method: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """What an object has once a method was told, by each name; and what the method calls it."""
    names = _taken(method)
    for part in (part for part in ast.walk(method) if isinstance(part, ast.stmt)):
        for text, value in values(part):
            owner, _, attribute = text.partition(".")
            for name in _handed(value) if owner == "self" else ():
                if name in names:
                    yield from ((name, name), (attribute, name))


def _handed(value: ast.expr) -> Iterator[str]:
    """The names that a value may be, as they are."""
    if isinstance(value, ast.Name):
        yield value.id
    elif isinstance(value, ast.IfExp):
        yield from (*_handed(value.body), *_handed(value.orelse))
    elif isinstance(value, ast.Call) and ast.unparse(value.func) in _SAME:
        yield from (name for argument in value.args for name in _handed(argument))
