"""What a Python source does with what it is handed: attributes, items, keys, calls, read from it.

Nothing is executed: a syntax tree is followed from each parameter through assignments, loops,
the object's own attributes and methods, and base classes. `layer.weights -= ...` gives the
parameter `layer` an attribute `weights` that is read and written. Runs in the worker as well,
so that it keeps to what Python 3.9 has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Union

from harness.languages.expressions import Expressions
from harness.languages.statements import Body
from harness.languages.texts import Texts
from harness.languages.uses import Use

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]

# Calls deeper than this add nothing that an optimizer of a page would hide there.
_DEPTH = 6
# Where functions call each other in circles, more than so many calls say the same again.
_MOST = 1000


class Follower:
    """Follows the parameters of a class's methods, or of one function.

    Args:
        classes: the class and its bases, in the order in which methods are looked up.
        functions: those of the module, which may be called.
    """

    def __init__(
        self, classes: Sequence[ast.ClassDef] = (), functions: Mapping[str, Function] | None = None
    ) -> None:
        self._methods = [_methods(node) for node in classes]
        self._functions = dict(functions or {})
        self._own: dict[str, list[Use]] = {}
        self._holding = False
        self._held: dict[str, Use] = {}
        self._stored: set[str] = set()
        self._under_way: list[Any] = []
        self._entered = 0
        self._returned: list[Use] = []  # by what was entered last

    def follow(self, name: str) -> dict[str, Use]:
        """What a method does with its parameters; a constructor goes first."""
        for place, methods in enumerate(self._methods):
            if name in methods:
                return self._enter(methods[name], place, own=True)
        return {}

    def function(self, node: Function) -> dict[str, Use]:
        """What a function of the module does with its parameters."""
        return self._enter(node, -1, own=False)

    def property_set(self, name: str) -> dict[str, Use]:
        """What setting an attribute does with the value."""
        for place, methods in enumerate(self._methods):
            if f"{name}=" in methods:
                return self._enter(methods[f"{name}="], place, own=True)
        return {}

    # -- one function ---------------------------------------------------------------------------

    def _enter(
        self,
        node: Function,
        place: int,
        own: bool,
        given: Mapping[str, list[Use]] | None = None,
        texts: Texts | None = None,
    ) -> dict[str, Use]:
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        names += [a.arg for a in (node.args.vararg, node.args.kwarg) if a]
        static = any(
            isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list
        )
        this = names.pop(0) if own and not static and names else ""
        uses = {name: Use() for name in names}
        scope = {name: [use] for name, use in uses.items()}
        for name, aliases in (given or {}).items():
            if name in scope:
                scope[name] = aliases
        marker = (id(node), tuple(sorted((n, id(u)) for n, us in scope.items() for u in us)))
        self._entered = 0 if given is None else self._entered + 1
        deep = len(self._under_way) > _DEPTH or self._entered > _MOST
        if given is not None and (deep or marker in self._under_way):
            return uses
        self._under_way.append(marker)
        body = Body(self, scope, this, place, texts)
        body.run(node.body)
        self._returned = body.returned
        self._under_way.pop()
        return uses

    def called(
        self, name: str, call: ast.Call, body: Expressions, after: int | None = None
    ) -> list[Use]:
        """Follow a call of an own method (`after` a place in the order of bases) or function."""
        if after is None and not body.this_call(call) and not name.endswith("="):
            function = self._functions.get(name)
            return self._into(function, -1, call, body, own=False) if function else []
        start = 0 if after is None else after + 1
        for place, methods in enumerate(self._methods[start:], start):
            if name in methods:
                return self._into(methods[name], place, call, body, own=True)
        return []

    def _into(
        self, node: Function, place: int, call: ast.Call, body: Expressions, own: bool
    ) -> list[Use]:
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        static = any(
            isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list
        )
        if own and not static:
            names = names[1:]
        given = {name: body.value(a) for name, a in zip(names, call.args)}
        given.update({k.arg: body.value(k.value) for k in call.keywords if k.arg})
        texts = Texts({name: body.texts.of(a) for name, a in zip(names, call.args)})
        self._returned = []
        self._enter(node, place, own, {k: v for k, v in given.items() if v}, texts)
        return self._returned

    def holding(self, name: str) -> tuple[dict[str, Use], dict[str, Use]]:
        """What a method does with its parameters, and with what the object has itself by then.

        The constructor was followed before: what became of its parameters is not among it.
        """
        self._holding = True
        uses = self.follow(name)
        return uses, self._held

    def own(self, name: str) -> list[Use]:
        """What an attribute of the object itself stands for."""
        known = self._own.setdefault(name, [])
        of_class = name in self._stored or any(name in methods for methods in self._methods)
        if self._holding and not known and not of_class:
            known.append(self._held.setdefault(name, Use()))
        return known

    def stored(self, name: str) -> list[Use]:
        """The same of one that becomes something else."""
        known = self._own.setdefault(name, [])
        if self._holding and not known:
            self._stored.add(name)  # it is the method's own
        if name in self._held:
            self._held[name].written = True
        return known

    def parameter_of(self, uses: Mapping[str, Use]) -> dict[str, str]:
        """The attributes that are parameters with these uses, as they are."""
        return {
            name: parameter
            for name, known in self._own.items()
            for parameter, use in uses.items()
            if len(known) == 1 and known[0] is use
        }

    def keeps(self, use: Use) -> bool:
        """Whether a value became an attribute of the object itself, or what an element has."""
        own = [known for uses in self._own.values() for known in uses]
        return any(known is part for part in _and_inside(use) for known in own)


def _and_inside(use: Use) -> Iterator[Use]:
    yield use
    yield from use.keys.values()
    yield from use.attributes.values()


def _methods(node: ast.ClassDef) -> dict[str, Function]:
    """A class's methods by name; a property's setter as `name=`."""
    methods: dict[str, Function] = {}
    for part in node.body:
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
            setter = any(
                isinstance(d, ast.Attribute) and d.attr == "setter" for d in part.decorator_list
            )
            methods[f"{part.name}=" if setter else part.name] = part
    return methods
