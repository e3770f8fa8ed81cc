"""Where a gradient comes from in a Python source, and what an optimizer has done to it by then.

Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Optional

Block = list[ast.stmt]

# What is done to gradients by an optimizer, not by who computes them.
_OF_OPTIMIZERS = ("clip", "norm", "minimum", "maximum", "min", "max", "sign")
_DECAYS = re.compile(r"decay|lam|reg|l2|wd")
# Functions of one number after another: of these alone no gradient is computed.
_BY_ELEMENT = frozenset(
    "abs absolute array asarray clip copysign exp fabs float max maximum min minimum nan_to_num"
    " pow power sign sqrt square tanh where".split()
)


def mentions(node: ast.AST, text: str) -> bool:
    """Whether an expression stands somewhere in another, or in a statement."""
    return any(isinstance(p, ast.expr) and ast.unparse(p) == text for p in ast.walk(node))


def factors_of(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression is the product of; itself, if it is none."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield from factors_of(node.left)
        yield from factors_of(node.right)
    else:
        yield node


def mixed(value: ast.expr, average: str) -> bool:
    """Whether something is as much of an average as its decay says, and something else the rest."""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add)):
        return False
    terms = [[ast.unparse(f) for f in factors_of(term)] for term in (value.left, value.right)]
    for kept, added in (terms, terms[::-1]):
        decay = [factor for factor in kept if factor != average]
        if average in kept and len(decay) == 1:
            return bool(_rests(decay[0]) & set(added))
    return False


def _rests(decay: str) -> set[str]:
    """How what a decay leaves is written: `1 - beta`, or 0.1 of 0.9."""
    number = re.fullmatch(r"0?\.\d+", decay)
    written = {f"{round(1 - float(decay), 9):.9f}".rstrip("0")} if number else set()
    return {f"1 - {decay}", f"1.0 - {decay}", *written}


def called(node: ast.Call) -> str:
    """The last name of the function that is called."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def copied(node: ast.stmt) -> Optional[tuple[str, str]]:
    """The name that a statement gives what another has, and that.

    >>> [copied(node) for node in ast.parse("old = w.copy(); old = self.w; old = -w").body]
    [('old', 'w'), ('old', 'self.w'), None]
    """
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return None
    value = node.value
    if isinstance(value, ast.Call) and called(value) in ("copy", "deepcopy", "array"):
        function = value.func
        inside = value.args or ([function.value] if isinstance(function, ast.Attribute) else [])
        value = inside[0] if inside else value
    if not isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
        return None
    return node.targets[0].id, ast.unparse(value)


def treats(node: ast.Call) -> bool:
    """Whether what is called does, by its name, what an optimizer does to gradients."""
    return any(word in called(node) for word in _OF_OPTIMIZERS)


def known_at(block: Block, place: int, gradient: ast.expr, weights: str) -> int:
    """The place before which a gradient has been computed, and nothing yet been done to it."""
    text = ast.unparse(gradient)
    if not isinstance(gradient, (ast.Name, ast.Attribute)):  # it is computed where it stands
        return next(i for i in range(place + 1) if i == place or mentions(block[i], text))
    for i in range(place - 1, -1, -1):
        if _assigns(block[i], text):
            if not _of_optimizer(block[i], text, weights):
                return i + 1
            place = i  # it is handed in, and then something is done to it
    return place


def untreated(block: Block, place: int, gradient: str, weights: str) -> str:
    """What a gradient was before an optimizer's own: `slope` of `g = clip(slope, -1, 1)`."""
    inner = _treated(ast.parse(gradient, mode="eval").body, weights)
    if inner is not None:
        return untreated(block, place, ast.unparse(inner), weights)
    for i in range(place - 1, -1, -1):
        node = block[i]
        if _assigns(node, gradient) and not _of_optimizer(node, gradient, weights):
            inner = _treated(node.value, weights) if isinstance(node, ast.Assign) else None
            return gradient if inner is None else untreated(block, i, ast.unparse(inner), weights)
    return gradient


def _treated(value: ast.expr, weights: str) -> Optional[ast.expr]:
    """What is clipped in an expression, or has a share of the weights added to it."""
    if isinstance(value, ast.Call) and "clip" in called(value):
        numbers = [a for a in value.args if isinstance(a, (ast.Constant, ast.UnaryOp))]
        if value.args and value.args[0] not in numbers:
            return value.args[0]
        return value.func.value if isinstance(value.func, ast.Attribute) else None
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        for side, other in ((value.left, value.right), (value.right, value.left)):
            factors = [ast.unparse(factor) for factor in factors_of(side)]
            if weights in factors and any(_DECAYS.search(f.lower()) for f in factors):
                return other
    return None


def handed(block: Block, at: int, gradient: str, weights: str) -> bool:
    """Whether a gradient is handed in, and then changed, by one number after another."""
    node = block[at - 1] if at else None
    if not isinstance(node, ast.Assign) or not _assigns(node, gradient):
        return False
    if isinstance(node.value, (ast.Name, ast.Attribute, ast.Subscript)):
        return False
    calls = [part for part in ast.walk(node.value) if isinstance(part, ast.Call)]
    functions = {id(part) for call in calls for part in ast.walk(call.func)}
    products = (p for p in ast.walk(node.value) if isinstance(p, ast.MatMult))
    others = {
        ast.unparse(part)
        for part in ast.walk(node.value)
        if isinstance(part, (ast.Attribute, ast.Subscript)) and id(part) not in functions
    }
    by_element = all(called(call) in _BY_ELEMENT for call in calls)
    return by_element and not any(products) and bool(others - {weights})


def _assigns(node: ast.stmt, text: str) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Assign):
            targets: Sequence[ast.expr] = part.targets
        elif isinstance(part, (ast.AugAssign, ast.AnnAssign)):
            targets = [part.target]
        else:
            continue
        for target in targets:
            inner = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
            for one in inner:
                base = one.value if isinstance(one, ast.Subscript) else one
                if ast.unparse(base) == text:
                    return True
    return False


def _of_optimizer(node: ast.stmt, text: str, weights: str) -> bool:
    """Whether a statement does something to a gradient: clips it, adds a share of the weights."""
    if isinstance(node, (ast.For, ast.While, ast.With, ast.Try)):
        return False
    if isinstance(node, ast.If):
        return all(
            _of_optimizer(inner, text, weights) for inner in node.body if _assigns(inner, text)
        )
    value = getattr(node, "value", None)
    if value is None or not (isinstance(node, ast.AugAssign) or mentions(value, text)):
        return False
    clipped = any(isinstance(part, ast.Call) and treats(part) for part in ast.walk(value))
    added = not isinstance(node, ast.AugAssign) or isinstance(node.op, (ast.Add, ast.Sub))
    return clipped or (added and mentions(value, weights))


def averaged_rows(node: ast.AST) -> str:
    """The parameter that a function averages over its first axis, and that says gradients; or "".

    >>> code = "def f(w, {0}): return w - np.mean({0}, axis=0)"
    >>> [averaged_rows(ast.parse(code.format(n)).body[0]) for n in ("grads", "x")]
    ['grads', '']
    """
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ""
    taken = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    for part in ast.walk(node):
        if not isinstance(part, ast.Call) or called(part) not in ("mean", "average", "sum"):
            continue
        first = any(k.arg == "axis" and ast.unparse(k.value) == "0" for k in part.keywords)
        whole = part.func.value if isinstance(part.func, ast.Attribute) else None
        for one in (whole, *part.args[:1]):
            if first and isinstance(one, ast.Name) and one.id in taken and "grad" in one.id.lower():
                return one.id
    return ""
