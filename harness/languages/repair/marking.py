"""Python without a module that only marks what it defines: decorators, annotations, plots.

Whether it did no more is not read from the text: whoever tries the rest sees it. Lines hold.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator

from harness.languages.program import parsed
from harness.languages.repair import Broken, Repaired
from harness.languages.repair.edits import Edit, edited, lines

_MODULE = re.compile(r"^(\w+) is not installed")
_NAME = re.compile(r"NameError: name '(\w+)' is not defined")
# These make another function of the one below them.
_TRANSFORMING = frozenset(
    "vmap pmap xmap grad value_and_grad jacobian jacfwd jacrev hessian vectorize guvectorize"
    " stencil custom_vjp custom_jvp scan".split()
)
# What is there wherever a page is looked at.
_USUAL = sys.stdlib_module_names | {"numpy"}
_TWIN = re.compile(r"\.(?:numpy|np)$|^cupy$")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def repairs(broken: Broken) -> Iterator[Repaired]:
    """The text without what a module that is not there, or a name that is nowhere, marks."""
    if module := _MODULE.match(broken.message):
        names = imported(broken.text, module[1]) | imported(broken.earlier, module[1])
        # A module of the page's own may be what imports it.
        names = names or imported(broken.text) | imported(broken.earlier)
        without = Unmarked(broken.text, names)
        parts = list(without.described(broken.line)) or ["its import in an earlier block left out"]
        change = f"{module[0]}: {'; '.join(parts)}"
        if names:
            lost = frozenset(without.names | made_of(names, broken.earlier))
            yield from _stood_in(broken, names, lost, f"{module[0]}: NumPy in its place")
            yield Repaired(without.text, change, without=lost)
    elif match := _NAME.search(broken.message):
        without = Unmarked(broken.text, {match[1]}, statements=False)
        if without.parts:
            change = f"nothing imports {match[1]}: {'; '.join(without.described(broken.line))}"
            yield Repaired(without.text, change, without=frozenset(without.names))


def _stood_in(
    broken: Broken, names: set[str], lost: frozenset[str], change: str
) -> Iterator[Repaired]:
    """The text with NumPy for a module that is as it is, which is a guess: `autograd.numpy`."""
    twins = _twins(broken.text, names) | _twins(broken.earlier, names)
    if twins:
        text = unmarked(Unmarked(broken.text, twins, statements=False).text, names - twins)
        imports = "".join(f"import numpy as {name}\n" for name in sorted(twins))
        yield Repaired(f"{imports}{text}", change, above=len(twins), without=lost, guessed=True)


def _twins(text: str, names: set[str]) -> set[str]:
    """Of imported names those of modules that are made to be used as NumPy is."""
    found: set[str] = set()
    for node in tree.body if (tree := parsed(text)) else ():
        if isinstance(node, ast.Import):
            found |= {a.asname or "" for a in node.names if _TWIN.search(a.name)}
        elif isinstance(node, ast.ImportFrom):
            found |= {a.asname or a.name for a in node.names if _TWIN.search(f".{a.name}")}
    return found & names


def unmarked(text: str, names: Collection[str]) -> str:
    """A text without what the names mark, and without their import."""
    return Unmarked(text, names).text if names else text


def made_of(names: Collection[str], text: str) -> set[str]:
    """Names, and those that a text's statements at the top make of them."""
    return Unmarked(text, names).names


def imported(text: str, module: str = "") -> set[str]:
    """The names that a text imports from a package at its top level, or from any but usual ones."""

    def meant(name: str) -> bool:
        package = name.partition(".")[0]
        return package == module if module else package not in _USUAL

    names: set[str] = set()
    for node in tree.body if (tree := parsed(text)) else ():
        if isinstance(node, ast.Import):
            for alias in node.names:
                if meant(alias.name):
                    names.add(alias.asname or alias.name.partition(".")[0])
        elif isinstance(node, ast.ImportFrom) and meant(node.module or ""):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


