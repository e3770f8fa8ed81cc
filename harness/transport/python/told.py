"""What may be told before the first step: properties that are set, methods that keep numbers.

Read from syntax trees; nothing is executed before an object is made.
Runs in the worker, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from harness.languages.changes import values
from harness.languages.usage import Function
from harness.transport.python.signatures import BLANK, puts_all

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
            needs, kept = _needed(part), list(_kept(part, nodes))
            for name, argument in kept:
                found.setdefault(name, {"by": part.name, "needs": needs, "argument": argument})
    return [_later(name, how) for name, how in found.items() if name not in taken]


def told_of_module(
    function: Function, name: str, others: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What a function asks its module for, and another function of it sets."""
    asked = {part.id for part in ast.walk(function) if isinstance(part, ast.Name)}
    found: dict[str, dict[str, Any]] = {}
    for by, other in others.items():
        parts = [] if by == name else list(ast.walk(other))
        shared = {n for part in parts if isinstance(part, ast.Global) for n in part.names} & asked
        taken = _taken(other)
        set_to = [v for p in parts if isinstance(p, ast.stmt) for t, v in values(p) if t in shared]
        for one in (name for value in set_to for name in _handed(value) if name in taken):
            found.setdefault(one, {"by": by, "needs": _needed(other, 0)})
    own = _taken(function)
    return [_later(one, how) for one, how in found.items() if one not in own]


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
        methods = {name: getattr(self, name) for name in by.values() if name}
        tell(ways, later, methods)

    made: Any = type(cls.__name__, (cls,), {"__init__": begin})
    made.__module__, made.__qualname__ = cls.__module__, cls.__qualname__
    return made


def tell(
    ways: Sequence[Mapping[str, Any]], given: Mapping[str, Any], functions: Mapping[str, Any]
) -> None:
    """Call each function with what it is told."""
    arguments: dict[str, dict[str, Any]] = {}
    for one in ways:
        if one["by"] and one["name"] in given:
            told_it = arguments.setdefault(one["by"], {})
            told_it[one.get("argument") or one["name"]] = given[one["name"]]
    for called, values_of in arguments.items():
        functions[called](**values_of)


def _later(name: str, how: Mapping[str, Any]) -> dict[str, Any]:
    return {**BLANK, "name": name, "setter": True, **how}


def _taken(function: Function) -> set[str]:
    taken = function.args
    return {a.arg for a in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)}


def _needed(function: Function, bound: int = 1) -> list[str]:
    """The parameters that a function must be given."""
    taken = function.args
    listed = [a.arg for a in (*taken.posonlyargs, *taken.args)][bound:]
    needed = listed[: len(listed) - len(taken.defaults)] if taken.defaults else listed
    return [*needed, *(a.arg for a, d in zip(taken.kwonlyargs, taken.kw_defaults) if d is None)]


def _kept(
    method: ast.FunctionDef, nodes: Sequence[ast.ClassDef]
) -> Iterator[tuple[str, Optional[str]]]:
    """What an object has once a method was told, by each name; and what the method calls it."""
    names, keywords = _taken(method), getattr(method.args.kwarg, "arg", "")
    parts = list(ast.walk(method))
    for part in parts:
        for text, value in values(part) if isinstance(part, ast.stmt) else ():
            owner, _, attribute = text.partition(".")
            for name in _handed(value) if owner == "self" else ():
                if name in names:
                    yield from ((name, name), (attribute, name))
    for part in parts if keywords else ():
        holder, dot, rest = ast.unparse(part).partition(f".update({keywords})")
        if puts_all(part, keywords):
            yield from ((name, None) for name in _numbers(nodes))
        elif isinstance(part, ast.Call) and dot and not rest:
            yield from ((name, None) for name in _keys(nodes, holder))


def _handed(value: ast.expr) -> Iterator[str]:
    """The names that a value may be, as they are."""
    if isinstance(value, ast.Name):
        yield value.id
    elif isinstance(value, ast.IfExp):
        yield from (*_handed(value.body), *_handed(value.orelse))
    elif isinstance(value, ast.Call) and ast.unparse(value.func) in _SAME:
        yield from (name for argument in value.args for name in _handed(argument))


def _assigned(nodes: Sequence[ast.ClassDef]) -> Iterator[tuple[str, ast.expr]]:
    for part in (part for node in nodes for part in ast.walk(node)):
        if isinstance(part, ast.stmt):
            yield from values(part)


def _numbers(nodes: Sequence[ast.ClassDef]) -> Iterator[str]:
    """The attributes that a class sets to numbers of its own."""
    for text, value in _assigned(nodes):
        owner, _, name = text.rpartition(".")
        number = value.value if isinstance(value, ast.Constant) else None
        if owner == "self" and isinstance(number, (int, float)):
            yield name


def _keys(nodes: Sequence[ast.ClassDef], holder: str) -> Iterator[str]:
    """The keys that something which an object holds begins with."""
    for text, value in _assigned(nodes):
        if text == holder and isinstance(value, ast.Dict):
            yield from filter(None, map(_text, value.keys))
        elif text == holder and isinstance(value, ast.Call) and ast.unparse(value.func) == "dict":
            yield from (word.arg for word in value.keywords if word.arg)


def _text(node: Optional[ast.expr]) -> Optional[str]:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
