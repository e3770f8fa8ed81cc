"""Numbers that somebody could tell a port in another way than it is called, where they end up.

In maps by a name, in attributes and variables that get what a function is handed, or that other
code sets: there they are told, once the port is made.
Runs in the worker, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
import dataclasses
import types
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from typing import Any

from harness.languages.gradients import called
from harness.transport.python.explored.reach import Cell, attributes, own, parts
from harness.transport.python.settable import ASKS
from harness.transport.python.shape import class_nodes

# Objects within objects: more than this are no settings.
_DEEPEST = 4
_OWN = ("self", "cls")
_EVERY = "*"
# What makes a record of another, with other numbers.
_COPIES = ("replace", "_replace", "evolve")


class Places:
    """Finds them.

    Args:
        tree: of the source.
        module: its names, and what they stand for.
    """

    def __init__(self, tree: ast.Module, module: dict[str, Any]) -> None:
        self._module = module
        self._elsewhere, self._shared, self._names, self._defaults = _read(tree)

    def of(self, owner: Any) -> dict[str, Cell]:
        """Those of an object, by path."""
        return self._found({"this": owner})

    def of_module(self) -> dict[str, Cell]:
        """Those of the module itself."""
        plain = (type, types.ModuleType, types.FunctionType, type(None))
        named = [(n, t) for n, t in self._module.items() if n in self._names]
        held = {n: t for n, t in named if not isinstance(t, plain) and n[:2] != "__"}
        found = self._found({f"module.{name}": thing for name, thing in held.items()})
        for name in self._shared & held.keys():
            self._add(found, f"module.{name}", held[name], partial(self._module.__setitem__, name))
        return found

    def _found(self, roots: Mapping[str, Any]) -> dict[str, Cell]:
        found: dict[str, Cell] = {}
        seen: dict[int, Any] = {}
        for path, root in roots.items():
            default = path.rpartition(".")[2] in self._defaults
            self._visit(found, seen, path, root, 0, default)
        return found

    def _visit(
        self,
        found: dict[str, Cell],
        seen: dict[int, Any],
        path: str,
        held: Any,
        depth: int,
        every: bool = False,
    ) -> None:
        if depth > _DEEPEST or id(held) in seen:
            return
        seen[id(held)] = held
        kind: Any = type(held)
        told = _told(kind)
        names = told | self._elsewhere
        every |= _EVERY in (names if dataclasses.is_dataclass(held) else told)
        free = isinstance(held, (dict, types.SimpleNamespace)) or every
        for part, inner, put in parts(held):
            if free or part[1:] in names:
                self._add(found, path + part, inner, put)
            if hasattr(inner, "_fields") and isinstance(inner, tuple):
                self._add_fields(found, path + part, inner, put)
            self._visit(found, seen, path + part, inner, depth + 1)
        for base in filter(own, kind.__mro__):
            there = vars(base).keys() - {*attributes(held)}
            for name in there if every else names & there:
                put = partial(setattr, base, name)
                self._add(found, f"{path}.{name}", vars(base)[name], put)
            for name, shared in {**vars(base)}.items():
                if own(type(shared)) or (isinstance(shared, dict) and name[:2] != "__"):
                    self._visit(found, seen, f"{path}.{name}", shared, depth + 1)

    def _add_fields(self, found: dict[str, Cell], path: str, held: Any, put: Any) -> None:
        """The numbers of a named tuple, in whose place another one is put."""
        now = [held]

        def put_field(name: str, value: Any) -> None:
            now[0] = now[0]._replace(**{name: value})
            put(now[0])

        for name in held._fields:
            self._add(found, f"{path}.{name}", getattr(held, name), partial(put_field, name))

    @staticmethod
    def _add(found: dict[str, Cell], path: str, held: Any, put: Any) -> None:
        if isinstance(held, (int, float)) and not isinstance(held, bool):
            found.setdefault(path, Cell(float(held), False, put))


def place(cells: Mapping[str, Cell], placed: Mapping[str, Any]) -> None:
    """Put numbers into those of these places that are among them."""
    for path in placed.keys() & cells.keys():
        cells[path].put(placed[path])


@lru_cache(maxsize=4)  # a source is asked in every scenario
def _read(tree: ast.Module) -> tuple[frozenset[str], ...]:
    """The attributes that are set elsewhere, the variables that are shared, all names, defaults."""
    names = frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name))
    taken = [n for n in ast.walk(tree) if isinstance(n, ast.arguments)]
    # In whose place a caller may hand over another object.
    defaults = [d for one in taken for d in (*one.defaults, *one.kw_defaults)]
    held = frozenset(d.id for d in defaults if isinstance(d, ast.Name))
    return frozenset(_set_elsewhere(tree)), frozenset(_shared(tree)), names, held


@cache
def _told(kind: type) -> frozenset[str]:
    """The attributes that a class may be told; "*" for all of them."""
    return frozenset(_of_nodes(class_nodes(kind))) if own(kind) else frozenset()


def _of_nodes(nodes: Iterable[ast.AST]) -> Iterator[str]:
    parts = [part for node in nodes for part in ast.walk(node)]
    for function in (part for part in parts if isinstance(part, ast.FunctionDef)):
        handed = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)} - {*_OWN}
        for loop in (part for part in ast.walk(function) if isinstance(part, ast.For)):
            handed |= _names_in(loop.target) if handed & _names_in(loop.iter) else set()
        for part in ast.walk(function):
            if isinstance(part, ast.Assign) and handed & _names_in(part.value):
                targets = [t for target in part.targets for t in ast.walk(target)]
                yield from (t.attr for t in targets if isinstance(t, ast.Attribute))
            elif isinstance(part, ast.Call) and called(part) in ASKS:
                yield from (a.attr for a in part.args[1:] if isinstance(a, ast.Attribute))
            if isinstance(part, ast.Call) and _sets_any(part) and handed & _names_in(part):
                yield _EVERY


def _sets_any(call: ast.Call) -> bool:
    """Whether a call sets attributes whose names are not written there."""
    if called(call) == "setattr":
        return len(call.args) > 1 and not isinstance(call.args[1], ast.Constant)
    return ast.unparse(call.func).endswith((".__dict__.update", "vars(self).update"))


def _set_elsewhere(tree: ast.Module) -> Iterator[str]:
    """The attributes that are set of something else than what sets them; "*": any of a record."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Call) and called(part) in _COPIES:
            yield from (keyword.arg or _EVERY for keyword in part.keywords)
        for target in part.targets if isinstance(part, ast.Assign) else ():
            if isinstance(target, ast.Attribute) and ast.unparse(target.value) not in _OWN:
                yield target.attr


def _shared(tree: ast.Module) -> Iterator[str]:
    """The variables of a module that a function sets to what it is handed."""
    for function in (part for part in ast.walk(tree) if isinstance(part, ast.FunctionDef)):
        handed = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
        shared = {n for p in ast.walk(function) if isinstance(p, ast.Global) for n in p.names}
        for part in ast.walk(function):
            if isinstance(part, ast.Assign) and handed & _names_in(part.value):
                yield from shared.intersection(map(ast.unparse, part.targets))


def _names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
