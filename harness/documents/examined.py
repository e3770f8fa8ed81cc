"""What was found of a document: a row a block, its layers, and what concerns the whole."""

from __future__ import annotations

from dataclasses import dataclass

from harness.documents.blocks import Block, Document
from harness.documents.formulas import Formula
from harness.documents.lines import Convention
from harness.judging.verdict import Result

GUESSED = "its language is not named; it looks like {}"


@dataclass(frozen=True)
class Finding:
    """A sentence about the document, and the line it is about."""

    line: int
    sentence: str


@dataclass(frozen=True)
class Layer:
    """A block at one point of its way: what it showed, and the repair made to go on."""

    result: Result
    repair: str = ""


@dataclass(frozen=True)
class Examined:
    """One row: a block, or one of several optimizers in it.

    Attributes:
        block: the block.
        kind: optimizer, trainer, or other.
        name: what in the block was judged; "" for the block itself.
        layers: from the block as published to the last that was reached; none for `other`.
        message: why it is `other`.
        findings: what was seen beside the verdict, a sentence each.
        whole: the text as published, all its parts together.
        repaired: the text at the last layer, if it was changed.
        convention: how a trainer scales its gradient, where that is known.
        contradicted: it prints another thing than the document shows, with what was judged.
        seconds: how long its block took, what it prints left out.
    """

    block: Block
    kind: str
    name: str = ""
    layers: tuple[Layer, ...] = ()
    message: str = ""
    findings: tuple[str, ...] = ()
    whole: str | None = None
    repaired: str | None = None
    convention: Convention | None = None
    contradicted: bool = False
    seconds: float = 0.0

    @property
    def published(self) -> Result | None:
        """The result of the block as it stands in the document."""
        return self.layers[0].result if self.layers else None

    @property
    def last(self) -> Result | None:
        """The result behind the last repair."""
        return self.layers[-1].result if self.layers else None


@dataclass(frozen=True)
class Examination:
    """What a document was found to hold.

    Attributes:
        rows: every block in order.
        formulas: those that say where epsilon stands.
        findings: what concerns the document as a whole.
        network_cut: whether its code ran without a network; None if none was run.
        incomplete: the user interrupted before every block was looked at.
        seconds: how long it took.
    """

    document: Document
    rows: tuple[Examined, ...]
    formulas: tuple[Formula, ...] = ()
    findings: tuple[Finding, ...] = ()
    network_cut: bool | None = None
    incomplete: bool = False
    seconds: float = 0.0
