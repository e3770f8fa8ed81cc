"""A function, or a loop of a module, made to ask for gradients in place of computing its own.

It becomes a generator: before its update it yields its weights, and goes on with the weights and
the gradients that it is sent. Loops around the update do not end, and do not return: how far a
port goes is the scenario's, when it stops by itself is left out. All else is run as it stands.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Optional, Union

import numpy as np

from harness.languages.averages import Pair
from harness.languages.changes import computes, holds, needed, set_in
from harness.languages.choices import chosen
from harness.languages.gradients import copied
from harness.languages.updates import Update, base_of, update_in
from harness.transport.python.anything import unpacked
from harness.transport.python.arrays import Garbled

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
_FED, _ENDLESS, _ROUNDS, _UNPACKED, _ARRAY, LEFT = (
    f"_rmsproof_{name}" for name in ("fed", "endless", "rounds", "unpacked", "array", "left")
)
_LOOP = "_rmsproof_loop"


def endless(values: Iterable[Any]) -> Iterable[Any]:
    """Numbers that go on; other values again from the first."""
    if isinstance(values, range):
        return itertools.count(values.start, values.step)
    return itertools.cycle(values)


def rounds(values: Iterable[Any], anew: str) -> Iterable[Any]:
    """What an inner loop goes over, where every round of an outer one sets something anew.

    Raises:
        Garbled: data say how often it goes round, and what stands in for them says once.
    """
    count = 0
    for value in values:
        count += 1
        yield value
    if count == 1:
        message = f"{anew} is set anew in an outer loop, how often its data say"
        raise Garbled(message, misread=True)


def generator_of(
    node: Union[Function, ast.For, ast.While, ast.If],
    namespace: dict[str, Any],
    path: str,
    owner: str = "",
) -> tuple[Callable[..., Any], Update]:
    """What a function, or a loop of the module, becomes.

    Args:
        node: the function, the loop, or what a script does; it is changed.
        namespace: of the module.
        path: of the source.
        owner: the class that a method is of.

    What it yields are its weights, and the places that say which of several these are.

    Returns:
        The generator function, and its update. It hands its local names to what it is given as
        `LEFT`, when a call ends.

    Raises:
        ValueError: it has no update.
    """
    if isinstance(node, (ast.For, ast.While, ast.If)):
        node = _function_of(node)
    known = [a.arg for a in node.args.args]
    update = update_in(node.body, known) or update_in(chosen(node).body, known)
    if update is None or _asks(node):
        raise ValueError("no update is known in it")
    _Rewriter(update).rewrite(node)
    call = ast.Call(_name(LEFT), [ast.Call(_name("locals"), [], [])], [])
    node.body = [ast.Try(node.body, [], [], [ast.Expr(call)])]
    node.args.kwonlyargs.append(ast.arg(LEFT))
    node.args.kw_defaults.append(None)
    node.decorator_list, node.returns = [], None
    for argument in ast.walk(node.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    # In a class of the same name, where private names mean what they meant.
    top: ast.stmt = node
    if owner:
        top = ast.parse(f"class {owner}: pass").body[0]
        assert isinstance(top, ast.ClassDef)
        top.body = [node]
    module = ast.fix_missing_locations(ast.Module([top], []))
    namespace.update({_ENDLESS: endless, _ROUNDS: rounds, _UNPACKED: unpacked, _ARRAY: np.array})
    made: dict[str, Any] = {}
    exec(compile(module, path, "exec"), namespace, made)
    return (vars(made[owner])[node.name] if owner else made[node.name]), update


def _asks(node: ast.AST) -> bool:
    """Whether a generator waits for what it is sent; what it only tells is left out."""
    told = {id(n.value) for n in ast.walk(node) if isinstance(n, ast.Expr)}
    return any(
        isinstance(n, ast.YieldFrom) or (isinstance(n, ast.Yield) and id(n) not in told)
        for n in ast.walk(node)
    )


def _function_of(loop: Union[ast.For, ast.While, ast.If]) -> ast.FunctionDef:
    """A loop of a module as a function of the same names; of a script's part what it does."""
    names = {
        part.id
        for part in ast.walk(loop)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    function = ast.parse(f"def {_LOOP}(): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    inside = loop.body if isinstance(loop, ast.If) else [loop]
    function.body = [*([ast.Global(sorted(names))] if names else []), *inside]
    return function


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


class _Rewriter(ast.NodeTransformer):
    """Puts the question for gradients into an update, and takes the stops out around it."""

    def __init__(self, update: Update) -> None:
        self._update = update
        self._loops: list[ast.stmt] = []  # around what is visited, innermost last
        self._around = {id(loop) for loop in update.loops}
        self._anew = _set_anew(update)

    def rewrite(self, node: Function) -> None:
        """Change a function."""
        self._block(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Definitions inside are left alone."""
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """The same."""
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        """The outermost loop goes on for ever."""
        if self._update.loops and node is self._update.loops[0]:
            node.iter = ast.Call(_name(_ENDLESS), [node.iter], [])
        elif self._anew and id(node) in self._around:
            node.iter = ast.Call(_name(_ROUNDS), [node.iter, ast.Constant(self._anew)], [])
        return self._looped(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        """A loop around the update does not ask whether it is enough."""
        if id(node) in self._around:
            node.test = ast.Constant(True)
        return self._looped(node)

    def _looped(self, node: ast.stmt) -> ast.AST:
        self._loops.append(node)
        self._block(node)
        self._loops.pop()
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        """The update goes on where something else is a stop."""
        update = self._update.block
        for block, other, goes in ((node.body, node.orelse, True), (node.orelse, node.body, False)):
            inside = block is update or any(holds(one, update) for one in block)
            if inside and any(map(_stops, other)):
                node.test = ast.Constant(goes)
        return self._block(node)

    def visit_Break(self, node: ast.Break) -> ast.AST:
        """A stop of a loop around the update."""
        return ast.Pass() if self._loops and id(self._loops[-1]) in self._around else node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        """The same."""
        return ast.Pass() if any(id(loop) in self._around for loop in self._loops) else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """What a generator tells from step to step, nobody asked for."""
        return ast.Pass() if isinstance(node.value, ast.Yield) else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """What says nothing can be unpacked into any number of names."""
        target = node.targets[0]
        if isinstance(target, (ast.Tuple, ast.List)) and not isinstance(node.value, ast.Tuple):
            count = ast.Constant(len(target.elts))
            node.value = ast.Call(_name(_UNPACKED), [node.value, count], [])
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Whatever else has blocks of statements."""
        return self._block(node) if isinstance(node, (ast.stmt, ast.ExceptHandler)) else node

    def _block(self, node: ast.AST) -> ast.AST:
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if not isinstance(block, list):
                continue
            made = _asking(self._update) if block is self._update.block else block
            setattr(node, field, [self.visit(statement) for statement in made])
        for handler in getattr(node, "handlers", []):
            self._block(handler)
        return node


def _set_anew(update: Update) -> str:
    """A name that an update goes by and that an outer loop sets, beside the loop inside it."""
    known = {pair.whole or pair.gradient: pair.at for pair in update.pairs}
    held = {base_of(text) for pair in update.pairs for text in (pair.weights, pair.average)}
    # What a gradient alone is computed of says nothing of an update that is given another.
    asked: set[str] = set()
    for _ in range(2):
        kept = [
            statement
            for place, statement in enumerate(update.block)
            if not any(place < known.get(text, 0) for text in set_in(statement))
            or set_in(statement) & asked
        ]
        asked = needed(kept, held)[1] - {base_of(name) for name in known}
    for outer, inner in zip(update.loops, update.loops[1:]):
        for statement in getattr(outer, "body", []):
            around = holds(statement, getattr(inner, "body", []))
            if not around and (names := sorted(set_in(statement) & asked)):
                return names[0]
    return ""


def _stops(statement: ast.stmt) -> bool:
    return any(isinstance(part, (ast.Break, ast.Return)) for part in ast.walk(statement))


def _asking(update: Update) -> list[ast.stmt]:
    """The statements of an update that asks for its gradients."""
    pairs = update.pairs
    first = min(pair.at for pair in pairs)
    weights = ", ".join(pair.weights for pair in pairs)
    known = {pair.whole or pair.gradient: pair.at for pair in pairs}
    left = _left_out(update.block, known)
    computed = [None if _assignable(pair) else pair.gradient for pair in pairs]
    made: list[ast.stmt] = []
    for place, statement in enumerate(update.block):
        if place == first:
            places = "".join(f"{name}, " for name in update.places)
            made += ast.parse(f"{_FED} = yield ({weights},), ({places})").body
            for number, pair in enumerate(pairs):
                made += ast.parse(f"{pair.weights} = {_FED}[0][{number}]").body
                before = ((node, copied(node)) for node in update.block[:place])
                made += [node for node, copy in before if copy and copy[1] == pair.weights]
        for number, pair in enumerate(pairs):
            if place == pair.at and pair.whole:
                made += ast.parse(f"{pair.whole} = {_ARRAY}({_FED}[1])").body
            elif place == pair.at and _assignable(pair):
                made += ast.parse(f"{pair.gradient} = {_FED}[1][{number}]").body
        if place not in left:
            made.append(_Given(computed).visit(statement) if place >= first else statement)
    return made


def _left_out(block: Sequence[ast.stmt], known: Mapping[str, int]) -> set[int]:
    """The places of what does nothing but compute gradients, which are given.

    What begins a gradient stays where something that stays goes on with it.
    """
    sets = [set_in(statement) for statement in block[: max(known.values())]]
    left = {place for place in range(len(sets)) if computes(block[place], known, place)}
    while stay := {
        p for p in left if any(sets[p] & s for q, s in enumerate(sets) if q not in left)
    }:
        left -= stay
    return left


def _assignable(pair: Pair) -> bool:
    gradient = ast.parse(pair.gradient, mode="eval").body
    return bool(pair.whole) or isinstance(gradient, (ast.Name, ast.Attribute))


class _Given(ast.NodeTransformer):
    """Puts what is given where gradients are computed in the middle of an update."""

    def __init__(self, gradients: Sequence[Optional[str]]) -> None:
        self._gradients = gradients

    def visit(self, node: ast.AST) -> Any:
        """An expression that is one of the gradients is taken from what was given."""
        if isinstance(node, ast.expr) and (text := ast.unparse(node)) in self._gradients:
            given = f"{_FED}[1][{self._gradients.index(text)}]"
            return ast.parse(given, mode="eval").body
        return self.generic_visit(node)
