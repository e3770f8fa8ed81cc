"""What a source says that its averages begin with, where they are made up for it.

An average that is handed over begins as its caller likes. Where the source has such a caller, a
function that makes one, or a class that keeps one, that says what it is: zeros, another number, or
what nobody knows. Read from the syntax tree; nothing is executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Optional, Union

from harness.languages.begun import begun_as
from harness.languages.changes import values
from harness.languages.gradients import called
from harness.transport.python.arrays import Garbled

_Function = (ast.FunctionDef, ast.AsyncFunctionDef)
# What a function is called that makes averages, whoever calls it.
_OF_STATES = re.compile(
    r"(?i).*(?:state|cache|av(?:era)?g|accum|moment|slot|square|memor|histor|rms|moving|mean).*"
    r"|_*(?:init|initiali[sz]e|begin|start|fresh|first|new|make|create|empty|begun)_*"
)


class Unbegun(Garbled):
    """What an average begins with, nobody knows: of the port that says nothing."""


class Beginnings:
    """How averages begin.

    Args:
        tree: of the source.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._makers = {
            f.name: found
            for f in ast.walk(tree)
            if isinstance(f, _Function) and (found := _returned(f)) is not None
        }

    def of_attribute(self, name: str) -> float:
        """What arrays in attributes of a name begin with.

        Raises:
            Unbegun: with other than zeros, and nobody knows which.
        """
        return _one(self._set(name), f"{name} begins with")

    def of_argument(self, function: str, name: str) -> float:
        """What a function is handed at first for a parameter: by callers, else as a maker makes it.

        Raises:
            Unbegun: other than zeros, and nobody knows which.
        """
        handed = [b for b in self._handed(function, name) if b is not None]
        if not handed:
            handed = [
                b for n, b in self._makers.items() if n != function and _OF_STATES.fullmatch(n)
            ]
        return _one(handed, f"{function} is handed for {name} at first")

    def _set(self, attribute: str) -> Iterator[float]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ClassDef):  # fields of a dataclass
                for part in node.body:
                    for text, value in values(part):
                        if text == attribute and (begun := self._begun(value)) is not None:
                            yield begun
            elif isinstance(node, ast.stmt):
                for text, value in values(node):
                    target = text.partition("[")[0]
                    own = target.endswith(f".{attribute}") and not _names(value, target)
                    if own and (begun := self._begun(value)) is not None:
                        yield begun

    def _handed(self, function: str, name: str) -> Iterator[Optional[float]]:
        nodes = [f for f in ast.walk(self._tree) if isinstance(f, _Function)]
        taken = [a.arg for f in nodes if f.name == function for a in (*f.args.args,)]
        bound = bool(taken) and taken[0] == "self"
        taken = taken[bound:]
        for scope in (*nodes, self._tree):
            for call in (n for n in ast.walk(scope) if isinstance(n, ast.Call)):
                if called(call) != function:
                    continue
                place = taken.index(name) if name in taken else len(call.args)
                given = [*call.args[place : place + 1]]
                given += [k.value for k in call.keywords if k.arg == name]
                for value in given:
                    yield from self._of(value, scope)

    def _of(self, value: ast.expr, scope: ast.AST) -> Iterator[Optional[float]]:
        """What an argument begins as, where a caller sets it."""
        if not isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
            yield self._begun(value)
            return
        text = ast.unparse(value).partition("[")[0]
        for node in ast.walk(scope):
            for target, given in values(node) if isinstance(node, ast.stmt) else ():
                if target.partition("[")[0] == text and not _names(given, text):
                    yield self._begun(given)

    def _begun(self, value: ast.expr) -> Optional[float]:
        """What a value begins an average as; None where it is no beginning, or begins nothing."""
        if isinstance(value, ast.Call) and called(value) in self._makers:
            return self._makers[called(value)]
        return begun_as(value)


def _returned(function: Union[ast.FunctionDef, ast.AsyncFunctionDef]) -> Optional[float]:
    """What a function makes; None where it makes no beginning."""
    returned = [n.value for n in ast.walk(function) if isinstance(n, ast.Return)]
    local = {t: v for n in ast.walk(function) if isinstance(n, ast.stmt) for t, v in values(n)}
    made = [local.get(ast.unparse(value), value) for value in returned if value is not None]
    plain = [value for value in made if not isinstance(value, ast.Constant)]
    return begun_as(plain[0]) if len(plain) == 1 == len(returned) else None


def _names(value: ast.expr, text: str) -> bool:
    """Whether a value is computed of what is called so."""
    return any(ast.unparse(part) == text for part in ast.walk(value) if isinstance(part, ast.expr))


def _one(begun: Iterable[float], words: str) -> float:
    found = {str(number): number for number in begun}
    if len(found) > 1 or "nan" in found:
        raise Unbegun(f"what {words} is not zeros, or not always", misread=True)
    return next(iter(found.values()), 0.0)
