"""A document while it is gone through: what has become of earlier blocks serves later ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.documents import scripts
from harness.documents.beside import beside
from harness.documents.blocks import Block, Document
from harness.documents.formulas.subject import names_another
from harness.documents.parts import Whole, continued
from harness.documents.source import Source, holds_update, port_of, sketched
from harness.languages.naming import RMSPROP
from harness.languages.program import Piece, defined, parsed
from harness.languages.registry import scripted
from harness.languages.repair.fragment import lacking, only_computes
from harness.languages.repair.indentation import lost, restored
from harness.ports.port import Port
from python_ref.dialects.dialect import Dialect

# A heading, or what a paragraph or an item of a list begins with in bold.
_HEADING = re.compile(
    r" {0,3}#{1,6}(?:\s|(?<=##)\w).*|<h\d.*|\s*(?:(?:[>*+-]|\d+[.)])\s+)*(\*\*|__)(?:(?!\1).)+\1",
    re.IGNORECASE,
)
# A line by itself that is longer is text.
_CAPTION = 100


class Reading:
    """The texts of a document's blocks, as they are known so far.

    Attributes:
        document: the document.
        beside: what stands beside it.
        claim: the dialect its optimizers are held against.
        joined: by index, the whole of a block that later ones go on with.
        of: by index, a block that goes on with an earlier one: the index of that.
        loose: the indices of blocks of methods whose class is nowhere.
        texts: by index, a block as it runs: its indentation restored where it was lost, its
            repairs made.
    """

    def __init__(self, document: Document, claim: Dialect, python: str = "") -> None:
        self.document, self.claim, self.beside = document, claim, beside(document, python)
        spread = continued(document.blocks)
        self.joined, self.of, self.loose = spread.whole, spread.first, spread.loose
        self.texts = {block.index: self._readable(block) for block in document.blocks}
        self._lacking = self._fragments()

    def published(self, block: Block) -> str:
        """A block's whole text as it stands in the document."""
        return self._whole(block).text

    def note(self, block: Block) -> str:
        """What was done to a block before it was looked at, in a phrase; mostly nothing."""
        return self._whole(block).note

    def _whole(self, block: Block) -> Whole:
        return self.joined.get(block.index) or Whole(block.text)

    def _readable(self, block: Block) -> str:
        text = self._whole(block).text
        if not scripted(block.language) or block.index in self.of or sketched(text):
            return text
        return next(restored(text), text) if lost(text) else text

    def _fragments(self) -> set[int]:
        """The blocks that give later ones nothing: they cannot run where they stand."""
        given: set[str] = set()
        found: set[int] = set()
        for block in filter(lambda one: scripted(one.language), self.document.blocks):
            text = self.texts[block.index]
            if lacking(text, given) and (holds_update(text) or only_computes(text)):
                found.add(block.index)
            elif (tree := parsed(text)) is not None:
                given |= defined(tree)
        return found

    def pieces(self, blocks: Sequence[Block], language: str) -> tuple[Piece, ...]:
        """Some blocks of a language as they run, each at its line."""
        return tuple(
            self.piece(b) for b in blocks if b.language == language and b.index not in self.of
        )

    def piece(self, block: Block) -> Piece:
        """A block as it runs, at its line."""
        return Piece(max(1, block.line - self._whole(block).above), self.texts[block.index])

    def source(self, block: Block) -> Source:
        """A block as it stands in the document, with those around it."""
        blocks, at = self.document.blocks, block.index
        language = block.language
        return Source(
            block,
            self._whole(block).text,
            self._whole(block).above,
            earlier=self.pieces([b for b in blocks[:at] if b.index not in self._lacking], language),
            later=self.pieces(blocks[at + 1 :], language) if block.cell else (),
            said=self._says(block),
        )

    def _says(self, block: Block) -> bool:
        """Whether a block says that it is RMSProp, or the last heading that names an algorithm.

        To it a line by itself above it is as good as one.
        """
        if RMSPROP.search(block.text):
            return True
        headings = [
            heading[0]
            for first, text in self.document.prose
            for number, line in enumerate(text.split("\n"), first)
            if number < block.line and (heading := _HEADING.match(line))
        ]
        headings.append(self._caption(block))
        named = [each for each in headings if RMSPROP.search(each) or names_another(each)]
        return bool(named and not names_another(named[-1]))

    def _caption(self, block: Block) -> str:
        """The line above a block that is a paragraph by itself; "" where there is none."""
        prose = [(first, text) for first, text in self.document.prose if text.strip()]
        above = [each for each in prose if each[0] < block.line]
        blocks = self.document.blocks[: block.index]
        if not above or any(one.line >= above[-1][0] for one in blocks):
            return ""
        lines = above[-1][1].split("\n")[: block.line - above[-1][0]]
        paragraph = re.split(r"\n\s*\n", "\n".join(lines).strip())[-1]
        return "" if "\n" in paragraph or len(paragraph) > _CAPTION else paragraph

    def port(self, block: Block) -> Port:
        """What a block is called in reports, and what it is held against."""
        return port_of(self.document.path.name, block, self.claim)

    def script(self, block: Block, output: Block, text: str) -> scripts.Script | None:
        """The program that prints what `output` shows, with a block's text as given."""
        blocks = self.document.blocks[: output.index]
        pieces = [
            Piece(b.line, text if b.index == block.index else self.texts[b.index])
            for b in blocks
            if scripted(b.language) and b.index not in self.of
        ]
        own = text if output.index == block.index else self.texts[output.index]
        program = scripts.script(pieces, Piece(output.line, own), self.beside)
        uses = output.index == block.index or program.uses(block.line, text)
        return program if uses else None
