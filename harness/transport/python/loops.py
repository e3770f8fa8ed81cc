"""The updates in a source that are written into a loop, or compute their gradients: what they name.

They are read from its syntax tree, before anything of it is called; `looped` runs them.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import Any, Optional

from harness.languages.averages import Pair
from harness.languages.changes import computes, needed
from harness.languages.choices import chooses, chosen
from harness.languages.updates import Update, base_of, update_in
from harness.transport.python.beginnings import Beginnings, Unbegun
from harness.transport.python.outlined import Outline, outlines
from harness.transport.python.signatures import written

# What has the same numbers as what it is asked of.
_SAME_NUMBERS = ("T", "flat", "real")


def described(tree: ast.Module) -> list[dict[str, Any]]:
    """The updates that a source computes the gradients of itself (see harness.ports.loops)."""
    loops = []
    for place, node in enumerate(tree.body):
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and (known := _of_function(inner)):
                    text = {"chosen": True} if chooses(inner) else {}
                    loops.append(_described(*known, {"class": node.name, **text}))
        elif isinstance(node, ast.FunctionDef) and (known := _of_function(node)):
            loops.append(_described(*known, {"chosen": True} if chooses(node) else {}))
        elif isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            if (update := update_in(node.body)) and update.loops:
                loops.append(_described(None, update, {"place": place}))
        elif isinstance(node, (ast.For, ast.While)) and (update := update_in([node])):
            loops.append(_described(None, update, {"place": place}))
    loops += [_by_itself(number, one) for number, one in enumerate(outlines(tree))]
    beginnings = Beginnings(tree)
    return [one for one in loops if one and _begun(one, beginnings)]


def _begun(loop: dict[str, Any], beginnings: Beginnings) -> bool:
    """Say what averages that are handed in begin as; False where nobody knows."""
    named = loop["averages"]
    try:
        loop["averages"] = {n: beginnings.of_argument(loop["function"], n) for n in named}
    except Unbegun:
        return False
    return True


def _by_itself(number: int, outline: Outline) -> dict[str, Any]:
    """An update without what is around it; it is told all that it needs by its parameters."""
    function, source = outline.function, outline.update
    update = update_in(function.body, [a.arg for a in function.args.args])
    if update is None or len(update.pairs) != len(source.pairs):
        return {}
    where = {"outline": number} if outline.name else {"outline": number, "place": outline.place}
    described = _described(function, update, where)
    said = {
        "function": ".".join(filter(None, (outline.owner, outline.name))),
        "line": source.pairs[0].line,
        "weights": [p.weights for p in source.pairs],
        "gradients": [p.gradient for p in source.pairs],
        "parameters": written(function, bound=False),
        "each_call": outline.each_call,
    }
    return {**described, **said}


def _of_function(node: ast.FunctionDef) -> Optional[tuple[ast.FunctionDef, Update]]:
    known = [a.arg for a in node.args.args]
    if (update := update_in(node.body, known)) is not None:
        return node, update
    meant = chosen(copy.deepcopy(node))
    update = update_in(meant.body, known)
    return None if update is None else (meant, update)


def _described(
    node: Optional[ast.FunctionDef], update: Update, where: dict[str, Any]
) -> dict[str, Any]:
    pairs = update.pairs
    names = [a.arg for a in node.args.args] if node else []
    # Names that hold weights or averages from call to call, if a call is a step.
    carried = [t for p in pairs for t in (p.weights, p.average) if t in names]
    if not update.loops and not all(_outlives(p.average, names, node) for p in pairs):
        return {}
    weights = {part for p in pairs for part in (p.weights, p.weights.partition("[")[0])}
    if not update.loops and not _handed_back(weights & set(names), node):
        return {}
    return {
        **where,
        "several": bool(update.places),
        "function": node.name if node else "",
        "starts": sorted({*_initial(node, weights, names), *(weights & set(names))}),
        "carried": carried if not update.loops else [],
        "called": sorted(_called(node) & set(names)),
        "factors": sorted(_factors(update) & set(names)),
        # What is handed in for an average is as a caller begins it.
        "averages": [p.average for p in pairs if p.average in names] if update.loops else [],
        "reaching": sorted(_reaching(node, update) & set(names)),
        "looped": bool(update.loops),
        "waits": any(isinstance(part, ast.Yield) for part in ast.walk(node)) if node else False,
        "line": pairs[0].line,
        "weights": [p.weights for p in pairs],
        "gradients": [p.gradient for p in pairs],
        "holders": _holders(pairs, names),
    }


def _reaching(node: Optional[ast.FunctionDef], update: Update) -> set[str]:
    """The names that say how weights move: not those of its stops, or of its data."""
    known = {p.gradient: p.at for p in update.pairs}
    given = [s for i, s in enumerate(update.block) if computes(s, known, i)]
    left_out = {id(part) for statement in given for part in ast.walk(statement)}
    setting = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For)
    statements = [
        _head(part)
        for part in (ast.walk(node) if node else ())
        if isinstance(part, setting) and id(part) not in left_out
    ]
    held = {base_of(text) for p in update.pairs for text in (p.weights, p.average)}
    return needed(statements, held)[1]


def _head(node: ast.stmt) -> ast.stmt:
    """A statement; of a loop what it counts, without what it does."""
    if not isinstance(node, ast.For):
        return node
    return ast.For(node.target, node.iter, [ast.Pass()], [])


def _holders(pairs: Sequence[Pair], names: Sequence[str]) -> dict[str, list[str]]:
    """The parameters of which weights are attributes, each with what the averages there are."""
    holders: dict[str, list[str]] = {}
    for pair in pairs:
        owner, mark, _ = pair.weights.partition(".")
        if mark and owner in names:
            own, _, inside = pair.average.partition(".")
            holders.setdefault(owner, []).extend([inside] if own == owner else [])
    return holders


def _outlives(average: str, names: Sequence[str], node: Optional[ast.FunctionDef]) -> bool:
    """Whether an average outlives a call."""
    if "." in average or average in names or node is None:
        return True
    return any(
        (isinstance(part, ast.Global) and average in part.names)
        or (
            isinstance(part, ast.Assign)
            and isinstance(part.targets[0], ast.Attribute)
            and ast.unparse(part.value) == average
        )
        for part in ast.walk(node)
    )


def _handed_back(weights: set[str], node: Optional[ast.FunctionDef]) -> bool:
    """Whether a function returns nothing, or the weights that it takes as they are in the end."""
    returned = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)] if node else []
    parts = {
        ast.unparse(part)
        for value in returned
        if value is not None
        for part in (value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value])
    }
    return not parts or weights <= parts


def _initial(node: Optional[ast.FunctionDef], weights: set[str], names: Sequence[str]) -> set[str]:
    """The parameters that weights begin as."""
    begun = set()
    for part in ast.walk(node) if node else ():
        if not isinstance(part, ast.Assign) or len(part.targets) != 1:
            continue
        targets, values = [part.targets[0]], [part.value]
        if isinstance(targets[0], ast.Tuple) and isinstance(values[0], ast.Tuple):
            targets, values = targets[0].elts, values[0].elts
        for target, value in zip(targets, values):
            parts = [n for n in ast.walk(value) if isinstance(n, ast.expr)]
            again = any(ast.unparse(n) == ast.unparse(target) for n in parts)
            if ast.unparse(target) in weights and (not again or ast.unparse(target) in names):
                begun |= {n.id for n in parts if isinstance(n, ast.Name)} & set(names)
                begun -= _holding(value)
    return {name for name in begun if not _of_steps(node, name)}


def _holding(value: ast.expr) -> set[str]:
    """The names of which something else is asked: of `space.begin`, not of `x.copy()`."""
    called = {id(part.func) for part in ast.walk(value) if isinstance(part, ast.Call)}
    asked = [p for p in ast.walk(value) if isinstance(p, ast.Attribute) and id(p) not in called]
    return {_id(part.value) for part in asked if part.attr not in _SAME_NUMBERS}


def _of_steps(node: Optional[ast.FunctionDef], name: str) -> bool:
    """Whether a name is computed with, as a hyperparameter is."""
    parts = ast.walk(node) if node else ()
    return any(
        isinstance(part, ast.BinOp) and name in (_id(part.left), _id(part.right)) for part in parts
    )


def _factors(update: Update) -> set[str]:
    """The names that are computed with, one by one, where the weights are moved."""
    weights = {pair.weights for pair in update.pairs}
    moving = [s for s in update.block if isinstance(s, (ast.Assign, ast.AugAssign))]
    targets = [s.targets[0] if isinstance(s, ast.Assign) else s.target for s in moving]
    return {
        _id(side)
        for statement, target in zip(moving, targets)
        if ast.unparse(target) in weights
        for part in ast.walk(statement)
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.Div))
        for side in (part.left, part.right)
    }


def _id(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _called(node: Optional[ast.FunctionDef]) -> set[str]:
    parts = ast.walk(node) if node else ()
    return {_id(part.func) for part in parts if isinstance(part, ast.Call)}
