"""What a document is made of: code blocks with their lines, and the prose between them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Printed:
    """What a document says a block prints.

    Attributes:
        text: the output as it stands there.
        line: its first line in the file, from 1.
    """

    text: str
    line: int


@dataclass(frozen=True)
class Block:
    """One code block.

    Attributes:
        index: its place among the document's blocks, from 0.
        line: the first line of the code itself in the file, from 1.
        language: one of harness/languages, or what the info string says; "" where nothing tells.
        text: the code without its fence.
        guessed: the language is read from the code, because nothing names it.
        notes: what is odd about the block, a phrase each ("its code fence is never closed").
        printed: what the document says it prints.
        cell: it is a notebook's cell; cells share one namespace, in order.
        again: by the numbers of its notebook's cells those up to it were not run once each, in
            order.
    """

    index: int
    line: int
    language: str
    text: str
    guessed: bool = False
    notes: tuple[str, ...] = ()
    printed: Printed | None = None
    cell: bool = False
    again: bool = False


@dataclass(frozen=True)
class Parts:
    """What a text is made of; lines count from 1."""

    blocks: tuple[Block, ...]
    prose: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Document:
    """A document, taken apart.

    Attributes:
        path: the file.
        blocks: every code block, in order.
        prose: what lies between them: (line in the file, text), in order.
        notes: what is odd about the file, a phrase each.
        notebook: it is a Jupyter notebook.
        counted: lines are none of the file, which has fewer, but counted over its cells.
    """

    path: Path
    blocks: tuple[Block, ...]
    prose: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    notebook: bool = False
    counted: bool = False
