"""What a document shows as printed, held against what its blocks print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.documents import scripts
from harness.documents.attempt import Bench
from harness.documents.blocks import Block
from harness.documents.examined import Examined
from harness.documents.reading import Reading
from harness.documents.scripts import Reproduced
from harness.documents.source import Source
from harness.languages.registry import judged, scripted


class Outputs:
    """Runs the blocks that show an output.

    Args:
        reading: the document's texts.
        bench: where a JVM language's block is run.
        seconds: for one block.
    """

    def __init__(self, reading: Reading, bench: Bench, seconds: float) -> None:
        self._reading, self._bench, self._seconds = reading, bench, seconds
        self._ran: dict[int, Reproduced] = {}
        self.executed = False
        """Whether anything was run for what it prints."""

    def reproduced(self, rows: Sequence[Examined]) -> list[Examined]:
        """The rows with what came of their printed outputs."""
        outputs = dict(self._ran)
        # A library's script has had its output checked where it was judged.
        showing = [
            row.block
            for row in rows
            if row.block.printed and judged(row.block.language) and not self._library(row)
        ]
        if self._reading.document.notebook:
            outputs |= self._notebook_outputs()
        else:
            outputs |= {
                block.index: self._output(block)
                for block in showing
                if scripted(block.language) and block.index not in self._reading.of
            }
        for block in showing:
            assert block.printed is not None
            output = f"the output at line {block.printed.line}"
            unchecked = Reproduced(None, f"{output} was not checked: the block was not run")
            outputs.setdefault(block.index, unchecked)
        blocks = [row.block for row in rows if row.layers]
        outputs = {i: self._whole(self._reading.document.blocks[i], o) for i, o in outputs.items()}
        return [
            replace(
                row,
                findings=(*row.findings, self._said(row, came)),
                contradicted=came.agrees is False and self._uses(row.block, blocks),
            )
            if (came := outputs.get(row.block.index))
            else row
            for row in rows
        ]

    def _library(self, row: Examined) -> bool:
        block = row.block
        return scripted(block.language) and scripts.library_calls(
            self._reading.texts[block.index], self._reading.source(block).earlier
        )

    def _whole(self, block: Block, came: Reproduced) -> Reproduced:
        """What came of an output; nothing of one that statements may print that were left out."""
        published = self._reading.published(block).split("\n")
        ran = self._reading.texts.get(block.index, "").split("\n")
        kept = len(ran) < len(published) or all(
            line.strip() or not was.strip()
            for was, line in zip(reversed(published), reversed(ran), strict=False)
        )
        if came.agrees is not False or not scripted(block.language) or kept:
            return came
        assert block.printed is not None
        output = f"the output at line {block.printed.line}"
        return Reproduced(None, f"{output} was not checked: some of the block was left out")

    def _said(self, row: Examined, came: Reproduced) -> str:
        """A printed output is that of the texts that ran: the block's and those that it uses."""
        return came.sentence + ("" if came.agrees is None else self._repaired(row))

    def _repaired(self, row: Examined) -> str:
        if not scripted(row.block.language):
            changed = row.repaired not in (None, self._reading.published(row.block))
            return ", once repaired" if changed else ""
        if self._changed(row.block):
            return ", once repaired"
        above = self._reading.document.blocks[: row.block.index]
        used = [b for b in above if self._changed(b) and self._uses(row.block, [b])]
        return f", once the block at line {used[0].line} is repaired" if used else ""

    def _changed(self, block: Block) -> bool:
        """Whether what runs of a block is not what is published."""
        text = self._reading.texts.get(block.index)
        return scripted(block.language) and text not in (None, self._reading.published(block))

    def _uses(self, block: Block, judged: Sequence[Block]) -> bool:
        """Whether a block is one that was judged, or uses what such a block defines."""
        if block in judged:
            return True
        script = self._reading.script(block, block, self._reading.texts[block.index])
        return script is not None and any(
            script.uses(other.line, self._reading.texts[other.index]) for other in judged
        )

    def run(self, source: Source) -> None:
        """Run a JVM language's block, while its sandbox is there."""
        self.executed = True
        if source.block.index not in self._ran and (ran := self._bench.ran(source)) is not None:
            self._ran[source.block.index] = scripts.reproduced(ran, source.block)

    def _output(self, block: Block) -> Reproduced:
        """What came of running a block; a failure of ours costs no other its finding."""
        self.executed = True
        try:
            return self._reproduced(block)
        except Exception as error:
            defect = f"a defect of rmsproof, not of the code: {type(error).__name__}: {error}"
            return Reproduced(None, f"its output was not checked: {defect}")

    def _reproduced(self, block: Block) -> Reproduced:
        script = self._reading.script(block, block, self._reading.texts[block.index])
        assert script is not None
        whole = self._reading.pieces(self._reading.document.blocks[: block.index], block.language)
        return scripts.reproduces(script, block, whole, self._seconds)

    def _notebook_outputs(self) -> dict[int, Reproduced]:
        cells = [b for b in self._reading.document.blocks if b.cell and scripted(b.language)]
        if not any(cell.printed for cell in cells):
            return {}
        return scripts.notebook(
            cells,
            self._reading.texts,
            self._reading.beside,
            self._seconds,
        )
