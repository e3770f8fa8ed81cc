"""A document while it is gone through: what has become of earlier blocks serves later ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.documents import scripts
from harness.documents.beside import beside
from harness.documents.blocks import Block, Document
from harness.documents.fragments import Fragments, imports_of
from harness.documents.parts import Whole, continued
from harness.documents.sections import Sections
from harness.documents.source import Source, port_of, sketched
from harness.languages.program import Piece
from harness.languages.registry import scripted
from harness.languages.repair.indentation import lost, restored
from harness.ports.port import Port
from python_ref.dialects.dialect import Dialect


class Reading:
    """The texts of a document's blocks, as they are known so far.

    Attributes:
        document: the document.
        beside: what stands beside it.
        claim: the dialect its optimizers are held against.
        joined: by index, the whole of a block that later ones go on with.
        of: by index, a block that goes on with an earlier one: the index of that.
        loose: the indices of blocks of methods whose class is nowhere.
        sections: what its headings say of its blocks.
        texts: by index, a block as it runs: its indentation restored where it was lost, its
            repairs made.
    """

    def __init__(self, document: Document, claim: Dialect, python: str = "") -> None:
        self.document, self.claim, self.beside = document, claim, beside(document, python)
        spread = continued(document.blocks)
        self.joined, self.of, self.loose = spread.whole, spread.first, spread.loose
        self.texts = {block.index: self._readable(block) for block in document.blocks}
        self.sections = Sections(document)
        self._fragments = Fragments(document.blocks, self.texts, self.sections)

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
        idle = self._fragments.giving_nothing(block)
        earlier = [b for b in blocks[:at] if b.language == language and b.index not in self.of]
        pieces = [(self.piece(b), b.index in idle) for b in earlier]
        return Source(
            block,
            self._whole(block).text,
            self._whole(block).above,
            earlier=tuple(replace(p, text=imports_of(p.text)) if no else p for p, no in pieces),
            later=self.pieces(blocks[at + 1 :], language) if block.cell else (),
            said=self.sections.says(block),
            another=self.sections.another(block),
            foreign=self._fragments.foreign(block),
        )

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
