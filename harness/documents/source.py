"""A block on its way through repairs: its text now, and how it becomes files to load."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeGuard

from harness.documents.blocks import Block
from harness.documents.computing import computes
from harness.languages.language import Language
from harness.languages.naming import plain_name, says_another, says_rmsprop
from harness.languages.program import Piece, additions, assembled, context, deferred, parsed
from harness.languages.registry import by_name, scripted
from harness.languages.repair import Repaired
from harness.languages.repair.marking import unmarked
from harness.languages.updates import divides
from harness.ports.port import Port
from python_ref.dialects.dialect import Dialect


@dataclass(frozen=True)
class Source:
    """A block's code as it is tried.

    Attributes:
        block: the block.
        text: its code, repairs included.
        above: lines that repairs put before its first line.
        earlier: the blocks of its language before it, as they run.
        later: a notebook's cells after it.
        without: names that repairs have taken from it, and from what it needs.
        said: the block, or the heading above it, says that it is RMSProp.
        another: the heading above it says that it is another algorithm.
        foreign: of a fragment, the names whose values are another example's.
        alone: what it defines is judged, as a guess, whatever stops the statements around that.
    """

    block: Block
    text: str
    above: int = 0
    earlier: tuple[Piece, ...] = ()
    later: tuple[Piece, ...] = ()
    without: frozenset[str] = frozenset()
    said: bool = False
    another: bool = False
    foreign: frozenset[str] = frozenset()
    alone: bool = False

    @property
    def line(self) -> int:
        """The document's line that the text's first line counts as."""
        return max(1, self.block.line - self.above)

    def repaired(self, repair: Repaired) -> Source:
        """The same block after a repair."""
        return replace(
            self,
            text=repair.text,
            above=self.above + repair.above,
            without=self.without | repair.without,
            alone=self.alone or repair.guessed,
        )

    def program(self, more: Sequence[Piece] = ()) -> str:
        """A Python block with what it needs of earlier ones, each at its line."""
        whole = "\n".join([self.text, *(piece.text for piece in more)])
        pieces = [*self._context(whole), Piece(self.line, self.text), *more]
        return assembled([*pieces, *deferred(assembled(pieces), self.later, self.without)])

    def borrowed(self) -> str:
        """What a Python block needs of earlier ones."""
        return assembled(self._context(self.text))

    def _context(self, text: str) -> list[Piece]:
        pieces = context(self.earlier, text, self.without)
        return [replace(piece, text=unmarked(piece.text, self.without)) for piece in pieces]

    def needed_by(self, name: str) -> str:
        """What the block defines under a name, with what that needs of it and earlier ones."""
        pieces = context([*self.earlier, Piece(self.line, self.text)], name, self.without)
        return assembled([replace(p, text=unmarked(p.text, self.without)) for p in pieces])

    def spread(self, name: str) -> list[Piece]:
        """What later cells of a notebook add to a class of this one."""
        return additions(name, self.later)

    def whole(self) -> str:
        """The text with all that later cells add to its classes."""
        if not scripted(self.block.language) or not self.later:
            return self.text
        more = [piece.text for name in self.names() for piece in self.spread(name)]
        return "\n".join([self.text, *more])

    def lines(self) -> tuple[int, int]:
        """The document's first and last line of it."""
        return self.line, self.line + self.text.count("\n")

    def meant(self, name: str) -> str:
        """Where it says that what is so called is another algorithm; "" where nothing does."""
        if says_another(name):
            return "name"
        return "heading" * (self.another and not says_rmsprop(name))

    def names(self) -> list[str]:
        """What the block itself defines and could be judged."""
        return self._language.names(self.text)

    @property
    def _language(self) -> Language:
        return by_name(self.block.language)

    def main(self, stem: str) -> str | None:
        """The class that runs the text as a program; "" where the text runs itself."""
        return self._language.main(self.text, self.line, self.block.cell, stem)

    def files(self, folder: Path, name: str) -> list[Path]:
        """Write what a language of the JVM is given to load: the block's file, what it needs."""
        file = self._language.file_name(stem_of(name), re.sub(r"[^\w.-]", "_", name))
        texts = self._language.files(self.text, self.line, self.earlier, self.block.cell)
        paths = [folder / file, *(folder / f"earlier{i}" / file for i in range(len(texts) - 1))]
        for path, text in zip(paths, texts, strict=True):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return paths


def stem_of(name: str) -> str:
    """What files of a document's blocks are called, without an ending."""
    return re.sub(r"[^\w.-]", "_", Path(name).stem)


def port_of(document: str, block: Block, claim: Dialect, files: tuple[Path, ...] = ()) -> Port:
    """What a block is called in reports, where its files are, and what it is held against."""
    return Port(f"{document}:{block.line}", block.language, files, claim=claim)


def looks_like_optimizer(text: str, language: str) -> bool:
    """Whether the words of an optimizer stand in a text, and not only for using one."""
    from harness.documents.trainers import find, gradient_names
    from harness.ports.roles import role_names

    if not re.search(by_name(language).defines, text):
        return False
    words = {plain_name(w) for w in _WORD.findall(text)}
    words |= {part.lower() for w in _WORD.findall(text) for part in _PARTS.findall(w)}
    gradients = role_names("gradients") | gradient_names()
    hyperparameters = role_names("learning_rate") | role_names("decay_rate")
    named = bool(words & gradients) and bool(words & hyperparameters)
    if not scripted(language):
        return named
    return (named or bool(find(text))) and computes(text)


def holds_update(text: str) -> bool:
    """Whether a Python text divides steps by an average of squares, whatever its names are."""
    bodies = [node.body for node in ast.walk(parsed(text) or ast.Module([], [])) if _holds(node)]
    return any(map(divides, bodies))


def _holds(node: ast.AST) -> TypeGuard[ast.Module | ast.FunctionDef]:
    return isinstance(node, ast.Module | ast.FunctionDef)


def sketched(text: str) -> bool:
    """Whether dots stand for code that was left out: as a statement, an argument, a value."""
    return bool(_ELLIPSIS.search(text))


_ELLIPSIS = re.compile(
    r"^[^\S\n]*+(?:\.\.\.|…)[^\S\n]*+$|[(=,]\s*+(?:\.\.\.|…)[^\S\n]*[),\n]", re.MULTILINE
)
_WORD = re.compile(r"[^\W\d][\w-]*")
_PARTS = re.compile(r"[A-Z]?[^\W\dA-Z_-]+")
