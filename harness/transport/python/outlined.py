"""The update of a loop by itself: a function of what it names, without what surrounds it.

A script that trains reads data, plays a game or draws, and cannot be run where these are not. What
it does to its weights needs none of them: the statements between a gradient and the weights are
taken out, with what numbers they name are set to before the loop. Where that is not plain (an
average that does not begin as zeros, a number that every step sets anew) nothing is taken out.
Runs in the worker, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
import builtins
import copy
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Optional

from harness.languages.changes import (
    computes,
    is_nothing,
    loaded,
    needed,
    set_first,
    set_in,
    stored,
    values,
)
from harness.languages.choices import chosen
from harness.languages.updates import Block, Update, base_of, mentions, update_in

SLOPE = "_rmsproof_slope"
_BUILT_IN = frozenset(dir(builtins))


class Outline(NamedTuple):
    """An update by itself.

    Attributes:
        function: of the numbers that it names, which goes on step by step.
        update: as the source has it.
        owner: the class that it stands in, if it does.
        name: of the function that it stands in; empty at the top level.
        place: of the statement that it stands in, in the source.
    """

    function: ast.FunctionDef
    update: Update
    owner: str
    name: str
    place: int


def outlines(tree: ast.Module) -> list[Outline]:
    """The updates in a source's loops, each by itself, as far as that is plain."""
    found = []
    for place, node in enumerate(tree.body):
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    found += _of(inner.body, place, tree, inner, node)
        elif isinstance(node, ast.FunctionDef):
            found += _of(node.body, place, tree, node, None)
        elif isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            found += _of(node.body, place, tree, None, None)
        elif isinstance(node, (ast.For, ast.While)):
            found += _of([node], place, tree, None, None)
    return found


def _of(
    body: Block,
    place: int,
    tree: ast.Module,
    function: Optional[ast.FunctionDef],
    owner: Optional[ast.ClassDef],
) -> list[Outline]:
    meant = chosen(ast.Module(copy.deepcopy(body), [])).body
    parameters = _parameters(function)
    update = update_in(meant, list(parameters))
    if update is None or not update.loops:
        return []
    try:
        made = _Taking(update, meant, parameters, tree, owner, bool(function)).made()
    except _Unclear:
        return []
    name = function.name if function else ""
    return [Outline(made, update, owner.name if owner else "", name, place)]


def _parameters(function: Optional[ast.FunctionDef]) -> dict[str, Optional[ast.expr]]:
    """The parameters of a function, each with its default."""
    if function is None:
        return {}
    listed = [*function.args.posonlyargs, *function.args.args]
    defaults = function.args.defaults
    taken: list[Optional[ast.expr]] = [*[None] * (len(listed) - len(defaults)), *defaults]
    alone = zip(function.args.kwonlyargs, function.args.kw_defaults)
    return {a.arg: d for a, d in (*zip(listed, taken), *alone) if a.arg != "self"}


class _Unclear(Exception):
    """What surrounds an update may matter to it."""


