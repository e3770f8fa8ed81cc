"""A function's statements, followed one by one: what its names stand for, what is done with them.

Runs in the worker as well, so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any, Optional, Union

from harness.languages.averages import average_in
from harness.languages.calls import SAME, Calls
from harness.languages.uses import KEY, Use, element_of

# What shows a map's keys, its values or both.
_VIEWS = ("items", "keys", "values")
# Calls that make something of nothing.
_MAKERS = ("zeros", "ones", "full", "empty", "dict", "list", "defaultdict")


class Body(Calls):
    """One function's statements, with what its names stand for."""

    def run(self, statements: Iterable[ast.stmt]) -> None:
        """Follow statements in their order."""
        block = list(statements)
        for place, statement in enumerate(block):
            average = average_in(block, place)
            for use in self.value(average) if average is not None else []:
                use.averaged = True
            self.visit(statement)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._assign(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign(node.target, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._numeric(node.value)
        for use in self.value(node.target):
            use.computed = use.written = True

    def visit_For(self, node: Union[ast.For, ast.AsyncFor]) -> None:
        self._loop(node.target, node.iter)
        self.run([*node.body, *node.orelse])

    visit_AsyncFor = visit_For

    def visit_If(self, node: Union[ast.If, ast.While]) -> None:
        self._tested(node.test)
        self._branches += 1
        self.run([*node.body, *node.orelse])
        self._branches -= 1

    visit_While = visit_If

    def visit_Try(self, node: ast.Try) -> None:
        self.run(node.body)
        for handler in node.handlers:
            self.run(handler.body)
        self.run([*node.orelse, *node.finalbody])

    def visit_With(self, node: Union[ast.With, ast.AsyncWith]) -> None:
        for item in node.items:
            self.value(item.context_expr)
        self.run(node.body)

    visit_AsyncWith = visit_With

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.run(node.body)

    def visit_Match(self, node: Any) -> None:
        """Follow a choice between texts, or others, from Python 3.10 on."""
        subject = self.value(node.subject)
        self._branches += 1
        for case in node.cases:
            for part in ast.walk(case.pattern):
                self._compared(subject, part)
            self.run(case.body)
        self._branches -= 1

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.returned += self._together(node.value)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            self._unpacked(target.elts, value)
            return
        uses = self.value(value)
        self._name(target, uses)
        if isinstance(target, ast.Name):
            self.texts.named(target.id, value)
            self._counts_from(target, self._first(value))
        elif isinstance(target, (ast.Attribute, ast.Subscript)) and not self._is_this(target.value):
            flag = value.value if isinstance(value, ast.Constant) else None
            for use in self.value(target):
                use.made |= _makes(value)
                use.set_to = flag if isinstance(flag, bool) else use.set_to

    def _unpacked(self, targets: list[ast.expr], value: ast.expr) -> None:
        """Give several targets at once what they are to stand for."""
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(targets):
            for part, inner in zip(targets, value.elts):
                self._assign(part, inner)
        elif (pairs := _turned(value)) is not None:
            elements = [use.element() for use in self.value(pairs) if use is not KEY]
            for place, part in enumerate(targets):
                of_each = [e.keys.setdefault(place, Use()) for e in elements]
                self._name(part, [element_of(use) for use in of_each])
        else:
            self._apart(targets, self.value(value))

    def _apart(self, targets: list[ast.expr], uses: list[Use]) -> None:
        """Each target is what is in its place."""
        for place, part in enumerate(targets):
            self._name(part, [use.keys.setdefault(place, Use()) for use in uses])

    def _together(self, node: ast.expr) -> list[Use]:
        """What is returned; of several together what has each of them in its place."""
        if not isinstance(node, ast.Tuple):
            return self.value(node)
        parts = {i: uses[0] for i, part in enumerate(node.elts) if (uses := self.value(part))}
        return [Use(keys=parts)] if parts else []

    def _name(self, target: ast.expr, uses: list[Use]) -> None:
        """Give a target another value."""
        if isinstance(target, ast.Name):
            # `if config is None: config = {}` is the same thing further on.
            if uses or not self._branches:
                self._scope[target.id] = uses
            if uses == [KEY]:
                self.texts.key(target.id)
            for use in uses:
                if use is not KEY:
                    use.called_by.append(target.id)
        elif isinstance(target, ast.Attribute) and self._is_this(target.value):
            known = self._follower.stored(target.attr)
            known.extend(use for use in uses if all(use is not k for k in known))
            self._follower.called(
                f"{target.attr}=", ast.Call(target.value, [target.value], []), self
            )
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
                for use in self.value(target.value):
                    use.computed = use.written = True
                return
            for use in self.value(target):
                use.written = True
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._apart(target.elts, uses)
        elif isinstance(target, ast.Starred):
            self._name(target.value, uses)

    def _counts_from(self, target: ast.expr, first: Optional[int]) -> None:
        """A name counts from a number on, or does not count."""
        if isinstance(target, ast.Name):
            self._counts.pop(target.id, None)
            self._counts |= {} if first is None else {target.id: first}

    def _lowest(self, over: ast.expr) -> Optional[int]:
        """The lowest number of a range that is looped over."""
        if not (isinstance(over, ast.Call) and getattr(over.func, "id", "") == "range"):
            return None
        first = self._first(over.args[0]) if over.args[1:] else 0
        if over.args[2:] and ast.unparse(over.args[2]).startswith("-"):
            last = self._first(over.args[1])
            return None if last is None else last + 1
        return first

    def _loop(self, target: ast.expr, over: ast.expr) -> None:
        while isinstance(over, ast.Call) and over.args and isinstance(over.args[0], ast.Call):
            if not (isinstance(over.func, ast.Name) and over.func.id in SAME):
                break
            over = over.args[0]  # list(params.keys())
        if isinstance(target, ast.Name) and isinstance(over, (ast.Tuple, ast.List)):
            self.texts.named(target.id, *over.elts)
        self._counts_from(target, self._lowest(over))
        if isinstance(over, ast.Call) and self._numbered(target, over):
            return
        if isinstance(over, (ast.Tuple, ast.List)):
            self._one_of(target, over.elts)
            return
        uses = self.value(over)
        for use in uses:
            use.iterated = True
        self._name(target, [use.element() for use in uses if use is not KEY])

    def _numbered(self, target: ast.expr, over: ast.Call) -> bool:
        """Whether a loop goes over several together, or over a map, of which the parts are told."""
        name = over.func.id if isinstance(over.func, ast.Name) else ""
        parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
        if name == "enumerate" and over.args and len(parts) == 2:
            self._loop(parts[1], over.args[0])
            self._counts_from(parts[0], self._first(over.args[1]) if over.args[1:] else 0)
        elif name == "zip" and len(parts) == len(over.args):
            for part, inner in zip(parts, over.args):
                self._loop(part, inner)
        elif name == "zip" and not parts:  # for pair in zip(...): nothing is known of the pair
            for inner in over.args:
                self._loop(ast.Name("", ast.Store()), inner)
        elif isinstance(over.func, ast.Attribute) and over.func.attr in _VIEWS:
            self._viewed(target, parts, over.func)
        else:
            return False
        return True

    def _viewed(self, target: ast.expr, parts: list[ast.expr], view: ast.Attribute) -> None:
        """A loop goes over a map's keys, its values or both."""
        uses = self.value(view.value)
        for use in uses:
            use.mapping = True
        elements = [use.element() for use in uses]
        if view.attr == "items" and len(parts) == 2:
            self._name(parts[0], [KEY] if uses else [])
            self._name(parts[1], elements)
        else:
            keys = [KEY] if uses else []
            self._name(target, keys if view.attr == "keys" else elements)

    def _one_of(self, target: ast.expr, values: list[ast.expr]) -> None:
        """A target stands for each of several that are written there."""
        parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
        same = [v for v in values if isinstance(v, (ast.Tuple, ast.List))]
        if parts and all(len(one.elts) == len(parts) for one in same) and len(same) == len(values):
            for place, part in enumerate(parts):
                self._one_of(part, [one.elts[place] for one in same])
            return
        self._name(target, [use for value in values for use in self.value(value)])


def _turned(node: ast.expr) -> Optional[ast.expr]:
    """The list of pairs of which two lists are made: `pairs` of `zip(*pairs)`."""
    zipped = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "zip"
    given = node.args if isinstance(node, ast.Call) and zipped else []
    return given[0].value if len(given) == 1 and isinstance(given[0], ast.Starred) else None


def _makes(value: ast.expr) -> bool:
    """Whether an expression makes something of nothing: zeros, an empty map, a number."""
    if isinstance(value, ast.Call):
        name = getattr(value.func, "attr", getattr(value.func, "id", ""))
        return str(name).startswith(_MAKERS)
    number = isinstance(value, ast.Constant) and isinstance(value.value, (int, float))
    return number or isinstance(value, (ast.Dict, ast.List))