class Unmarked:
    """A text from which names were taken where they only mark something.

    Attributes:
        text: what is left of it.
        names: those names, and those of statements that went with them.
        parts: what was changed, by kind: the place of each piece in the text as it was.
    """

    def __init__(self, text: str, names: Collection[str], statements: bool = True) -> None:
        self._source, self.names, self._statements = text, set(names), statements
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.parts: dict[str, list[tuple[int, int]]] = {}
        edits = [] if (tree := parsed(text)) is None else list(self._edits(tree))
        # What stands in a statement that goes needs no change of its own.
        self.text = edited(text, [e for e in edits if not any(_within(e, o) for o in edits)])

    def described(self, first: int) -> Iterator[str]:
        """What was changed, a phrase each; `first` is the document's line of the text's first."""
        for kind, places in self.parts.items():
            yield f"{kind} at {lines(self._source, first, places)}"

    def _edits(self, tree: ast.Module) -> Iterator[Edit]:
        for statement in tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                yield from self._import(statement)
            elif not self._statements:
                continue
            elif not isinstance(statement, _DEFINITIONS) and self._uses(statement):
                stored = {
                    node.id
                    for node in ast.walk(statement)
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                }
                self.names |= stored
                yield self._left_out("statements left out", statement)
        for node in ast.walk(tree):
            if isinstance(node, _DEFINITIONS):
                yield from self._decorators(node)
            yield from self._annotations(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[Edit]:
        aliases = [
            alias
            for alias in node.names
            if (alias.asname or alias.name.partition(".")[0]) not in self.names
        ]
        if len(aliases) == len(node.names):
            return
        if not aliases:
            yield self._left_out("its import left out", node)
            return
        rest = type(node)(**{**vars(node), "names": aliases})
        start, end = self._span(node)
        self.parts.setdefault("its import left out", []).append((start, end))
        breaks = self._source.count("\n", start, end)
        yield Edit(start, end, ast.unparse(rest) + "\n" * breaks)

    def _decorators(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    ) -> Iterator[Edit]:
        for decorator in node.decorator_list:
            inner = {_called(part) for part in ast.walk(decorator)}
            if self._uses(decorator) and not inner & _TRANSFORMING:
                start, end = self._span(decorator)
                start = self._source.rindex("@", 0, start)
                self.parts.setdefault("decorators left out", []).append((start, end))
                yield Edit(start, end, "\n" * self._source.count("\n", start, end))

    def _annotations(self, node: ast.AST) -> Iterator[Edit]:
        match node:
            case ast.arg() | ast.AnnAssign():
                annotation = node.annotation
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                annotation = node.returns
            case _:
                annotation = None
        if annotation is not None and self._uses(annotation):
            start, end = self._span(annotation)
            self.parts.setdefault("annotations put in quotes", []).append((start, end))
            words = " ".join(self._source[start:end].split())
            breaks = self._source.count("\n", start, end)
            yield Edit(start, end, repr(words) + "\n" * breaks)

    def _left_out(self, kind: str, node: ast.stmt) -> Edit:
        start, end = self._span(node)
        self.parts.setdefault(kind, []).append((start, end))
        return Edit(start, end, "\n" * self._source.count("\n", start, end))

    def _uses(self, node: ast.AST) -> bool:
        return any(isinstance(n, ast.Name) and n.id in self.names for n in ast.walk(node))

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """From which character of the text to which a node stands."""
        rows = self._source.split("\n")
        last = node.end_lineno or node.lineno
        ends = ((node.lineno, node.col_offset), (last, node.end_col_offset or 0))
        start, end = (
            self._starts[row - 1] + len(rows[row - 1].encode()[:column].decode("utf-8", "replace"))
            for row, column in ends
        )
        return start, end


def _within(edit: Edit, other: Edit) -> bool:
    return other is not edit and other.start <= edit.start and edit.end <= other.end


def _called(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