class _Taking:
    """Takes one update out of its loop."""

    def __init__(
        self,
        update: Update,
        body: Block,
        parameters: dict[str, Optional[ast.expr]],
        tree: ast.Module,
        owner: Optional[ast.ClassDef],
        inside: bool,
    ) -> None:
        self._update, self._body, self._tree, self._owner = update, body, tree, owner
        self._inside = inside
        self._parameters = parameters
        self._before: Block = []
        self._asked: dict[str, Optional[ast.expr]] = {}
        self._settled: set[str] = set()
        self._settings: set[str] = set()
        held = {t for p in update.pairs for t in (p.weights, p.average, p.gradient)}
        self._names = {text: _identifier(text) for text in held}
        if len(set(self._names.values())) < len(held) or any(p.whole for p in update.pairs):
            raise _Unclear

    def made(self) -> ast.FunctionDef:
        pairs, block = self._update.pairs, self._update.block
        weights = [self._names[p.weights] for p in pairs]
        averages = [self._names[p.average] for p in pairs]
        gradients = [self._names[p.gradient] for p in pairs]
        for pair in pairs:
            self._begins_as_zeros(pair.average)
        known = {self._names[p.gradient]: p.at for p in pairs}
        lines = [
            copied
            for place, node in enumerate(block)
            if not _begins(node, {p.average for p in pairs})
            if not computes(copied := self._renamed(node), known, place)
        ]
        while lines and set_in(lines[-1]) <= set(gradients):  # they begin anew for the next step
            lines.pop()
        kept, _ = needed(lines, {*weights, *averages})
        inner = [part for node in kept for part in ast.walk(node)]
        if any(isinstance(part, (ast.For, ast.While, ast.Try)) for part in inner):
            raise _Unclear
        again = {name for node in kept for name in stored(node)}
        self._settled |= {*weights, *averages, *gradients}
        for name in dict.fromkeys(name for node in kept for name in loaded(node)):
            if name not in self._settled and not (name in again and set_first(kept, name)):
                self._settle(name, again=name in again)
        given = ast.parse("\n".join(f"{g} = {SLOPE}()" for g in gradients)).body
        zeros = ast.parse("\n".join(f"{a} = 0.0" for a in averages)).body
        loop = ast.parse("while True: pass").body[0]
        assert isinstance(loop, ast.While)
        loop.body = [*given, *kept]
        made = ast.parse("def _rmsproof_update(): pass").body[0]
        assert isinstance(made, ast.FunctionDef)
        made.body = [*self._before, *zeros, loop]
        asked = {**dict.fromkeys(weights), **self._asked}
        names = sorted(asked, key=lambda name: asked[name] is not None)
        made.args.args = [ast.arg(name) for name in names]
        made.args.defaults = [d for name in names if (d := asked[name]) is not None]
        return ast.fix_missing_locations(made)

    # -- what an update names -----------------------------------------------------------------

    def _settle(self, name: str, again: bool) -> None:
        """Make out what a name is before the loop."""
        self._settled.add(name)
        if name in _BUILT_IN:
            return
        if name in self._settings:
            self._asked[name] = None
            return
        if not again and name in self._anew():
            raise _Unclear
        if name in self._module() and not self._assigned(name):
            set_to = [v for node in self._tree.body for t, v in values(node) if t == name]
            alone = sum(name in stored(node) for node in self._tree.body) == 1
            if alone and len(set_to) == 1 and isinstance(set_to[0], ast.Constant):
                self._asked[name] = set_to[0]  # a setting of the file
            return
        begun = [v for node in self._outside() for t, v in values(node) if t == name]
        if sum(name in stored(node) for node in self._outside()) != len(begun):
            raise _Unclear  # it is changed, or set under a condition
        if not begun and name in self._parameters:
            self._asked[name] = self._parameters[name]
            return
        if len({ast.unparse(value) for value in begun}) != 1:
            raise _Unclear
        beginning = self._renamed(ast.parse(f"{name} = {ast.unparse(begun[0])}").body[0])
        for inner in dict.fromkeys(loaded(beginning)):
            if inner not in self._settled:
                self._settle(inner, again=False)
        self._before.append(beginning)

    def _outside(self) -> Block:
        """The statements of the function, or of the module, that come before the loop."""
        nodes = self._body[: self._at()] if self._inside else self._tree.body
        return [n for n in nodes if n not in self._update.loops]

    def _at(self) -> int:
        first = self._update.loops[0]
        return next(i for i, n in enumerate(self._body) if any(p is first for p in ast.walk(n)))

    def _anew(self) -> set[str]:
        """What the loops around an update give another value in every step."""
        beside = [n for loop in self._update.loops[:1] for n in _beside(loop, self._update.block)]
        loops = (part for loop in self._update.loops for part in ast.walk(loop))
        counted = [part.target for part in loops if isinstance(part, ast.For)]
        return {t for node in beside for t in set_in(node)} | {
            t for n in counted for t in stored(n)
        }

    def _assigned(self, name: str) -> bool:
        """Whether a function gives a name a value of its own, or takes it."""
        if not self._inside:
            return False
        return name in self._parameters or any(name in stored(node) for node in self._body)

    def _module(self) -> set[str]:
        found: set[str] = set()
        for node in self._tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.add(node.name)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                found |= {(a.asname or a.name).partition(".")[0] for a in node.names}
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                found |= stored(node)
        return found

    def _renamed(self, node: ast.stmt) -> ast.stmt:
        made: ast.stmt = _Renaming(self._names, self._held).visit(copy.deepcopy(node))
        return ast.fix_missing_locations(made)

    def _held(self, owner: str, key: str) -> Optional[str]:
        """The name for what `self`, or a parameter with settings, holds; None for neither."""
        if owner == "self":
            return self._own(key)
        if owner not in self._parameters or not key.isidentifier() or key in self._parameters:
            return None
        self._settings.add(key)
        return key

    def _own(self, attribute: str) -> str:
        """The name for what `self` holds: of the constructor's parameter, if it is one."""
        if self._owner is None:
            raise _Unclear
        name = attribute.strip("_")
        made = [n for n in self._owner.body if getattr(n, "name", "") == "__init__"]
        if attribute in {getattr(n, "name", "") for n in self._owner.body}:
            raise _Unclear  # it is computed
        set_to = {
            ast.unparse(value)
            for one in made
            for node in ast.walk(one)
            if isinstance(node, ast.stmt)
            for text, value in values(node)
            if text == f"self.{attribute}"
        }
        changed = {t for node in self._update.block for t in set_in(node)} | self._anew()
        if len(set_to) != 1 or f"self.{attribute}" in changed:
            raise _Unclear
        value = ast.parse(set_to.pop(), mode="eval").body
        known = _parameters(made[0]) if isinstance(made[0], ast.FunctionDef) else {}
        if isinstance(value, ast.Name) and value.id in known:
            self._asked[value.id] = known[value.id]
            self._settled.add(value.id)
            return value.id
        if not isinstance(value, ast.Constant):
            raise _Unclear
        self._before += ast.parse(f"{name} = {ast.unparse(value)}").body
        self._settled.add(name)
        return name

    # -- how an average begins -----------------------------------------------------------------

    def _begins_as_zeros(self, average: str) -> None:
        """Raise unless all that an average is set to, or what holds it, are zeros or nothing."""
        bases = {average, average.partition("[")[0]}
        scope: list[ast.AST] = [*self._body, *self._update.block]
        if average.startswith("self.") and self._owner is not None:
            scope += self._owner.body
        elif not self._inside or not any(base_of(average) in stored(n) for n in self._body):
            scope += self._tree.body
        begun = [
            value
            for node in scope
            for part in ast.walk(node)
            if isinstance(part, ast.stmt)
            for text, value in values(part)
            if text.partition("[")[0] in bases or text in bases
            if not any(mentions(value, base) for base in bases)
        ]
        if not begun or not all(map(is_nothing, begun)):
            raise _Unclear


