"""A function's expressions: what each stands for, as far as it is something that was handed over.

Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from typing import Any, Optional, Protocol, Union

from harness.languages.averages import square_of
from harness.languages.naming import RMSPROP
from harness.languages.texts import Texts
from harness.languages.uses import KEY, Use, element_of

# What is gone over within brackets, and makes a row of what each is.
_Listed = Union[ast.ListComp, ast.SetComp, ast.GeneratorExp]


class Surroundings(Protocol):
    """What is around a function: the object that it is a method of, and what it may call."""

    def own(self, name: str) -> list[Use]:
        """What an attribute of the object itself stands for."""

    def stored(self, name: str) -> list[Use]:
        """The same of one that becomes something else."""

    def called(
        self, name: str, call: ast.Call, body: Expressions, after: Optional[int] = None
    ) -> list[Use]:
        """Follow a call of an own method or function."""


class Expressions(ast.NodeVisitor):
    """What expressions stand for; what is named, statements say.

    Args:
        follower: what is around the function.
        scope: what its names stand for.
        this: its name for the object that it is a method of.
        place: of its class in the order of bases.
        texts: that its names are.
    """

    def __init__(
        self,
        follower: Surroundings,
        scope: dict[str, list[Use]],
        this: str,
        place: int,
        texts: Optional[Texts] = None,
    ) -> None:
        self._follower, self._scope, self._this, self._place = follower, scope, this, place
        self.texts = texts or Texts()
        self._branches = 0
        self._counts: dict[str, int] = {}  # names that count, each with the first number
        self.returned: list[Use] = []

    def _name(self, target: ast.expr, uses: list[Use]) -> None:
        """Give a target another value."""
        raise NotImplementedError

    def _loop(self, target: ast.expr, over: ast.expr) -> None:
        """Give a loop's target what it goes over."""
        raise NotImplementedError

    def _compared(self, uses: list[Use], with_: ast.AST) -> None:
        """What is compared with a text or a name, or looked for among some."""
        if isinstance(with_, ast.Constant) and isinstance(with_.value, str):
            for use in uses:
                use.texts.append(with_.value)
        elif isinstance(with_, (ast.Name, ast.Attribute)):
            name = ast.unparse(with_)
            for use in uses if RMSPROP.search(name.rpartition(".")[2]) else ():
                use.named.append(name)
        elif isinstance(with_, (ast.Tuple, ast.List, ast.Set)):
            for part in with_.elts:
                self._compared(uses, part)
        elif isinstance(with_, ast.Dict):
            for key in with_.keys:
                self._compared(uses, key or with_)

    def value(self, node: ast.expr) -> list[Use]:
        """What an expression stands for, as far as it is something that was handed over."""
        if (squared := square_of(node)) is not None:
            while isinstance(squared, ast.BinOp) and isinstance(
                squared.op, (ast.Add, ast.Sub, ast.Div)
            ):
                squared = squared.left  # of a batch's sum, or with a share of the weights
            for use in self.value(squared):
                use.squared = True
        found: list[Use] = self.visit(node)
        return found

    def generic_visit(self, node: ast.AST) -> list[Use]:
        """Follow what is in it; as a whole it is nothing that was handed over."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
        return []

    def visit_Name(self, node: ast.Name) -> list[Use]:
        return self._scope.get(node.id, [])

    def visit_Attribute(self, node: ast.Attribute) -> list[Use]:
        if self._is_this(node.value):
            return self._follower.own(node.attr)
        return [u.attribute(node.attr) for u in self.value(node.value) if u is not KEY]

    def visit_NamedExpr(self, node: ast.NamedExpr) -> list[Use]:
        uses = self.value(node.value)
        self._name(node.target, uses)
        return uses

    def visit_IfExp(self, node: ast.IfExp) -> list[Use]:
        self._tested(node.test)
        return [*self.value(node.body), *self.value(node.orelse)]

    def visit_BoolOp(self, node: ast.BoolOp) -> list[Use]:
        return [use for part in node.values for use in self.value(part)]

    def visit_BinOp(self, node: ast.BinOp) -> list[Use]:
        if isinstance(node.op, ast.Div):
            for use in self.value(node.right):
                use.divisor = True
        if _from_one(node):
            for use in self.value(node.right):
                use.complement = True
        self._numeric(node.left, node.right)
        return []

    def visit_UnaryOp(self, node: ast.UnaryOp) -> list[Use]:
        if isinstance(node.op, ast.Not):
            self._tested(node.operand)
        else:
            self._numeric(node.operand)
        return []

    def visit_DictComp(self, node: ast.DictComp) -> list[Use]:
        self._generated(node.generators)
        self.value(node.key)
        self.value(node.value)
        return []

    def visit_ListComp(self, node: _Listed) -> list[Use]:
        """A list of some of them, or of what each holds."""
        self._generated(node.generators)
        return [element_of(use) for use in self.value(node.elt) if use is not KEY]

    visit_SetComp = visit_GeneratorExp = visit_ListComp

    def visit_Compare(self, node: ast.Compare) -> list[Use]:
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            self._keyed(node.left)
            if not isinstance(node.left, ast.Constant):
                # Of what holds arrays nobody asks but for a place, which maps have.
                for use in (use for use in self.value(node.comparators[0]) if use is not KEY):
                    use.mapping = True
        sides = [node.left, *node.comparators]
        for side, other in zip(sides, sides[1:]):
            self._compared(self.value(side), other)
            self._compared(self.value(other), side)
        return self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> list[Use]:
        """A map that is written there, if it has something of what was handed over."""
        keys: dict[Any, Use] = {}
        for key, value in zip(node.keys, node.values):
            known = [use for use in self.value(value) if use is not KEY]
            if known and isinstance(key, ast.Constant):
                keys[key.value] = known[0]
        return [Use(keys=keys)] if keys else []

    def _keyed(self, place: ast.expr) -> None:
        parts = place.elts if isinstance(place, ast.Tuple) else [place]
        for use in (use for part in parts for use in self.value(part) if use is not KEY):
            use.keyed = True

    def _numeric(self, *nodes: ast.expr) -> None:
        for use in (use for node in nodes for use in self.value(node)):
            use.computed = True

    def _tested(self, test: ast.expr) -> None:
        """What is asked whether it is true."""
        for use in self.value(test):
            use.tested |= use is not KEY

    def _generated(self, generators: list[ast.comprehension]) -> None:
        """Follow what is gone over within brackets."""
        for part in generators:
            self._loop(part.target, part.iter)
            for test in part.ifs:
                self._tested(test)

    def visit_Subscript(self, node: ast.Subscript) -> list[Use]:
        uses = self.value(node.value)
        place: ast.expr = node.slice
        if isinstance(place, ast.Slice):
            for use in uses:
                use.begins(0 if place.lower is None else self._first(place.lower))
            return uses
        if isinstance(place, ast.Constant) and isinstance(place.value, (str, int)):
            for use in uses:
                use.mapping |= isinstance(place.value, str)
                use.begins(self._first(place))
            return [use.keys.setdefault(place.value, Use()) for use in uses]
        if isinstance(node.value, ast.Dict):  # of several that are written there
            self._compared(self.value(place), node.value)
        texts = self.texts.of(place)
        whole = [text for text, complete in texts if complete]
        named = not texts and bool(self.value(place))
        self._keyed(place)
        for use in uses:
            if not isinstance(place, ast.UnaryOp):  # counted from the end
                use.begins(self._first(place))
            use.patterns += [text for text, complete in texts if not complete]
            use.mapping |= named or bool(texts)
        if whole:
            return [use.keys.setdefault(text, Use()) for use in uses for text in whole]
        return [use.element() for use in uses]

    def _first(self, node: ast.expr) -> Optional[int]:
        """The first number that an expression is in the loop around it; None if it is none."""
        if isinstance(node, ast.Name):
            return self._counts.get(node.id)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            left, right = self._first(node.left), self._first(node.right)
            if left is None or right is None:
                return None
            return left + right if isinstance(node.op, ast.Add) else left - right
        value = node.value if isinstance(node, ast.Constant) else None
        return value if isinstance(value, int) else None

    def this_call(self, call: ast.Call) -> bool:
        """Whether a call is one of the object's own methods."""
        return isinstance(call.func, ast.Attribute) and self._is_this(call.func.value)

    def _is_this(self, node: ast.expr) -> bool:
        return bool(self._this) and isinstance(node, ast.Name) and node.id == self._this


def _from_one(node: ast.BinOp) -> bool:
    """Whether something is subtracted from one."""
    left = node.left
    return isinstance(node.op, ast.Sub) and isinstance(left, ast.Constant) and left.value == 1
