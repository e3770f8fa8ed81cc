"""The update of a loop, or of a call, by itself: a function of what it names, without the rest.

A script that trains reads data, plays a game or draws, and cannot be run where these are not; a
network wants settings that nobody knows. What they do to weights needs none of that: the statements
between a gradient and the weights are taken out, with what numbers they name are set to before.
Where that is not plain (an average that does not begin as zeros, a number that every step sets
anew, gradients that a call changes before) nothing is taken out.
Runs in the worker, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
from typing import NamedTuple, Optional

from harness.languages.averages import Pair
from harness.languages.begun import is_nothing
from harness.languages.changes import (
    added,
    begins,
    beside,
    changes_elsewhere,
    computes,
    gone_over,
    held_by,
    holds,
    loaded,
    needed,
    set_first,
    set_in,
    stored,
    values,
)
from harness.languages.choices import chosen
from harness.languages.gradients import Block, mentions
from harness.languages.updates import Update, base_of, update_in
from harness.languages.written_out import written_out
from harness.transport.python.called_once import (
    Unclear,
    changed_beside,
    comes_as_it_is,
    makes,
    outlives,
    own_targets,
    set_where_returned,
)
from harness.transport.python.renamed import Renaming, identifier

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
        each_call: the parameters that may be others in every step, where a call is one; else None.
    """

    function: ast.FunctionDef
    update: Update
    owner: str
    name: str
    place: int
    each_call: Optional[tuple[str, ...]]


def outlines(tree: ast.Module) -> list[Outline]:
    """The updates in a source's loops and functions, each by itself, as far as that is plain."""
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
    meant = written_out(chosen(ast.Module(copy.deepcopy(body), [])).body, tree)
    parameters = _parameters(function)
    inside = function is not None
    if inside:
        meant = list(set_where_returned(meant, parameters))
    update = update_in(meant, list(parameters), a_step=inside) or update_in(
        meant, list(parameters), elements=True
    )
    if update is None or not (update.loops or inside):
        return []
    try:
        made = _Taking(update, meant, parameters, tree, owner, inside).made()
    except Unclear:
        return []
    name = function.name if function else ""
    each_call = None if update.loops else tuple(parameters)
    return [Outline(made, update, owner.name if owner else "", name, place, each_call)]


