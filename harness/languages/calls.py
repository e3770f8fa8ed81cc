"""A function's calls: what each gives back of what was handed over, and does with it.

Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast

from harness.languages.expressions import Expressions
from harness.languages.uses import KEY, Use, element_of, result_of

# What gives the same values again.
SAME = frozenset("list tuple sorted reversed iter dict copy deepcopy".split())
_OF_MAPS = frozenset("items keys values get setdefault pop".split())
# What makes an array of the same numbers, in another shape or another place.
_SHAPES = frozenset("copy reshape ravel flatten squeeze astype".split())
# What makes the same text of a text, but for its letters' case.
_CASES = frozenset("lower upper casefold strip".split())
# Libraries' functions that compute nothing with what they are given.
_TAKING = frozenset("zeros_like copy deepcopy append empty_like".split())
# Those that are told a shape.
_SHAPED = frozenset("zeros ones empty full".split())


class Calls(Expressions):
    """What calls give back, beside what other expressions stand for."""

    def visit_Call(self, node: ast.Call) -> list[Use]:
        function = node.func
        if isinstance(function, ast.Attribute):
            if self._is_this(function.value):
                return self._own(node, function)
            if _is_super(function.value):
                return self._follower.called(function.attr, node, self, after=self._place)
            return self._method(node, function)
        name = function.id if isinstance(function, ast.Name) else ""
        if name == "map" and len(node.args) == 2 and isinstance(node.args[0], ast.Lambda):
            return self._mapped(node.args[0], node.args[1])
        arguments = self._given(node)
        if name == "range" and node.args:
            self._counted(node.args)
        if name in SAME:
            for use in arguments[0] if arguments else []:
                use.iterated |= name != "dict"
            return arguments[0] if arguments else []
        if name in ("isinstance", "getattr", "hasattr") and len(node.args) > 1:
            return self._asked(name, arguments[0], node.args[1])
        if name in ("zip", "enumerate", "map", "len"):
            for use in (use for uses in arguments for use in uses):
                use.iterated |= name != "len"
            return []
        if called := self._scope.get(name, []):
            for use in called:
                use.called = True
                use.arguments = max(use.arguments, len(node.args))
            return [result_of(use) for use in called]
        return self._follower.called(name, node, self) if name else []

    def _given(self, node: ast.Call) -> list[list[Use]]:
        """What the arguments by place stand for; those by name are followed, too."""
        arguments = [self.value(part) for part in node.args]
        for word in node.keywords:
            self.value(word.value)
        return arguments

    def _own(self, node: ast.Call, function: ast.Attribute) -> list[Use]:
        """A call of one of the object's own methods, or of what it holds."""
        self._given(node)
        uses = self._follower.own(function.attr)
        for use in uses:
            use.called = True
        returned = self._follower.called(function.attr, node, self)
        return [*(result_of(use) for use in uses), *returned]

    def _asked(self, name: str, uses: list[Use], of: ast.expr) -> list[Use]:
        """What is asked of an object: of which class it is, or an attribute by its name."""
        if name == "isinstance":
            listed = of.elts if isinstance(of, (ast.Tuple, ast.List)) else [of]
            for use in uses:
                use.classes += [ast.unparse(one) for one in listed]
            return []
        names = [text for text, complete in self.texts.of(of) if complete]
        asked = [use.attribute(text) for use in uses for text in names]
        for use in asked:
            use.optional |= name == "hasattr"
        return [] if name == "hasattr" else asked

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
        uses, name = self.value(function.value), function.attr
        arguments = self._given(node)
        if not uses:  # a library's function: numbers go in
            self._sized(name, node.args)
            for use in (use for given in arguments for use in given):
                use.computed |= name not in _TAKING
            return arguments[0] if name in ("copy", "deepcopy") and arguments else []
        found = []
        for use in (use for use in uses if use is not KEY):
            if name in _OF_MAPS:
                found.append(self._of_map(use, node, name))
            elif name in _SHAPES or name in _CASES:
                found.append(use)
            else:
                method = use.attribute(name)
                method.called = True
                method.arguments = max(method.arguments, len(node.args))
                found.append(result_of(method))
        return found

    def _of_map(self, use: Use, node: ast.Call, name: str) -> Use:
        """What a map's method gives: what is under a key, or one of what it holds."""
        use.mapping = True
        use.attribute(f"{name}()").arguments = len(node.args)
        key = node.args[0] if node.args else None
        if key is not None:
            self._keyed(key)
        if isinstance(key, ast.Constant) and isinstance(key.value, (str, int)):
            return use.keys.setdefault(key.value, Use())
        return use.element()


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
