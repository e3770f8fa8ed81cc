"""The shape of what a Python source defines: classes and functions, their parameters, their uses.

What a parameter is used for (see harness.languages.usage) goes with it, so that a binding may
rest on more than names.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
import json
import linecache
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Optional

from harness.languages.usage import Follower, Function
from harness.languages.uses import Use
from harness.transport.python.holdings import held
from harness.transport.python.settable import settable
from harness.transport.python.signatures import (
    beneath,
    hidden,
    named,
    parameters,
    passed_on,
    written,
)
from harness.transport.python.told import told

_OF_MAPS = frozenset("items() keys() values() get() setdefault() pop() copy update clear".split())
_LIBRARIES = ("site-packages", "dist-packages")
# What an array has itself: asking for it says nothing of what holds it.
ARRAY_ATTRIBUTES = frozenset(
    "shape size dtype ndim T copy astype sum mean ravel reshape flatten tolist fill dot max min"
    " any all squeeze transpose item nbytes".split()
)


def described(things: Mapping[str, Any], code: bool) -> dict[str, Any]:
    """Candidates and functions among things by name.

    Args:
        things: classes, functions and, where there is no `code`, objects.
        code: they are what a source defines; else an object that was asked for.
    """
    helpers = {n: node for n, t in things.items() if inspect.isfunction(t) and (node := _node(t))}
    candidates: list[dict[str, Any]] = []
    functions: list[dict[str, Any]] = []
    for name, thing in things.items():
        own = thing.__name__ if inspect.isclass(thing) or inspect.isfunction(thing) else name
        if own != name and things.get(own) is thing:
            continue  # another name for it
        if inspect.isclass(thing):
            candidates.append(class_shape(name, thing, helpers))
            for inner_name, inner in vars(thing).items():
                nested = inspect.isclass(inner) and inner.__module__ == thing.__module__
                if nested and inner.__qualname__ == f"{thing.__qualname__}.{inner_name}":
                    candidates.append(class_shape(f"{name}.{inner_name}", inner, helpers))
        elif inspect.isfunction(beneath(thing)) or inspect.isbuiltin(thing):
            functions.append(_function_shape(name, thing, helpers))
        elif not code:
            shape = class_shape(name, type(thing), helpers)
            candidates.append({**shape, "constructors": [{"parameters": []}]})
    return {"candidates": candidates, "functions": functions}


def class_shape(
    name: str,
    cls: type,
    helpers: Optional[Mapping[str, Any]] = None,
) -> dict[str, Any]:
    """A class: its constructor, its methods, and where it is from."""
    try:
        constructor = parameters(cls)
    except (TypeError, ValueError):
        constructor = []
    nodes = list(class_nodes(cls)) if helpers is not None else []
    if (node := hidden(cls, nodes)) is not None:
        constructor = written(node)
    else:
        constructor += passed_on(cls, nodes)
    methods: list[dict[str, Any]] = []
    private: list[dict[str, Any]] = []
    for key, member in _members(cls):
        if key.startswith("__") and key != "__call__":
            continue
        if key.startswith("_") and key != "__call__" and not (nodes and inspect.isfunction(member)):
            continue
        static = isinstance(member, (staticmethod, classmethod))
        function = getattr(cls, key) if static else member
        if not inspect.isroutine(function) or (
            key == "__call__" and not inspect.isfunction(member)
        ):
            continue
        try:
            taken = parameters(function)
        except (TypeError, ValueError):
            continue
        taken = taken if static else taken[1:]
        method = {"name": key, "static": static, "parameters": taken}
        if nodes:
            method.update(_uses(nodes, helpers or {}, key, taken))
            method.update(_handed_on(_method_node(nodes, key), taken))
        (private if key.startswith("_") and key != "__call__" else methods).append(method)
    return {
        "class": name,
        "kind": "class",
        "public": True,
        "bases": [f"{b.__module__}.{b.__qualname__}" for b in cls.__mro__[1:-1]],
        "setters": [
            {"name": key, "use": _set_use(nodes, helpers or {}, key, methods)}
            for key, member in _members(cls)
            if isinstance(member, property) and member.fset
        ],
        "constructors": [{"parameters": constructor}],
        "told": told(cls, nodes, [p["name"] for p in constructor]),
        "methods": methods,
        "private": private,
        "settable": settable(nodes),
    }


def _uses(
    nodes: Sequence[ast.ClassDef],
    helpers: Mapping[str, Function],
    key: str,
    taken: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """What a method does with its own parameters and with those of the constructor."""
    try:
        follower = Follower(nodes, helpers)
        constructed = follower.follow("__init__")
        called = follower.follow(key)
        made = {n: u.as_json() for n, u in constructed.items()}
        stores = any(map(follower.keeps, called.values()))
        moves = _moves([*constructed.values(), *called.values()])
        if stores:  # what it is for, other methods say
            for other in _names(nodes, key):
                follower.follow(other)
        _noted(taken, called)
        only = {"stores": True} if stores and not moves else {}
        return {"constructed": made, **only, **held(nodes, helpers, key)}
    except RecursionError:  # sums of a thousand terms
        return {}


def _moves(uses: Sequence[Use]) -> bool:
    """Whether something of what is handed over becomes another, or is told to."""
    text = json.dumps([use.as_json() for use in uses])
    return any(f'"{flag}": true' in text for flag in ("written", "averaged", "computed", "called"))


def _names(nodes: Sequence[ast.ClassDef], besides: str) -> list[str]:
    """The methods of a class and its bases, but for a constructor and one of them."""
    names = [p.name for node in nodes for p in node.body if isinstance(p, ast.FunctionDef)]
    return [name for name in dict.fromkeys(names) if name not in ("__init__", besides)]


def _set_use(
    nodes: Sequence[ast.ClassDef],
    helpers: Mapping[str, Function],
    key: str,
    methods: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """What is done with the value of an attribute that is set, there and in every method."""
    try:
        follower = Follower(nodes, helpers)
        follower.follow("__init__")
        uses = list(follower.property_set(key).values())
        for method in methods:
            follower.follow(method["name"])
        return uses[0].as_json() if uses else {}
    except RecursionError:
        return {}


def _noted(taken: Sequence[dict[str, Any]], uses: Mapping[str, Use]) -> None:
    for parameter in taken:
        if (use := uses.get(parameter["name"])) is not None:
            parameter["use"] = use.as_json()
            containers = _containers(use)
            if containers is not None:
                parameter["containers"] = containers


def _containers(use: Use) -> Optional[list[str]]:
    """What may hold arrays that are used so: a map, a list, or nothing; None for any.

    None of these can be handed over where keys are the source's own, or elements are objects, or
    several arrays, weights and biases, or the first is never asked for.
    """
    elements = [part for part in (use, use.item) if part is not None]
    own = any(set(part.attributes) - ARRAY_ATTRIBUTES - _OF_MAPS for part in elements)
    if own or use.patterns or any(isinstance(key, str) for key in use.keys):
        return []
    if use.lowest:
        return ["ahead"]
    if use.mapping:
        return ["map"]
    if use.item is not None and len(use.item.keys) > 1:
        return ["parts"]
    # What is looped over may be one array, of whose numbers each is computed with.
    return ["list", "array"] if use.iterated and use.item is not None else None


def _function_shape(name: str, function: Any, helpers: Mapping[str, Any]) -> dict[str, Any]:
    taken = parameters(function)
    node = _node(beneath(function))
    if node is not None:
        try:
            uses = Follower((), helpers).function(node)
        except RecursionError:
            uses = {}
        _noted(taken, uses)
        if node.args.kwarg:
            taken += named(uses.get(node.args.kwarg.arg), {p["name"] for p in taken})
    shape: dict[str, Any] = {"name": name, "parameters": [taken]}
    shape["settable"] = settable([node] if node is not None else [])
    if inner := _returned_functions(node, helpers):
        shape["inner"] = inner
    return {**shape, **_handed_on(node, taken)}


def _handed_on(node: Optional[Function], taken: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is returned together, by name; parameters that are among it are marked."""
    returned = _returned_together(node)
    for one in taken:
        if one["name"] in returned:
            one["returned"] = True
    return {"returned": returned} if returned else {}


