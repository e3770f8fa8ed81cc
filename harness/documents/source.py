"""A block on its way through repairs: its text now, and how it becomes files to load."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.documents.blocks import Block
from harness.languages.program import Piece, additions, assembled, context, declared, parsed
from harness.languages.repair import Repaired
from harness.ports.port import Port
from python_ref.dialects.dialect import Dialect

# What a compiler wants its files to end with; Clojure reads the document's own name.
_SUFFIXES = {"java": ".java", "scala": ".scala", "clojure": ""}


_MAIN = {
    "java": r"\bstatic\s+void\s+main\s*\(",
    "scala": r"@main\b|\bdef\s+main\s*\(|\bextends\s+App\b",
}


@dataclass(frozen=True)
class Source:
    """A block's code as it is tried.

    Attributes:
        block: the block.
        text: its code, repairs included.
        above: lines that repairs put before its first line.
        earlier: the blocks of its language before it, as they run.
        later: a notebook's cells after it.
    """

    block: Block
    text: str
    above: int = 0
    earlier: tuple[Piece, ...] = ()
    later: tuple[Piece, ...] = ()

    @property
    def line(self) -> int:
        """The document's line that the text's first line counts as."""
        return max(1, self.block.line - self.above)

    def repaired(self, found: Repaired) -> Source:
        """The same block after a repair."""
        return replace(self, text=found.text, above=self.above + found.above)

    def program(self, more: Sequence[Piece] = ()) -> str:
        """A Python block with what it needs of earlier ones, each at its line."""
        whole = "\n".join([self.text, *(piece.text for piece in more)])
        return assembled([*context(self.earlier, whole), Piece(self.line, self.text), *more])

    def spread(self, name: str) -> list[Piece]:
        """What later cells of a notebook add to a class of this one."""
        return additions(name, self.later)

    def whole(self) -> str:
        """The text with all that later cells add to its classes."""
        if self.block.language != "python" or not self.later:
            return self.text
        more = [piece.text for name in self.names() for piece in self.spread(name)]
        return "\n".join([self.text, *more])

    def names(self) -> list[str]:
        """What the block itself defines and could be judged."""
        if self.block.language == "python":
            tree = parsed(self.text)
            return declared(tree) if tree else []
        if self.block.language == "clojure":
            from harness.languages.repair.clojure.forms import definitions

            return list(definitions(self.text))
        from harness.languages.repair.curly import declared as declared_types

        return sorted(declared_types(self.text, self.block.language))

    def main(self) -> str | None:
        """The class that runs the text as a program; "" where the text runs itself."""
        language = self.block.language
        if language == "clojure":
            return ""
        from harness.languages.repair.curly import units

        text = self._compilable()
        for unit in units(text, language):
            code = text[slice(*unit.code)]
            if unit.names and re.search(_MAIN[language], code):
                return unit.names[0]
        return None

    def files(self, folder: Path, name: str) -> list[Path]:
        """Write what a JVM language is given to load: the block's file, and what it needs."""
        suffix = _SUFFIXES[self.block.language]
        path = folder / re.sub(r"[^\w.-]", "_", Path(name).stem + suffix if suffix else name)
        if self.block.language == "clojure":
            path.write_bytes(_encoded(_placed(self._clojure(), self.text, self.line)))
            return [path]
        needed = self._types()
        path.write_bytes(_encoded(_placed(self._imports(), self._compilable(), self.line)))
        others = []
        for number, piece in enumerate(needed):
            other = folder / f"earlier{number}" / path.name
            other.parent.mkdir()
            other.write_bytes(_encoded(_placed(self._imports(), piece.text, piece.line)))
            others.append(other)
        return [path, *others]

    def _clojure(self) -> str:
        from harness.languages.repair.clojure.forms import preamble

        return preamble(self.text, [piece.text for piece in self.earlier])

    def _compilable(self) -> str:
        """A cell's statements may stand at the top; a page's may not, and are left there."""
        if not self.block.cell:
            return self.text
        return _wrapped(self.text, self.line, self.block.language)

    def _imports(self) -> str:
        """What a notebook's earlier cells import holds for this one, too."""
        if not self.block.cell:
            return ""
        from harness.languages.repair.curly import units

        language = self.block.language
        found = {
            piece.text[slice(*unit.code)]: None
            for piece in self.earlier
            for unit in units(piece.text, language)
            if unit.kind == "import"
        }
        return " ".join(found) if language == "java" else "; ".join(found)

    def _types(self) -> list[Piece]:
        """The types of earlier blocks that this one uses and does not declare."""
        from harness.languages.repair.curly import declared as names
        from harness.languages.repair.curly import units, used

        language = self.block.language
        chosen: list[Piece] = []
        mine = names(self.text, language)
        wanted = used(self.text, language) - mine
        for piece in reversed(self.earlier):
            found = units(piece.text, language)
            types = [u for u in found if u.kind == "type" and set(u.names) & wanted - mine]
            if not types:
                continue
            imports = [u for u in found if u.kind == "import"]
            chosen += [
                Piece(piece.line + piece.text.count("\n", 0, u.code[0]), piece.text[slice(*u.code)])
                for u in (*imports, *types)
            ]
            wanted -= {name for u in types for name in u.names}
            wanted |= {name for u in types for name in used(piece.text[slice(*u.code)], language)}
        return [Piece(1, assembled(sorted(chosen, key=lambda p: p.line)))] if chosen else []


def _wrapped(text: str, line: int, language: str) -> str:
    """A text whose top-level statements stand in a class or object of their own."""
    from harness.languages.repair import java, scala

    found = java.wrapped(text, line) if language == "java" else scala.wrapped(text, line)
    return found.text if found else text


def _placed(before: str, text: str, line: int) -> str:
    """A text at the document's line, and before it what it needs."""
    return before + "\n" * max(1 if before else 0, line - 1 - before.count("\n")) + text + "\n"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def port_of(document: str, block: Block, claim: Dialect, files: tuple[Path, ...] = ()) -> Port:
    """What a block is called in reports, where its files are, and what it is held against."""
    return Port(f"{document}:{block.line}", block.language, files, claim=claim)


def looks_like_optimizer(text: str, language: str) -> bool:
    """Whether the words of an optimizer stand in a text at all; most blocks hold other things."""
    from harness.documents.trainers import gradient_names
    from harness.ports.binding import role_names

    if not re.search(_DEFINES[language], text):
        return False
    words = {w.replace("_", "").replace("-", "").lower() for w in _WORD.findall(text)}
    words |= {part.lower() for w in _WORD.findall(text) for part in _PARTS.findall(w)}
    gradients = role_names("gradients") | gradient_names()
    hyperparameters = role_names("learning_rate") | role_names("decay_rate")
    return bool(words & gradients) and bool(words & hyperparameters)


_WORD = re.compile(r"[^\W\d][\w-]*")
_PARTS = re.compile(r"[A-Z]?[^\W\dA-Z_-]+")
_DEFINES = {
    "python": r"\b(?:def|class|lambda)\b",
    "java": r"\b(?:class|record|interface|enum|void|static|double|float)\b",
    "scala": r"\b(?:class|object|trait|def|enum)\b",
    "clojure": r"\((?:def|fn|let)",
}
