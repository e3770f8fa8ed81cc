"""Languages of the JVM whose code is types with braces: what a document's block needs of others."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from harness.languages.jvm.language import JvmLanguage
from harness.languages.jvm.sources import package_of, text_of
from harness.languages.language import at_line, own
from harness.languages.program import Piece, assembled
from harness.languages.repair import Repaired
from harness.languages.repair.grammar import Grammar, declared, units, used


class LanguageWithBraces(JvmLanguage):
    """Judged by what its classes are.

    Attributes:
        grammar: how its text is taken apart.
        runs: a pattern of what makes a type a program.
    """

    grammar: Grammar
    runs: str

    def wrapped(self, text: str, line: int) -> Repaired | None:
        """A text whose top-level statements stand in a type of their own; None where all do."""
        return own("repair", self).wrapped(text, line) if self.repaired else None

    def top(self, source: tuple[Path, ...]) -> tuple[str, ...]:
        """What its grammar says it declares."""
        full_names = []
        for text in map(text_of, source):
            types = [u for u in units(text, self.grammar) if u.kind == "type"]
            names = {name for unit in types for name in unit.names}
            package = package_of(text)
            full_names += [".".join(filter(None, [package, name])) for name in sorted(names)]
        return tuple(full_names)

    def names(self, text: str) -> list[str]:
        """Its types, nested ones too, and the names of its top level."""
        return sorted(declared(text, self.grammar))

    def owns(self, loaded: str, names: Collection[str]) -> bool:
        """By any part of a class's full name: a nested one is its outer class's."""
        return bool(set(re.split(r"[.$]", loaded)) & set(names))

    def files(self, text: str, line: int, earlier: Sequence[Piece], cell: bool) -> list[str]:
        """The block, and the types of earlier ones that it uses and does not declare."""
        imports = self._imports(earlier) if cell else ""
        own = at_line(imports, self._compilable(text, line, cell), line)
        others = [at_line(imports, piece.text, piece.line) for piece in self._types(text, earlier)]
        return [own, *others]

    def main(self, text: str, line: int, cell: bool, stem: str) -> str | None:
        """The first type that is a program."""
        text = self._compilable(text, line, cell)
        for unit in units(text, self.grammar):
            if unit.names and re.search(self.runs, text[slice(*unit.code)]):
                return unit.names[0]
        return None

    def _compilable(self, text: str, line: int, cell: bool) -> str:
        """A cell's statements may stand at the top; a page's may not, and are left there."""
        wrapped = self.wrapped(text, line) if cell else None
        return wrapped.text if wrapped else text

    def _imports(self, earlier: Sequence[Piece]) -> str:
        """What a notebook's earlier cells import holds for this one, too."""
        imports = {
            piece.text[slice(*unit.code)]: None
            for piece in earlier
            for unit in units(piece.text, self.grammar)
            if unit.kind == "import"
        }
        return self.grammar.between.join(imports)

    def _types(self, text: str, earlier: Sequence[Piece]) -> list[Piece]:
        """One text of the types that are needed, each at its line; none where none is."""
        chosen: list[Piece] = []
        mine = declared(text, self.grammar)
        wanted = used(text, self.grammar) - mine
        for piece in reversed(earlier):
            parts = units(piece.text, self.grammar)
            types = [u for u in parts if u.kind == "type" and set(u.names) & wanted - mine]
            if not types:
                continue
            imports = [u for u in parts if u.kind == "import"]
            chosen += [
                Piece(piece.line + piece.text.count("\n", 0, u.code[0]), piece.text[slice(*u.code)])
                for u in (*imports, *types)
            ]
            wanted -= {name for u in types for name in u.names}
            for unit in types:
                wanted |= used(piece.text[slice(*unit.code)], self.grammar)
        return [Piece(1, assembled(sorted(chosen, key=lambda p: p.line)))] if chosen else []
