"""Loops over what is listed there, written out; what a call puts somewhere, as an assignment.

`for p, g, v in zip([W, b], [dW, db], [vW, vb]): v += g * g` says `vW += dW * dW` and the same of
the others, and `np.clip(g, -1, 1, out=g)` says `g = np.clip(g, -1, 1)`. Nothing is executed. Runs
in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from typing import Optional, Union

from harness.languages.changes import values
from harness.languages.gradients import Block, called

_PLAIN = (ast.Name, ast.Attribute, ast.Subscript)
_NUMBERS = ("float", "int", "float32", "float64")
_DRAWN = ("rand", "randn", "random", "normal", "uniform", "standard_normal", "gauss")
# More than any network of a page has.
_MOST = 64


def written_out(body: Block, tree: ast.AST) -> Block:
    """Statements, changed where they are, without such loops and calls.

    Args:
        body: the statements.
        tree: of the source. What is a plain number somewhere in it is not changed by a name for it.

    >>> body = ast.parse("for p, g in zip([w, b], [dw, db]): np.clip(g, -1, 1, out=g); p -= g").body
    >>> print(ast.unparse(ast.Module(written_out(body, ast.Module([], [])), [])))
    dw = np.clip(dw, -1, 1)
    w -= dw
    db = np.clip(db, -1, 1)
    b -= db
    """
    set_to = [pair for n in ast.walk(tree) if isinstance(n, ast.stmt) for pair in values(n)]
    numbers = {text for text, value in set_to if _is_number(value)}
    made: ast.Module = _WritingOut(numbers).visit(ast.Module(body, []))
    return ast.fix_missing_locations(made).body


class _WritingOut(ast.NodeTransformer):
    """Args: numbers: what is set to a plain number somewhere."""

    def __init__(self, numbers: set[str]) -> None:
        self._numbers = numbers

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node  # definitions inside are left alone

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """What a call of NumPy puts somewhere, is set to what it returns."""
        call = node.value
        if not isinstance(call, ast.Call):
            return node
        put = [word.value for word in call.keywords if word.arg == "out"]
        whole = all(word.arg != "where" for word in call.keywords)
        if not (put and whole) or not isinstance(put[0], _PLAIN):
            return node
        call.keywords = [word for word in call.keywords if word.arg != "out"]
        target = copy.deepcopy(put[0])
        target.ctx = ast.Store()
        return ast.copy_location(ast.Assign([target], call), node)

    def visit_For(self, node: ast.For) -> Union[ast.AST, list[ast.stmt]]:
        """A loop over what is listed is its statements, once for each."""
        rounds = list(_rounds(node.target, node.iter))
        jumps = (ast.Break, ast.Continue, ast.Return, ast.FunctionDef, ast.Lambda)
        if not rounds or node.orelse or any(isinstance(p, jumps) for p in ast.walk(node)):
            return self.generic_visit(node)
        own = _own(node.body) & set(rounds[0])
        made: list[ast.stmt] = []
        for number, elements in enumerate(rounds):
            kept = {name: ast.Name(f"{name}_{number}", ast.Load()) for name in own}
            made += [_assigned(kept[name].id, elements[name]) for name in sorted(own)]
            renaming = _Elements({**elements, **kept})
            made += [renaming.visit(copy.deepcopy(statement)) for statement in node.body]
        changed = {ast.unparse(p) for s in made for p in ast.walk(s) if _is_changed(p)}
        if changed & self._numbers:
            return self.generic_visit(node)
        inside = ast.Module(made, [])
        self.generic_visit(inside)
        return inside.body


def _is_number(value: ast.expr) -> bool:
    """Whether an expression is one number, which nothing changes where it is."""
    if isinstance(value, ast.UnaryOp):
        return _is_number(value.operand)
    if isinstance(value, ast.BinOp):
        return _is_number(value.left) and _is_number(value.right)
    if not isinstance(value, ast.Call):
        return isinstance(value, ast.Constant)
    alone = not value.args and not value.keywords
    return called(value) in _NUMBERS or (alone and called(value) in _DRAWN)


def _rounds(target: ast.expr, over: ast.expr) -> Iterator[dict[str, ast.expr]]:
    """What the names of a loop are in each round, where that is written there."""
    if isinstance(over, ast.Call) and called(over) == "zip" and not over.keywords:
        parts = [part.elts if isinstance(part, (ast.List, ast.Tuple)) else [] for part in over.args]
        if not parts or len({len(part) for part in parts}) > 1:
            return
        listed: list[ast.expr] = [ast.Tuple(list(each), ast.Load()) for each in zip(*parts)]
    elif isinstance(over, (ast.List, ast.Tuple)):
        listed = list(over.elts)
    else:
        return
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    for one in listed[:_MOST]:
        elements = (
            one.elts if isinstance(target, ast.Tuple) and isinstance(one, ast.Tuple) else [one]
        )
        plain = all(isinstance(n, ast.Name) for n in names)
        if not plain or len(elements) != len(names):
            return
        if not all(isinstance(element, _PLAIN) for element in elements):
            return
        yield {n.id: e for n, e in zip(names, elements) if isinstance(n, ast.Name)}


def _own(body: Block) -> set[str]:
    """The names that statements give another value, which what was listed does not get."""
    parts = [part for node in body for part in ast.walk(node)]
    again = {id(part.target) for part in parts if isinstance(part, ast.AugAssign)}
    names = (p for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store))
    return {part.id for part in names if id(part) not in again}


def _is_changed(node: ast.AST) -> bool:
    return isinstance(node, _PLAIN) and isinstance(node.ctx, ast.Store)


def _assigned(name: str, value: ast.expr) -> ast.stmt:
    made = ast.Assign([ast.Name(name, ast.Store())], copy.deepcopy(value))
    return ast.copy_location(made, value)


class _Elements(ast.NodeTransformer):
    """Puts in a loop's names what they are."""

    def __init__(self, elements: Mapping[str, ast.expr]) -> None:
        self._elements = elements

    def visit_Name(self, node: ast.Name) -> ast.AST:
        known: Optional[ast.expr] = self._elements.get(node.id)
        if known is None:
            return node
        made = copy.deepcopy(known)
        made.ctx = node.ctx  # type: ignore[attr-defined]
        return ast.copy_location(made, node)