def _parameters(function: Optional[ast.FunctionDef]) -> dict[str, Optional[ast.expr]]:
    """The parameters of a function, each with its default."""
    if function is None:
        return {}
    listed = [*function.args.posonlyargs, *function.args.args]
    defaults = function.args.defaults
    taken: list[Optional[ast.expr]] = [*[None] * (len(listed) - len(defaults)), *defaults]
    alone = zip(function.args.kwonlyargs, function.args.kw_defaults)
    return {a.arg: d for a, d in (*zip(listed, taken), *alone) if a.arg != "self"}


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
        # What holds an update and is gone through in a step, or from step to step.
        around = [node for node in body if holds(node, update.block)]
        self._around = list(update.loops[:1]) or around
        inner = [n for node in self._around for n in ast.walk(node) if isinstance(n, ast.For)]
        inner = [n for n in inner if holds(n, update.block) and n not in update.loops]
        # The names for what holds each of several arrays, and what holds all of these.
        each = dict(pair for n in inner for pair in gone_over(n.target, n.iter))
        counted = {name for n in inner for name in stored(n.target)}
        bases = {base_of(t) for p in update.pairs for t in (p.weights, p.average)}
        self._each = {name: each.get(name, "") for name in bases & counted}
        self._parameters = parameters
        self._before: Block = []
        self._asked: dict[str, Optional[ast.expr]] = {}
        self._settled: set[str] = set()
        self._settings: set[str] = set()
        held = {t for p in update.pairs for t in (p.weights, p.average, p.gradient)}
        self._names = {text: identifier(text) for text in held}
        if len(set(self._names.values())) < len(held) or any(p.whole for p in update.pairs):
            raise Unclear

    def made(self) -> ast.FunctionDef:
        pairs, block = self._update.pairs, self._update.block
        weights = [self._names[p.weights] for p in pairs]
        averages = [self._names[p.average] for p in pairs]
        gradients = [self._names[p.gradient] for p in pairs]
        region = self._update.loops[0].body if self._update.loops else self._body  # type: ignore[attr-defined]
        elsewhere = set(changes_elsewhere(region, block))
        for pair in pairs:
            if elsewhere & {held_by(text, self._each) for text in (pair.weights, pair.average)}:
                raise Unclear
            self._begins_as_zeros(pair.average)
            if changed_beside(pair, block, self._beside()):
                raise Unclear
            if not self._update.loops or self._each:
                self._is_as_handed(pair)
        known = {self._names[p.gradient]: p.at for p in pairs}
        first = min(p.at for p in pairs)
        lines, beside_them = [], set()
        for place, node in enumerate(block):
            copied = self._renamed(node)
            if place < first and set_in(copied) & set(gradients):  # with what else is computed
                beside_them |= set_in(copied) - set(gradients)
            elif not (
                begins(node, {p.average for p in pairs})
                or computes(node, {p.gradient: p.at for p in pairs}, place)
                or computes(copied, known, place)
            ):
                lines.append(copied)
        while lines and set_in(lines[-1]) <= set(gradients):  # they begin anew for the next step
            lines.pop()
        kept, _ = needed(lines, {*weights, *averages})
        inner = [part for node in kept for part in ast.walk(node)]
        if any(isinstance(part, (ast.For, ast.While, ast.Try)) for part in inner):
            raise Unclear
        if any(beside_them & set(loaded(node)) for node in kept):
            raise Unclear
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
        if not self._update.loops if again else name in self._anew():
            raise Unclear
        if name in self._module() and not self._assigned(name):
            set_to = [v for node in self._tree.body for t, v in values(node) if t == name]
            alone = sum(name in stored(node) for node in self._tree.body) == 1
            if alone and len(set_to) == 1 and isinstance(set_to[0], ast.Constant):
                self._asked[name] = set_to[0]  # a setting of the file
            return
        begun = [v for node in self._outside() for t, v in values(node) if t == name]
        if sum(name in stored(node) for node in self._outside()) != len(begun):
            raise Unclear  # it is changed, or set under a condition
        if not begun and name in self._parameters:
            self._asked[name] = self._parameters[name]
            return
        if len({ast.unparse(value) for value in begun}) != 1:
            raise Unclear
        beginning = self._renamed(ast.parse(f"{name} = {ast.unparse(begun[0])}").body[0])
        if ast.unparse(beginning) == f"{name} = {name}":  # a setting, by the name that it has there
            self._asked[name] = None
            return
        for inner in dict.fromkeys(loaded(beginning)):
            if inner not in self._settled:
                self._settle(inner, again=False)
        self._before.append(beginning)

    def _outside(self) -> Block:
        """The statements of the function, or of the module, that come before the loop."""
        nodes = self._body[: self._at()] if self._inside else self._tree.body
        return [n for n in nodes if n not in self._update.loops]

    def _at(self) -> int:
        places = [
            i
            for i, node in enumerate(self._body)
            if any(part is first for first in self._around for part in ast.walk(node))
        ]
        return places[0] if places else 0

    def _beside(self) -> Block:
        """What a step does beside the update, in the loops around it."""
        return [n for node in self._around for n in beside(node, self._update.block)]

    def _anew(self) -> set[str]:
        """What the loops around an update give another value in every step."""
        anew = self._beside()
        loops = (part for node in self._around for part in ast.walk(node))
        counted = [part.target for part in loops if isinstance(part, ast.For)]
        if not self._update.loops:  # where a call is a step, what the object has is set in each
            anew += [ast.Assign([t], t) for t in own_targets(self._body)]
        return {t for node in anew for t in set_in(node)} | {t for n in counted for t in stored(n)}

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
        made: ast.stmt = Renaming(self._names, self._held).visit(copy.deepcopy(node))
        return ast.fix_missing_locations(made)

    def _held(self, owner: ast.expr, key: str) -> Optional[str]:
        """The name for what `self`, or a parameter with settings, holds; None for neither."""
        if isinstance(owner, ast.Name) and owner.id == "self":
            with contextlib.suppress(Unclear):  # it may be nothing that the update asks for
                return self._own(key)
            return None
        if isinstance(owner, ast.Attribute) and ast.unparse(owner.value) == "self":
            value, known = self._initial(owner.attr)
            held = isinstance(value, ast.Name) and value.id in known
        else:
            held = isinstance(owner, ast.Name) and owner.id in self._parameters
        if not held or not key.isidentifier() or key in self._parameters:
            return None
        self._settings.add(key)
        return key

    def _own(self, attribute: str) -> str:
        """The name for what `self` holds: of the constructor's parameter, if it is one."""
        name = attribute.strip("_")
        value, known = self._initial(attribute)
        if isinstance(value, ast.Name) and value.id in known:
            self._asked[value.id] = known[value.id]
            self._settled.add(value.id)
            return value.id
        if not isinstance(value, ast.Constant):
            raise Unclear
        self._before += ast.parse(f"{name} = {ast.unparse(value)}").body
        self._settled.add(name)
        return name

    def _initial(self, attribute: str) -> tuple[ast.expr, dict[str, Optional[ast.expr]]]:
        """What a constructor sets an attribute to, which keeps it, and what it is handed itself."""
        if self._owner is None:
            raise Unclear
        made = [n for n in self._owner.body if getattr(n, "name", "") == "__init__"]
        if attribute in {getattr(n, "name", "") for n in self._owner.body}:
            raise Unclear  # it is computed
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
            raise Unclear
        known = _parameters(made[0]) if isinstance(made[0], ast.FunctionDef) else {}
        return ast.parse(set_to.pop(), mode="eval").body, known

    def _is_as_handed(self, pair: Pair) -> None:
        """Raise where a step may do something else to an average, or to a gradient."""
        if {pair.weights, pair.average} & set(self._each):
            raise Unclear  # what a loop's own name becomes is nowhere in the next round
        anew = self._anew() if self._each else set()
        if any(not over or {over, base_of(over)} & anew for over in self._each.values()):
            raise Unclear
        block, before, around = self._update.block, self._outside(), self._around
        if not self._update.loops and not outlives(pair.average, self._body, self._parameters):
            raise Unclear
        if not comes_as_it_is(pair, block, before, around, self._parameters):
            raise Unclear

    # -- how an average begins -----------------------------------------------------------------

    def _begins_as_zeros(self, average: str) -> None:
        """Raise unless all that an average is set to, or what holds it, are zeros or nothing."""
        average = self._each.get(base_of(average), average)
        bases = {average, average.partition("[")[0]}
        if self._update.loops and bases & self._anew():
            raise Unclear  # it begins again, as with each epoch
        scope: list[ast.AST] = [*self._body, *self._update.block]
        if average.startswith("self.") and self._owner is not None:
            scope += self._owner.body
        elif not self._inside or not makes(base_of(average), self._body):
            scope += self._tree.body
        begun = [
            value
            for node in scope
            for part in ast.walk(node)
            for text, value in (values(part) if isinstance(part, ast.stmt) else added(part))
            if text.partition("[")[0] in bases or text in bases
            if not any(mentions(value, base) for base in bases)
        ]
        if not begun or not all(map(is_nothing, begun)):
            raise Unclear
