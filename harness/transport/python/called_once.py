"""What a call does beside its update, where it is one step: whether that matters to the update.

Runs in the worker, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator

from harness.languages.averages import Pair
from harness.languages.changes import beside, gone_over, held_by, set_in, values
from harness.languages.gradients import Block, called, mentions, treats
from harness.languages.updates import base_of

_GETS = ("get", "copy", "item")
_LEAVES_AS_IT_IS = frozenset(
    "print append extend insert write info debug plot scatter add_scalar len isinstance".split()
)


class Unclear(Exception):
    """What surrounds an update may matter to it."""


def set_where_returned(body: Block, parameters: Container[str]) -> Iterator[ast.stmt]:
    """The statements of a function; what it returns of a parameter and a step is set to that."""
    for node in body:
        value = getattr(node, "value", None)
        if not isinstance(node, ast.Return) or value is None:
            yield node
            continue
        for one in value.elts if isinstance(value, ast.Tuple) else [value]:
            if not isinstance(one, ast.BinOp) or not isinstance(one.op, (ast.Add, ast.Sub)):
                continue
            if (name := getattr(one.left, "id", "")) in parameters:
                target = ast.Name(name, ast.Store())
                yield ast.copy_location(ast.Assign([target], one), node)


def makes(name: str, body: Block) -> bool:
    """Whether a function has a name of its own, and not one of the module."""
    parts = [part for node in body for part in ast.walk(node)]
    shared = any(isinstance(part, ast.Global) and name in part.names for part in parts)
    named = [part for part in parts if isinstance(part, ast.Name) and part.id == name]
    return not shared and any(isinstance(part.ctx, ast.Store) for part in named)


def outlives(average: str, body: Block, parameters: Container[str]) -> bool:
    """Whether an average is there in the next call: neither made in a call nor handed in."""
    return base_of(average) not in parameters and not makes(base_of(average), body)


def comes_as_it_is(
    pair: Pair, block: Block, before: Block, around: Block, parameters: Container[str]
) -> bool:
    """Whether a call does nothing to gradients first: clips all of them, adds to each.

    Args:
        pair: weights and their gradient.
        block: the statements of the update.
        before: the statements of the call before these.
        around: what holds them, perhaps a loop over arrays.
        parameters: of the call.
    """
    if any(mentions(node, pair.weights) for node in block[: pair.at]):
        return False
    sources: list[ast.AST] = [ast.parse(pair.gradient), *block[: pair.at]]
    loops = (part for node in around for part in ast.walk(node))
    sources += [part.iter for part in loops if isinstance(part, ast.For)]
    outside = [n for node in around for n in beside(node, block)] + before
    for text in {ast.unparse(p) for n in sources for p in ast.walk(n) if _is_plain(p)}:
        setting = [n for n in outside if text in set_in(n) and not _sums_up(n, text)]
        again = len(setting) > 1 or any(text in _asked(node) for node in setting)
        if again or (setting and text in parameters):
            return False
    return True


def changed_beside(pair: Pair, block: Block, outside: Block) -> bool:
    """Whether gradients are changed by what is left out: where they are, by a call that has them.

    Args:
        pair: weights and their gradient.
        block: the statements of the update.
        outside: what a step does beside these.
    """
    held = {pair.gradient.partition("[")[0]}
    for place in range(pair.at - 1, -1, -1):  # what they are elements of, or another name for
        for text, value in values(block[place]):
            got = isinstance(value, ast.Call) and called(value) in _GETS
            inside = value.func.value if got and isinstance(value.func, ast.Attribute) else value  # type: ignore[attr-defined]
            if text in held and isinstance(inside, (ast.Name, ast.Attribute, ast.Subscript)):
                held.add(ast.unparse(inside).partition("[")[0])
    for node in (*block, *outside):
        loops = [part for part in ast.walk(node) if isinstance(part, ast.For)]
        each = dict(one for loop in loops for one in gone_over(loop.target, loop.iter))
        for part in ast.walk(node):
            if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
                given = [*part.value.args, *(word.value for word in part.value.keywords)]
                texts = {held_by(ast.unparse(one), each) for one in given}
                if texts & held and called(part.value) not in _LEAVES_AS_IT_IS:
                    return True
            elif isinstance(part, ast.Assign) and not any(part is one for one in block):
                calls = [one for one in ast.walk(part.value) if isinstance(one, ast.Call)]
                again = {held_by(text, each) for text in set_in(part)} & held
                asked = {held_by(text, each) for text in _asked(part)}
                if again & asked and any(map(treats, calls)):
                    return True
    return False


def _sums_up(node: ast.stmt, text: str) -> bool:
    """Whether all that a statement does to gradients is to add others, as they are."""
    several = [p for p in ast.walk(node) if isinstance(p, ast.stmt) and text in set_in(p)]
    simple = [p for p in several if not isinstance(p, (ast.For, ast.If, ast.With))]
    return all(
        isinstance(p, ast.AugAssign)
        and isinstance(p.op, ast.Add)
        and isinstance(p.value, (ast.Name, ast.Attribute, ast.Subscript))
        for p in simple
    )


def _is_plain(node: ast.AST) -> bool:
    """Whether a part of an expression is a name, or an attribute."""
    return isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) != "self"


def _asked(node: ast.stmt) -> set[str]:
    """The names and attributes that a statement asks for, in order to set them as well."""
    parts = [part for part in ast.walk(node) if _is_plain(part)]
    again = [p.target for p in ast.walk(node) if isinstance(p, ast.AugAssign)]
    read = [p for p in parts if isinstance(getattr(p, "ctx", None), ast.Load)]
    return {ast.unparse(part).partition("[")[0] for part in (*read, *again)}


def own_targets(nodes: Block) -> list[ast.expr]:
    """The attributes that statements set."""
    parts = (part for node in nodes for part in ast.walk(node))
    return [p for p in parts if isinstance(p, ast.Attribute) and isinstance(p.ctx, ast.Store)]