def _method_node(nodes: Sequence[ast.ClassDef], key: str) -> Optional[Function]:
    parts = (part for node in nodes for part in node.body if isinstance(part, ast.FunctionDef))
    return next((part for part in parts if part.name == key), None)


def _returned_together(node: Optional[Function]) -> list[str]:
    """The names that a function returns in one tuple; none where it returns anything else."""
    for part in ast.walk(node) if node else ():
        if isinstance(part, ast.Return) and isinstance(part.value, (ast.Tuple, ast.List)):
            return [getattr(element, "id", "") for element in part.value.elts]
    return []


def _members(cls: type) -> list[tuple[str, Any]]:
    """A class's members by name, its bases' included, not asked through descriptors."""
    found: dict[str, Any] = {}
    for base in cls.__mro__:
        for key, member in vars(base).items():
            found.setdefault(key, member)
    return sorted(found.items())


def class_nodes(cls: type) -> Iterator[ast.ClassDef]:
    """The syntax trees of a class and its bases, as far as they are the user's own."""
    for base in cls.__mro__[:-1]:
        file = getattr(sys.modules.get(base.__module__), "__file__", None) or ""
        if not file or any(part in file for part in _LIBRARIES):
            continue
        with contextlib.suppress(OSError, TypeError, SyntaxError, RecursionError):
            name = inspect.getsourcefile(base) or ""
            source = "".join(linecache.getlines(name, vars(sys.modules[base.__module__])))
            if (node := _classes_of(source).get(base.__qualname__)) is not None:
                yield _constructed(base, node)


