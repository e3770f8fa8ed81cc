"""An average of squares in a block of statements, and what moves by a step that it divides.

Nothing is executed. Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

from harness.languages.gradients import (
    Block,
    called,
    copied,
    factors_of,
    known_at,
    mentions,
    mixed,
    untreated,
)

_SQUARES = frozenset("square pow power".split())
_PRODUCTS = frozenset("multiply".split())


@dataclass(frozen=True)
class Pair:
    """Weights with the average that divides their step.

    Attributes:
        weights, average, gradient: expressions, as the source has them.
        at: the place in the block before which the gradient is known.
        line: of the average.
        whole: what the gradient is an element of, where all of that goes into one average.
    """

    weights: str
    average: str
    gradient: str
    at: int
    line: int
    whole: str = ""


def average_in(block: Block, place: int) -> Optional[ast.expr]:
    """What a statement makes an average, or a sum of squares; None where it makes none.

    >>> block = ast.parse("s = g * g; self.v[0] = 0.9 * self.v[0] + s; m = b*m + (1-b)*g").body
    >>> [ast.unparse(average_in(block, place)) for place in (1, 2)]
    ['self.v[0]', 'm']
    """
    average = target_of(block[place])
    value: Any = getattr(block[place], "value", None)
    if average is None or (_squared(block, place, average) is None and not mixed(value, average)):
        return None
    moved = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub)
    if moved and ast.unparse(value.left) == average and not mentions(value.right, average):
        return None  # a step is taken from it
    return ast.parse(average, mode="eval").body


def pairs_in(block: Block, known: set[str]) -> Iterator[Pair]:
    """The weights of a block, each with its average; `known` has a value before."""
    taken: set[str] = set()
    for place, node in enumerate(block):
        average = target_of(node)
        if average is None or (gradient := _squared(block, place, average)) is None:
            continue
        likely = _divided(block, place, average, gradient, known)
        if not likely or average in taken or taken & set(likely):
            continue
        taken |= {*likely, average}
        gradient = untreated(block, place, gradient, likely[0]) if len(likely) == 1 else gradient
        # From where on all there is of a gradient is what was given.
        at = known_at(block, place, ast.parse(gradient, mode="eval").body, likely[0])
        if len(likely) == 1:
            yield Pair(likely[0], average, gradient, at, node.lineno)
            continue
        places = [_element(block[place + 1 :], weights, average, gradient) for weights in likely]
        if sorted(places) == list(range(len(places))):
            for weights, k in zip(likely, places):
                yield Pair(
                    weights, f"{average}[{k}]", f"{gradient}[{k}]", at, node.lineno, gradient
                )


def target_of(node: ast.stmt) -> Optional[str]:
    """What a statement gives another value, which has one already."""
    if isinstance(node, ast.AugAssign):
        target: ast.expr = node.target
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    else:
        return None
    if not _holds(target):
        return None
    text = ast.unparse(whole(target))
    again = isinstance(node, ast.AugAssign) or mentions(node.value, text)
    return text if again else None


def whole(target: ast.expr) -> ast.expr:
    """What all elements of which are set: `v` of `v[:]`."""
    sliced = target.slice if isinstance(target, ast.Subscript) else None
    every = isinstance(sliced, ast.Slice) and ast.unparse(sliced) == ":"
    return target.value if isinstance(target, ast.Subscript) and every else target


def _holds(target: ast.expr) -> bool:
    """Whether a target is one thing that keeps a value: a name, an attribute, one of several."""
    target = whole(target)
    if isinstance(target, ast.Subscript):
        return not isinstance(target.slice, ast.Slice) and _holds(target.value)
    return isinstance(target, (ast.Name, ast.Attribute))


def _squared(block: Block, place: int, average: str) -> Optional[str]:
    """What is squared in an average's new value, in that statement or through a name."""
    node = block[place]
    value = node.value if isinstance(node, (ast.Assign, ast.AugAssign)) else None
    if value is None or (isinstance(node, ast.AugAssign) and not isinstance(node.op, ast.Add)):
        return None
    for part in ast.walk(value):
        if (gradient := square_of(part)) is not None and ast.unparse(gradient) != average:
            return ast.unparse(gradient)
    for part in ast.walk(value):
        if isinstance(part, ast.Name) and part.id != average:
            for before in reversed(block[:place]):
                if isinstance(before, ast.Assign) and ast.unparse(before.targets[0]) == part.id:
                    gradient = square_of(before.value)
                    return None if gradient is None else ast.unparse(gradient)
    return None