class _Renaming(ast.NodeTransformer):
    """Gives plain names to weights, averages and gradients, and to what one thing holds."""

    def __init__(self, names: dict[str, str], held: Callable[[str, str], Optional[str]]) -> None:
        self._names, self._held = names, held

    def visit(self, node: ast.AST) -> Any:
        """One of them is one name."""
        context = getattr(node, "ctx", ast.Load())
        if isinstance(node, ast.expr) and (name := self._names.get(ast.unparse(node))):
            return ast.Name(name, context)
        key: Any = node.attr if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            key = node.slice.value
        owner: Any = getattr(node, "value", None)
        inside = isinstance(key, str) and isinstance(owner, ast.Name)
        if inside and (name := self._held(owner.id, key)):
            return ast.Name(name, context)
        return self.generic_visit(node)


def _identifier(text: str) -> str:
    """A name for an expression; a name is its own."""
    return text if text.isidentifier() else f"_rmsproof_{re.sub(r'[^0-9A-Za-z_]', '_', text)}"


def _begins(node: ast.stmt, averages: set[str]) -> bool:
    """Whether a statement begins averages that are not there yet, and does nothing else."""
    if not isinstance(node, ast.If) or node.orelse:
        return False
    begun = [pair for inner in node.body for pair in values(inner)]
    return bool(begun) and all(
        any(text in (a, a.partition("[")[0]) for a in averages) and is_nothing(value)
        for text, value in begun
    )


def _beside(node: ast.stmt, block: Block) -> Iterator[ast.stmt]:
    """The statements that are run in every step beside a block, in what holds it."""
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(node, field, None)
        if inner is block or not isinstance(inner, list):
            continue
        if any(_holds(one, block) for one in inner):
            for one in inner:
                if _holds(one, block):
                    yield from _beside(one, block)
                elif not isinstance(one, ast.If):
                    yield one


def _holds(node: ast.stmt, block: Block) -> bool:
    fields = ("body", "orelse", "finalbody")
    return any(getattr(p, field, None) is block for p in ast.walk(node) for field in fields)
