"""Where a Python source updates weights by an average of squares, read from its syntax tree.

People write `v = d*v + (1-d)*g**2` and, further on, `w = w - lr*g/(sqrt(v)+eps)` into a loop that
computes `g` of data of its own. Such an update names all that is needed to feed it: what holds the
weights, what the average, which expression is the gradient, and where that is known. Nothing is
executed. Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Optional

from harness.languages.averages import Pair, names_in, pairs_in, square_of, target_of, whole
from harness.languages.gradients import Block, handed, mixed


@dataclass(frozen=True)
class Update:
    """All updates of one block of statements.

    Attributes:
        pairs: in the order of the source.
        block: the statements.
        loops: the loops around it that go from step to step, outermost first; none where a call
            is one step.
        places: the names that say which of several arrays it is, in the loops inside those.
    """

    pairs: tuple[Pair, ...]
    block: Block
    loops: tuple[ast.stmt, ...]
    places: tuple[str, ...] = ()


def update_in(
    body: Block, known: Iterable[str] = (), a_step: bool = False, elements: bool = False
) -> Optional[Update]:
    """The update in a function's statements, or a module's; None where there is none, or several.

    Args:
        body: the statements.
        known: names that have a value before: parameters.
        a_step: they may be one step, which goes over several arrays.
        elements: a loop of steps may have one inside that goes over what holds each array.

    >>> text = '''
    ... for _ in range(9):
    ...     g = slope(x)
    ...     v = 0.9 * v + 0.1 * g**2
    ...     x = x - 0.1 * g / v**0.5
    ... '''
    >>> [(p.weights, p.average, p.gradient, p.at) for p in update_in(ast.parse(text).body).pairs]
    [('x', 'v', 'g', 1)]
    """
    updates = [
        update
        for block, loops in _blocks(body, ())
        if (pairs := list(pairs_in(block, set(known))))
        if elements or not any(_of_elements(pairs, loop) for loop in loops)
        if not _moves_more(block, pairs)
        if (update := _update(pairs, block, loops, a_step))
        if update.loops or not any(_handed(block, pair) for pair in pairs)
    ]
    most = max((len(update.pairs) for update in updates), default=0)
    likeliest = [update for update in updates if len(update.pairs) == most]
    # Two branches may hold the same one.
    same = {tuple((p.weights, p.average, p.gradient) for p in u.pairs) for u in likeliest}
    return likeliest[0] if len(same) == 1 else None


def divides(body: Block) -> bool:
    """Whether statements divide gradients by an average of their squares, in whichever loop.

    What is divided may be no average itself, which it is in Adam.

    >>> divides(ast.parse("for p, g, v in of: v = b * v + (1 - b) * g**2; p -= g / v**0.5").body)
    True
    >>> divides(ast.parse("m = b * m + (1 - b) * g; v = c * v + g**2; w -= m / v**0.5").body)
    False
    """
    return any(
        any(pairs_in(block, set().union(*map(_counted, loops)))) and not _moved_by_average(block)
        for block, loops in _blocks(body, ())
    )


def _moved_by_average(block: Block) -> bool:
    """Whether something steps by an average, not by what is divided itself."""
    averages: set[str] = set()
    for node in block:
        target = target_of(node)
        value = node.value if isinstance(node, (ast.Assign, ast.AugAssign)) else None
        if value is None:
            continue
        if target and mixed(value, target) and not any(map(square_of, ast.walk(value))):
            averages.add(target)
        elif not target and isinstance(node, ast.Assign) and averages & _divided(value):
            averages.add(ast.unparse(node.targets[0]))
        if any(averages & _divided(step) for text, step in _stepping(node) if text not in averages):
            return True
    return False


def _divided(node: ast.AST) -> set[str]:
    """The names in an expression, of a quotient those above it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _divided(node.left)
    own = {ast.unparse(node)} if isinstance(node, ast.expr) else set()
    return own.union(*map(_divided, ast.iter_child_nodes(node)))


def _blocks(
    body: Block, loops: tuple[ast.stmt, ...]
) -> Iterator[tuple[Block, tuple[ast.stmt, ...]]]:
    """A block and those inside it, each with the loops around it; definitions are not entered."""
    yield body, loops
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        around = (*loops, node) if isinstance(node, (ast.For, ast.While)) else loops
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(node, name, None)
            if isinstance(inner, list) and inner:
                yield from _blocks(inner, around)


def _update(
    pairs: Sequence[Pair], block: Block, loops: tuple[ast.stmt, ...], a_step: bool
) -> Optional[Update]:
    """The update of pairs in a block; None where a loop over arrays is in no loop of steps."""
    weights = [ast.parse(pair.weights, mode="eval").body for pair in pairs]
    parts = (part for node in weights for part in ast.walk(node))
    inside = [part.slice for part in parts if isinstance(part, ast.Subscript)]
    used = {part.id for node in inside for part in ast.walk(node) if isinstance(part, ast.Name)}
    inner = (i for i, e in enumerate(loops) if used & _counted(e) or _of_elements(pairs, e))
    around = loops[: next(inner, len(loops))]
    if not around and not (a_step and used) and (used or loops):
        return None
    return Update(tuple(pairs), block, around, tuple(sorted(used)))


def _counted(loop: ast.stmt) -> set[str]:
    """The names that say how often a loop has gone round."""
    if isinstance(loop, ast.For):
        return names_in(loop.target)
    targets = [target_of(node) for node in ast.walk(loop) if isinstance(node, ast.stmt)]
    return {text for text in targets if text}


def _of_elements(pairs: Sequence[Pair], loop: ast.stmt) -> bool:
    """Whether a loop goes over the weights themselves, or their averages, not over steps."""
    targets = names_in(loop.target) if isinstance(loop, ast.For) else set()
    return bool(targets & {base_of(text) for p in pairs for text in (p.weights, p.average)})


def base_of(text: str) -> str:
    """The name that an expression begins with.

    >>> base_of("self.v[i]"), base_of("w")
    ('self', 'w')
    """
    return text.partition(".")[0].partition("[")[0]


def _moves_more(block: Block, pairs: Sequence[Pair]) -> bool:
    """Whether something else steps as weights do, but by no average of its own."""
    held = {text for p in pairs for text in (p.weights, p.average, p.gradient, p.whole)}
    steps = [(text, _multiplied(step)) for node in block for text, step in _stepping(node)]
    steps = [(text, factors) for text, factors in steps if len(factors) > 1]
    rates = set().union(*(factors for text, factors in steps if text in held)) - held
    return any(text not in held | rates and factors & rates for text, factors in steps)


def _handed(block: Block, pair: Pair) -> bool:
    return handed(block, pair.at, pair.whole or pair.gradient, pair.weights)


def _stepping(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """What a statement moves, and by what: `w` and `lr * g` of `w = w - lr * g - 0.1 * w`."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield ast.unparse(whole(node.target)), node.value
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
        text, parts = ast.unparse(whole(node.targets[0])), []
        value: ast.expr = node.value
        while isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub)):
            parts.append(value.right)
            value = value.left
        if ast.unparse(value) == text:
            yield from ((text, part) for part in parts)


def _multiplied(step: ast.expr) -> set[str]:
    """The names that a step is multiplied by, or divided."""
    if isinstance(step, ast.UnaryOp):
        return _multiplied(step.operand)
    if isinstance(step, ast.BinOp) and isinstance(step.op, (ast.Mult, ast.Div)):
        return _multiplied(step.left) | _multiplied(step.right)
    return {ast.unparse(step)} if isinstance(step, (ast.Name, ast.Attribute)) else set()
