"""What a Python source does where a text chooses RMSProp: that branch in the place of the choice.

Training loops often choose between optimizers in the middle, with what they share around it. Runs
in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, TypeVar

from harness.languages.naming import RMSPROP, says_rmsprop

Node = TypeVar("Node", bound=ast.AST)


def chosen(node: Node) -> Node:
    r"""Put the branches that are for RMSProp in the places of their choices; the node is changed.

    >>> text = "if kind == 'sgd': d = g\nelif kind == 'rmsprop': d = g / r\nw -= d"
    >>> print(ast.unparse(chosen(ast.parse(text))))
    d = g / r
    w -= d
    >>> text = "if kind in ('adam', 'rmsprop'):\n  v = g * g\n  if kind == 'rmsprop': d = g / v"
    >>> print(ast.unparse(chosen(ast.parse(text))))
    v = g * g
    d = g / v
    """
    _Choice().visit(node)
    return ast.fix_missing_locations(node)


def chooses(node: ast.AST) -> bool:
    """Whether a text chooses RMSProp in it."""
    return any(isinstance(part, ast.If) and _asks(part.test) for part in ast.walk(node))


def where_chosen(tree: ast.AST) -> str:
    r"""Where it is asked whether RMSProp is meant, by a text or a name; "" where it is nowhere.

    >>> where_chosen(ast.parse("if self.kind is not Kind.RMSPROP: w -= lr * g"))
    'self.kind is not Kind.RMSPROP'
    >>> where_chosen(ast.parse("class O:\n def step(self): self.do()\n def _rmsprop(self): 0"))
    '_rmsprop'
    """
    for part in (part for node in ast.walk(tree) for part in _asking(node)):
        if any(map(_named, [part, *ast.iter_child_nodes(part)])):
            return part.name if isinstance(part, ast.FunctionDef) else ast.unparse(part)
    return ""


def choosing(tree: ast.Module) -> dict[str, str]:
    r"""By name, what a source defines that asks so, itself or in what it names of the source.

    >>> text = 'def step(w, k): return w if k == "rmsprop" else 0'
    >>> choosing(ast.parse(f"class A:\n  go = step\n{text}\nclass B: pass"))
    {'A': "k == 'rmsprop'", 'step': "k == 'rmsprop'"}
    """
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = {node.name: node for node in tree.body if isinstance(node, kinds)}
    found = {}
    for name in defined:
        reached, left = {name}, [name]
        while left:
            parts = ast.walk(defined[left.pop()])
            named = {part.id for part in parts if isinstance(part, ast.Name)}
            left += (named & defined.keys()) - reached
            reached |= named & defined.keys()
        asked = next(filter(None, (where_chosen(defined[n]) for n in defined if n in reached)), "")
        if asked:
            found[name] = asked
    return found


_EQUAL = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In)


def _asking(node: Any) -> Iterator[ast.AST]:
    """What of a node may ask for one of several: comparisons, keys, methods of a class."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], _EQUAL):
        yield node
    elif isinstance(node, (ast.If, ast.IfExp)):
        yield node.test
    elif isinstance(node, ast.Dict):
        yield from filter(None, node.keys)
    elif isinstance(node, ast.ClassDef):
        yield from (part for part in node.body if isinstance(part, ast.FunctionDef))
    elif type(node).__name__ == "MatchValue":
        yield node


def _named(node: ast.AST) -> bool:
    name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))
    return _is_rmsprop(node) or RMSPROP.search(name) is not None


class _Choice(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> Any:
        """An `if` with its `elif`s, of which one is asked for RMSProp."""
        arm: Any = node
        while isinstance(arm, ast.If):
            if _asks(arm.test):
                return self._branch(arm.body)
            arm = arm.orelse[0] if len(arm.orelse) == 1 else None
        return self.generic_visit(node)

    def visit_Match(self, node: Any) -> Any:
        """The same, from Python 3.10 on."""
        for case in node.cases:
            if any(map(_is_rmsprop, ast.walk(case.pattern))):
                return self._branch(case.body)
        return self.generic_visit(node)

    def _branch(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The statements of a branch, with what is chosen inside it in its place."""
        self.generic_visit(block := ast.Module(body, []))
        return block.body


def _asks(test: ast.expr) -> bool:
    """Whether something is asked whether it is a text that says RMSProp."""
    compared = isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Eq, ast.In))
    return compared and any(map(_is_rmsprop, ast.walk(test)))


def _is_rmsprop(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, str) and says_rmsprop(value)
