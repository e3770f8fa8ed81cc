"""What statements of Python change, what they ask for, and what they set it to.

Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from harness.languages.begun import is_nothing
from harness.languages.gradients import called
from harness.languages.updates import base_of

_ADDS = frozenset("append insert extend setdefault update fill".split())


def computes(node: ast.stmt, known: Mapping[str, int], place: int) -> bool:
    """Whether a statement does nothing but compute gradients, before they are known.

    Args:
        node: at a place in an update's block.
        known: the names of gradients, and before which place each is known.
        place: of the statement.
    """
    stored = set_in(node)
    alone = not any(isinstance(part, ast.Expr) for part in ast.walk(node))
    return alone and bool(stored) and all(place < known.get(name, place) for name in stored)


def set_in(node: ast.stmt) -> set[str]:
    """What a statement sets, or elements of, without the names that its loops count with."""
    loops = [part for part in ast.walk(node) if isinstance(part, ast.For)]
    counted = {id(part) for loop in loops for part in ast.walk(loop.target)}
    return {
        ast.unparse(part).partition("[")[0] for part in _targets(node) if id(part) not in counted
    }


def values(node: ast.stmt) -> list[tuple[str, ast.expr]]:
    """What a statement sets, and to what."""
    if isinstance(node, ast.AnnAssign):
        return [] if node.value is None else [(ast.unparse(node.target), node.value)]
    if not isinstance(node, ast.Assign):
        return []
    found: list[tuple[str, ast.expr]] = []
    for target in node.targets:
        both = [(target, node.value)]
        if isinstance(target, ast.Tuple):
            several = node.value.elts if isinstance(node.value, ast.Tuple) else []
            alike = len(several) == len(target.elts)
            unknown = ast.Constant(...)  # what each is is not written there
            both = [(one, several[i] if alike else unknown) for i, one in enumerate(target.elts)]
        found += [(ast.unparse(one), value) for one, value in both]
    return found


def added(node: ast.AST) -> list[tuple[str, ast.expr]]:
    """What a call adds something to, and what: the last of what it is handed."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return []
    return [(ast.unparse(node.func.value), node.args[-1])] if node.func.attr in _ADDS else []


def needed(
    statements: Iterable[ast.stmt], wanted: Iterable[str]
) -> tuple[list[ast.stmt], set[str]]:
    """The statements on which names depend, from step to step, and all the names.

    >>> block = ast.parse("a = b; c = d; b = e").body
    >>> [ast.unparse(node) for node in needed(block, {"a"})[0]], sorted(needed(block, {"a"})[1])
    (['a = b', 'b = e'], ['a', 'b', 'e'])
    """
    several = [(node, stored(node), set(loaded(node))) for node in statements]
    names, before = set(wanted), -1
    while len(names) != before:
        before = len(names)
        names = names.union(*(asked for _, changed, asked in several if changed & names))
    return [node for node, changed, _ in several if changed & names], names


def stored(node: ast.AST) -> set[str]:
    """The names that a statement changes: given another value, or other elements."""
    return {base_of(ast.unparse(part)) for part in _targets(node)}


def loaded(node: ast.AST) -> list[str]:
    """The names that a statement asks for, in their order."""
    names = [p for p in ast.walk(node) if isinstance(p, ast.Name)]
    again = {_id(p.target) for p in ast.walk(node) if isinstance(p, ast.AugAssign)}
    return [p.id for p in names if isinstance(p.ctx, ast.Load) or p.id in again]


def gone_over(target: ast.expr, over: ast.expr) -> Iterator[tuple[str, str]]:
    """The names of a loop that are elements, each with what of.

    >>> loop = ast.parse("for i, (p, g) in enumerate(zip(self.all, grads)): pass").body[0]
    >>> dict(gone_over(loop.target, loop.iter))
    {'p': 'self.all', 'g': 'grads'}
    """
    parts = target.elts if isinstance(target, ast.Tuple) else []
    args = over.args if isinstance(over, ast.Call) else []
    name = called(over) if isinstance(over, ast.Call) else ""
    if name == "enumerate" and args and len(parts) == 2:
        yield from gone_over(parts[1], args[0])
    elif name == "zip" and len(parts) == len(args):
        for part, arg in zip(parts, args):
            yield from gone_over(part, arg)
    elif name in ("items", "values") and isinstance(over, ast.Call) and not args:
        yield from gone_over(parts[-1] if parts else target, getattr(over.func, "value", over))
    elif isinstance(target, ast.Name) and isinstance(over, (ast.Name, ast.Attribute)):
        yield target.id, ast.unparse(over)


def set_first(block: Iterable[ast.stmt], name: str) -> bool:
    """Whether a step sets a name before it asks for it."""
    for node in block:
        if name in loaded(node):
            return False
        if name in stored(node) and isinstance(node, ast.Assign):
            return True
    return False


def begins(node: ast.stmt, averages: set[str]) -> bool:
    """Whether a statement begins averages that are not there yet, and does nothing else."""
    if not isinstance(node, ast.If) or node.orelse:
        return False
    begun = [pair for inner in node.body for pair in values(inner)]
    return bool(begun) and all(
        any(text in (a, a.partition("[")[0]) for a in averages) and is_nothing(value)
        for text, value in begun
    )


def beside(node: ast.stmt, block: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that are run in every step beside a block, in what holds it."""
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(node, field, None)
        if inner is block or not isinstance(inner, list):
            continue
        if any(holds(one, block) for one in inner):
            for one in inner:
                if holds(one, block):
                    yield from beside(one, block)
                elif not isinstance(one, ast.If):
                    yield one


def changes_elsewhere(region: Iterable[ast.stmt], block: list[ast.stmt]) -> Iterator[str]:
    """What a step changes beside a block: `net` of `net[k] *= 0.9`, and of `for v in net: v += 1`.

    Other branches than the block's are not gone through with it; what begins as nothing is begun.
    """
    for node in region if region is not block else ():
        if holds(node, block):
            for field in ("body", "orelse", "finalbody"):
                inner = getattr(node, field, None)
                if isinstance(inner, list) and any(holds(one, block) for one in inner):
                    yield from changes_elsewhere(inner, block)
            continue
        loops = [part for part in ast.walk(node) if isinstance(part, ast.For)]
        each = dict(pair for loop in loops for pair in gone_over(loop.target, loop.iter))
        for part in ast.walk(node):
            several: list[ast.expr] = [part.target] if isinstance(part, ast.AugAssign) else []
            if isinstance(part, ast.Assign) and not is_nothing(part.value):
                several = part.targets
            yield from (held_by(ast.unparse(target), each) for target in several)


def held_by(text: str, each: Mapping[str, str]) -> str:
    """What holds something, where names are elements of others.

    >>> held_by("p['w']", {"p": "net.parts"}), held_by("l.W[0]", {"l": "ls"}), held_by("w", {})
    ('net.parts', 'ls.W', 'w')
    """
    base = base_of(text)
    return f"{each.get(base, base)}{text[len(base) :]}".partition("[")[0]


def holds(node: ast.stmt, block: list[ast.stmt]) -> bool:
    """Whether a block is somewhere inside a statement."""
    fields = ("body", "orelse", "finalbody")
    return any(getattr(p, field, None) is block for p in ast.walk(node) for field in fields)


def _targets(node: ast.AST) -> list[ast.expr]:
    kinds = (ast.Name, ast.Subscript, ast.Attribute)
    return [p for p in ast.walk(node) if isinstance(p, kinds) and isinstance(p.ctx, ast.Store)]


def _id(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""