def _constructed(cls: type, node: ast.ClassDef) -> ast.ClassDef:
    """A class as it would be written out: a dataclass keeps what it is given."""
    fields = vars(cls).get("__dataclass_fields__")
    if fields is None or any(getattr(part, "name", "") == "__init__" for part in node.body):
        return node
    names = [name for name, field in fields.items() if field.init]
    kept = "".join(f"self.{name}={name};" for name in names)
    (made,) = ast.parse(f"def __init__(self,{','.join(names)}): {kept or 'pass'}").body
    whole = copy.copy(node)
    whole.body = [*node.body, made]
    return whole


@cache
def _classes_of(source: str) -> dict[str, ast.ClassDef]:
    """Every class of a source by its qualified name: the source is parsed once for all of them."""
    found: dict[str, ast.ClassDef] = {}

    def enter(node: ast.AST, place: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                found[f"{place}{child.name}"] = child  # the last of a name is what it stands for
                enter(child, f"{place}{child.name}.")
            elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                enter(child, f"{place}{child.name}.<locals>.")
            else:
                enter(child, place)

    enter(ast.parse(source), "")
    return found


def _node(function: Any) -> Optional[Function]:
    try:
        tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, IndentationError, RecursionError):
        return None
    node = tree.body[0] if tree.body else None
    return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _returned_functions(
    outer: Optional[Function], helpers: Mapping[str, Any]
) -> list[list[dict[str, Any]]]:
    """Parameters of a function that `outer` defines within itself and returns."""
    if not isinstance(outer, ast.FunctionDef):
        return []
    returned = {
        node.value.id
        for node in ast.walk(outer)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Name)
    }
    found = []
    for node in outer.body:
        if isinstance(node, ast.FunctionDef) and node.name in returned:
            taken = [
                {"name": a.arg, "kind": "any", "element": None, "type": "", "default": False}
                for a in (*node.args.posonlyargs, *node.args.args)
            ]
            with contextlib.suppress(RecursionError):
                _noted(taken, Follower((), helpers).function(node))
            found.append(taken)
    return found
