"""Numbers that somebody may set under a name: a default says what they are where nobody does.

Read from syntax trees; nothing is executed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any, Optional

from harness.languages.gradients import called

# What asks a map, or an object, for something that need not be there.
ASKS = ("get", "pop", "setdefault", "getattr")


def settable(nodes: Iterable[ast.AST]) -> list[list[Any]]:
    r"""Each name under which classes or functions take a number, with what it is by default.

    >>> tree = ast.parse("def f(w, p=None, lr=0.1): return p.get('rho', 0.9), {'eps': 1e-8}")
    >>> settable([tree])
    [['lr', 0.1], ['rho', 0.9], ['eps', 1e-08]]
    >>> settable([ast.parse("class O:\n def slope(self, f, x, eps=1e-8): return f(x + eps)")])
    []
    """
    every = [part for node in nodes for part in ast.walk(node)]
    asked = {called(part) for part in every if isinstance(part, ast.Call)}
    methods = (m for node in every if isinstance(node, ast.ClassDef) for m in node.body)
    beside = [m.args for m in methods if isinstance(m, ast.FunctionDef) and _alone(m, asked)]
    found = {pair: None for part in every if part not in beside for pair in _pairs(part)}
    return [list(pair) for pair in found]


def _alone(method: ast.FunctionDef, asked: set[str]) -> bool:
    """Whether no other method calls one: what it takes is told to it, or to nobody."""
    return not (method.decorator_list or method.name in asked or method.name.startswith("__"))


def _pairs(part: ast.AST) -> Iterator[tuple[str, float]]:
    named: list[tuple[Optional[str], Optional[ast.expr]]] = []
    if isinstance(part, ast.arguments):
        placed, defaults = [*part.posonlyargs, *part.args], part.defaults
        named += [(a.arg, d) for a, d in zip(placed[len(placed) - len(defaults) :], defaults)]
        named += [(a.arg, d) for a, d in zip(part.kwonlyargs, part.kw_defaults)]
    elif isinstance(part, ast.Call) and called(part) in ASKS:
        named += [(_text(one), value) for one, value in zip(part.args, part.args[1:])]
    elif isinstance(part, ast.Call) and called(part) == "dict":
        named += [(word.arg, word.value) for word in part.keywords]
    elif isinstance(part, ast.Dict):
        named += [(_text(key), value) for key, value in zip(part.keys, part.values)]
    for name, value in named:
        number = value.value if isinstance(value, ast.Constant) else None
        if name and isinstance(number, (int, float)) and not isinstance(number, bool):
            yield name, float(number)


def _text(node: Optional[ast.expr]) -> Optional[str]:
    text = node.value if isinstance(node, ast.Constant) else None
    return text if isinstance(text, str) else None
