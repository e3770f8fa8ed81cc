"""What an expression of Python begins an array as: zeros, another number, or nothing yet.

Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from harness.languages.gradients import called

# What only puts its argument into another container.
_WRAPS = frozenset("array asarray list dict tuple tensor float OrderedDict".split())
_UNKNOWN = float("nan")


def is_nothing(node: ast.expr) -> bool:
    """Whether an expression is zeros, or holds nothing yet.

    >>> texts = ("[0.0] * n", "{}", "None", "np.zeros(3, float)", "np.ones(3)", "list(w)")
    >>> [is_nothing(ast.parse(text, mode="eval").body) for text in texts]
    [True, True, True, True, False, False]
    """
    return begun_as(node, nothing=0.0) == 0


def begun_as(value: ast.expr, nothing: float | None = None) -> float | None:
    """The number that all elements of what is made are, NaN where nobody knows; None for no such.

    Args:
        value: what makes it.
        nothing: what is told of what holds nothing yet.

    >>> texts = ("np.ones_like(w)", "{k: np.zeros(3) for k in w}", "[1e-3] * n", "{}", "w - g")
    >>> [begun_as(ast.parse(text, mode="eval").body) for text in texts]
    [1.0, 0.0, 0.001, None, None]
    """
    if isinstance(value, ast.Constant):
        number = value.value
        plain = isinstance(number, (int, float)) and not isinstance(number, bool)
        if number is None:
            return nothing
        return float(number) if plain else None  # type: ignore[arg-type]
    if isinstance(value, (ast.List, ast.Tuple)):
        return _alike(value.elts, nothing)
    if isinstance(value, ast.Dict):
        return _alike(value.values, nothing)
    if isinstance(value, (ast.ListComp, ast.GeneratorExp)):
        return begun_as(value.elt, nothing)
    if isinstance(value, ast.DictComp):
        return begun_as(value.value, nothing)
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Mult, ast.Add)):
        return _computed(value, nothing)
    return _called(value, nothing) if isinstance(value, ast.Call) else None


def _computed(value: ast.BinOp, nothing: float | None) -> float | None:
    sides = [begun_as(side, nothing) for side in (value.left, value.right)]
    if isinstance(value.op, ast.Add):
        return None if None in sides else sides[0] + sides[1]  # type: ignore[operator]
    listed = [isinstance(side, ast.List) for side in (value.left, value.right)]
    if any(listed):
        return sides[listed.index(True)]
    if 0.0 in sides:
        return 0.0
    return None if None in sides else sides[0] * sides[1]  # type: ignore[operator]


def _called(call: ast.Call, nothing: float | None) -> float | None:
    name = called(call)
    named = {k.arg: k.value for k in call.keywords}
    if name in ("ones", "ones_like"):
        return 1.0
    if name in ("full", "full_like"):
        filled = named.get("fill_value") or (call.args[1] if len(call.args) > 1 else None)
        known = begun_as(filled) if filled is not None else None
        return _UNKNOWN if known is None else known
    if name in ("defaultdict", "field"):
        made = call.args[0] if call.args else named.get("default_factory") or named.get("default")
        return begun_as(made.body, nothing) if isinstance(made, ast.Lambda) else nothing
    if name in _WRAPS:
        return begun_as(call.args[0], nothing) if call.args else None if named else nothing
    return 0.0 if name in ("zeros", "zeros_like") and (call.args or named) else None


def _alike(parts: Iterable[ast.expr], nothing: float | None) -> float | None:
    begun = {begun_as(part, nothing) for part in parts}
    if not begun:
        return nothing
    if None in begun:
        return None
    return begun.pop() if len(begun) == 1 else _UNKNOWN