def square_of(node: ast.expr | ast.AST) -> Optional[ast.expr]:
    """The expression of which a node is the square, perhaps times something."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return node.left if _is_two(node.right) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        factors = list(factors_of(node))
        texts = [ast.unparse(factor) for factor in factors]
        return next((f for f, text in zip(factors, texts) if texts.count(text) == 2), None)
    if isinstance(node, ast.Call) and node.args:
        name = called(node)
        if name in _SQUARES and (len(node.args) == 1 or _is_two(node.args[1])):
            return node.args[0]
        if name in _PRODUCTS and len({ast.unparse(a) for a in node.args}) == 1 < len(node.args):
            return node.args[0]
    return None


def _is_two(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 2


def _divided(block: Block, place: int, average: str, gradient: str, known: set[str]) -> list[str]:
    """What moves by a step that depends on an average: one, or several by its elements."""
    # What depends on it, and all that each of these was made of.
    made = {average: {average}}
    moved: list[str] = []
    alone: dict[str, bool] = {}
    # Where a step is taken from what the weights were, that is they.
    were = dict(pair for node in block if (pair := copied(node)))
    for node in _assignments(block[place + 1 :]):
        names = names_in(node.value)
        names |= {were[name] for name in names & set(were)}
        if not (depends := names & set(made)):
            continue
        names = names.union(*(made[name] for name in depends))
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            text = ast.unparse(whole(target))
            again = isinstance(node, ast.AugAssign) or text in names
            # A gradient that is divided in its place is a step, and nothing that moves.
            if again and text not in {*made, gradient} and _holds(target):
                moved.append(text)
                terms = _terms(node.value)
                terms |= {were[term] for term in terms & set(were)}
                alone[text] = isinstance(node, ast.AugAssign) or text in terms
            made[text] = names | {text}
    # A buffer, or a sum, moves too; gradients are computed of weights.
    before = known.union(*map(names_in, block[:place]), names_in(ast.parse(gradient)))
    # One of several arrays was there before.
    before |= {text for text in moved if text.endswith("]")}
    likely = [text for text in moved if text in before]
    # What is scaled and then added to something else is how far that moves.
    buffers = _buffers(block)
    likely, moved = ([t for t in texts if t not in buffers] for texts in (likely, moved))
    if not likely and len(set(moved)) == 1 and alone[moved[0]]:
        likely = moved
    # What moves by a gradient that is computed of other weights, moved before, has its own average.
    direct = [text for text in likely if not made[text] & (set(likely) - {text})]
    return list(dict.fromkeys(direct or likely))


def _assignments(block: Block) -> Iterator[ast.Assign | ast.AugAssign]:
    """What gives something another value, under a condition as well."""
    for node in block:
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            yield node
        elif isinstance(node, ast.If):
            yield from _assignments(node.body)


def _element(block: Block, weights: str, average: str, gradient: str) -> int:
    """Which element of an average and of a gradient moves some weights; -1 if not one of both.

    What is made of all of them has the same elements: `d` of `d = g / v**0.5; x -= lr * d[0]`.
    """
    whole = {average: {average}, gradient: {gradient}}
    places: dict[Any, set[str]] = {}
    for node in _assignments(block):
        target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        parts = [part for part in ast.walk(node.value) if ast.unparse(part) in whole]
        if target == weights:
            asked = [p for p in ast.walk(node.value) if isinstance(p, ast.Subscript)]
            asked = [p for p in asked if ast.unparse(p.value) in whole]
            if len(asked) < len(parts):
                return -1  # all of it moves them
            for part in asked:
                place = part.slice.value if isinstance(part.slice, ast.Constant) else -1
                places.setdefault(place, set()).update(whole[ast.unparse(part.value)])
        elif parts:
            whole[target] = set().union(*(whole[ast.unparse(part)] for part in parts))
    both = {average, gradient}
    return next((p for p, of in places.items() if of == both), -1) if len(places) == 1 else -1


def _terms(node: ast.expr) -> set[str]:
    """What is added or subtracted as it is: `w` of `w - lr * g`, not `b` of `mu * b + g`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        return _terms(node.left) | _terms(node.right)
    return {ast.unparse(node)}


def _buffers(block: Block) -> set[str]:
    """What is multiplied with something each time, and added to something else."""
    scaled, added = set(), set()
    for part in (part for node in block for part in ast.walk(node)):
        if isinstance(part, (ast.Assign, ast.AugAssign)) and (target := target_of(part)):
            terms = [ast.parse(term, mode="eval").body for term in _terms(part.value)]
            factors = [list(map(ast.unparse, factors_of(term))) for term in terms]
            scaled |= {target} if any(target in each and each[1:] for each in factors) else set()
        if isinstance(part, ast.AugAssign) and isinstance(part.op, (ast.Add, ast.Sub)):
            added |= _terms(part.value)
        elif isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Add, ast.Sub)):
            added |= _terms(part)
    return scaled & added


def names_in(node: ast.AST) -> set[str]:
    """The names in an expression or a statement, with attributes and elements of them."""
    kinds = (ast.Name, ast.Attribute, ast.Subscript)
    return {ast.unparse(p) for p in ast.walk(node) if isinstance(p, kinds)}
