"""A function's expressions: what each stands for, as far as it is something that was handed over.

Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from typing import Any, Optional, Protocol

from harness.languages.texts import Texts
from harness.languages.updates import square_of
from harness.languages.uses import KEY, Use, element_of, result_of

# What gives the same values again.
SAME = frozenset("list tuple sorted reversed iter dict copy deepcopy".split())
_OF_MAPS = frozenset("items keys values get setdefault pop".split())
# What makes an array of the same numbers, in another shape or another place.
_SHAPES = frozenset("copy reshape ravel flatten squeeze astype".split())
# What makes the same text of a text, but for its letters' case.
_CASES = frozenset("lower upper casefold strip".split())
# Those that are told a shape.
_SHAPED = frozenset("zeros ones empty full".split())


class Surroundings(Protocol):
    """What is around a function: the object that it is a method of, and what it may call."""

    def own(self, name: str) -> list[Use]:
        """What an attribute of the object itself stands for."""

    def stored(self, name: str) -> list[Use]:
        """The same of one that becomes something else."""

    def called(
        self, name: str, call: ast.Call, body: Expressions, after: int | None = None
    ) -> list[Use]:
        """Follow a call of an own method or function."""


class Expressions:
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
        texts: Texts | None = None,
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
        """What is compared with a text, or looked for among some."""
        if isinstance(with_, ast.Constant) and isinstance(with_.value, str):
            for use in uses:
                use.texts.append(with_.value)
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
        if isinstance(node, ast.Name):
            return self._scope.get(node.id, [])
        if isinstance(node, ast.Attribute):
            if self._is_this(node.value):
                return self._follower.own(node.attr)
            return [u.attribute(node.attr) for u in self.value(node.value) if u is not KEY]
        if isinstance(node, ast.Subscript):
            return self._element(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.NamedExpr):
            uses = self.value(node.value)
            self._name(node.target, uses)
            return uses
        if isinstance(node, ast.IfExp):
            self.value(node.test)
            return [*self.value(node.body), *self.value(node.orelse)]
        if isinstance(node, ast.BoolOp):
            return [use for part in node.values for use in self.value(part)]
        if isinstance(node, (ast.BinOp, ast.UnaryOp)):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                for use in self.value(node.right):
                    use.divisor = True
            if isinstance(node, ast.BinOp) and _from_one(node):
                for use in self.value(node.right):
                    use.complement = True
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self._numeric(child)
            return []
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            for part in node.generators:
                self._loop(part.target, part.iter)
                for test in part.ifs:
                    self.value(test)
            if isinstance(node, ast.DictComp):
                self.value(node.key)
                self.value(node.value)
                return []
            # A list of some of them, or of what each holds.
            return [element_of(use) for use in self.value(node.elt) if use is not KEY]
        if isinstance(node, ast.Compare):
            if isinstance(node.ops[0], (ast.In, ast.NotIn)):
                self._keyed(node.left)
            sides = [node.left, *node.comparators]
            for side, other in zip(sides, sides[1:]):
                self._compared(self.value(side), other)
                self._compared(self.value(other), side)
        if isinstance(node, ast.Dict):
            return self._written(node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
        return []

    def _written(self, node: ast.Dict) -> list[Use]:
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

    def _numeric(self, node: ast.expr) -> None:
        for use in self.value(node):
            use.computed = True

    def _element(self, node: ast.Subscript) -> list[Use]:
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

    def _call(self, node: ast.Call) -> list[Use]:
        function = node.func
        if isinstance(function, ast.Attribute):
            if self._is_this(function.value):
                for part in (*node.args, *(k.value for k in node.keywords)):
                    self.value(part)
                own_uses = self._follower.own(function.attr)
                for use in own_uses:
                    use.called = True
                returned = self._follower.called(function.attr, node, self)
                return [*(result_of(use) for use in own_uses), *returned]
            if _is_super(function.value):
                return self._follower.called(function.attr, node, self, after=self._place)
            return self._method(node, function)
        name = function.id if isinstance(function, ast.Name) else ""
        if name == "map" and len(node.args) == 2 and isinstance(node.args[0], ast.Lambda):
            return self._mapped(node.args[0], node.args[1])
        arguments = [self.value(part) for part in node.args]
        for word in node.keywords:
            self.value(word.value)
        if name == "range" and node.args:
            self._counted(node.args)
        if name in SAME:
            for use in arguments[0] if arguments else []:
                use.iterated |= name != "dict"
            return arguments[0] if arguments else []
        if name == "isinstance" and len(node.args) == 2:
            named = node.args[1]
            listed = named.elts if isinstance(named, (ast.Tuple, ast.List)) else [named]
            for use in arguments[0]:
                use.classes += [ast.unparse(one) for one in listed]
            return []
        if name in ("getattr", "hasattr") and len(node.args) > 1:
            if names := [text for text, complete in self.texts.of(node.args[1]) if complete]:
                asked = [use.attribute(text) for use in arguments[0] for text in names]
                for use in asked:
                    use.optional |= name == "hasattr"
                return [] if name == "hasattr" else asked
            return []
        if name in ("zip", "enumerate", "map", "len"):
            for uses in arguments:
                for use in uses:
                    use.iterated |= name != "len"
            return []
        called = self._scope.get(name, [])
        for use in called:
            use.called = True
            use.arguments = max(use.arguments, len(node.args))
        if called:
            return [result_of(use) for use in called]
        if name:
            return self._follower.called(name, node, self)
        return []

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

    def _counted(self, bounds: list[ast.expr]) -> None:
        """How often a loop goes: as one number says, or some more or fewer times."""
        beyond = _whole(bounds[0]) if len(bounds) > 1 else 0
        last = bounds[min(1, len(bounds) - 1)]
        while isinstance(last, ast.BinOp) and isinstance(last.op, (ast.Add, ast.Sub)):
            beyond += _whole(last.right) * (1 if isinstance(last.op, ast.Sub) else -1)
            last = last.left
        measured = isinstance(last, ast.Call) and _is_len(last)
        for use in self.value(last.args[0] if isinstance(last, ast.Call) and measured else last):
            use.counted, use.measured, use.beyond = not measured, measured, beyond

    def _sized(self, name: str, given: list[ast.expr]) -> None:
        """The sizes that an array is made of."""
        if name not in _SHAPED or not given:
            return
        shape = given[0].elts if isinstance(given[0], (ast.Tuple, ast.List)) else given[:1]
        sizes = ("rows", "columns") if len(shape) == 2 else ("length",)
        for part, size in zip(shape, sizes if len(shape) < 3 else ()):
            for use in self.value(part):
                use.sized = use.sized.replace("length", "") or size

    def _mapped(self, made: ast.Lambda, over: ast.expr) -> list[Use]:
        """What a function without a name makes of each element."""
        names = [a.arg for a in made.args.args[:1]]
        before = {name: self._scope[name] for name in names if name in self._scope}
        for name in names:
            self._loop(ast.Name(name, ast.Store()), over)
        found = [element_of(use) for use in self.value(made.body) if use is not KEY]
        self._scope.update(before)
        return found

    def _method(self, node: ast.Call, function: ast.Attribute) -> list[Use]:
        uses = self.value(function.value)
        arguments = [self.value(part) for part in node.args]
        for word in node.keywords:
            self.value(word.value)
        if not uses:  # a library's function: numbers go in
            self._sized(function.attr, node.args)
            numeric = function.attr not in (
                "zeros_like",
                "copy",
                "deepcopy",
                "append",
                "empty_like",
            )
            for given in arguments:
                for use in given:
                    use.computed |= numeric
            return arguments[0] if function.attr in ("copy", "deepcopy") and arguments else []
        found = []
        for use in uses:
            if use is KEY:
                continue
            if function.attr in _OF_MAPS:
                use.mapping = True
                use.attribute(f"{function.attr}()").arguments = len(node.args)
                key = node.args[0] if node.args else None
                if key is not None:
                    self._keyed(key)
                if isinstance(key, ast.Constant) and isinstance(key.value, (str, int)):
                    found.append(use.keys.setdefault(key.value, Use()))
                else:
                    found.append(use.element())
                continue
            if function.attr in _SHAPES or function.attr in _CASES:
                found.append(use)
                continue
            method = use.attribute(function.attr)
            method.called = True
            method.arguments = max(method.arguments, len(node.args))
            found.append(result_of(method))
        return found

    def this_call(self, call: ast.Call) -> bool:
        """Whether a call is one of the object's own methods."""
        return isinstance(call.func, ast.Attribute) and self._is_this(call.func.value)

    def _is_this(self, node: ast.expr) -> bool:
        return bool(self._this) and isinstance(node, ast.Name) and node.id == self._this


def _is_super(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    )


def _whole(node: ast.expr) -> int:
    """The whole number that is written; 0 for anything else."""
    value = node.value if isinstance(node, ast.Constant) else 0
    return value if isinstance(value, int) else 0


def _is_len(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1


def _from_one(node: ast.BinOp) -> bool:
    """Whether something is subtracted from one."""
    left = node.left
    return isinstance(node.op, ast.Sub) and isinstance(left, ast.Constant) and left.value == 1
