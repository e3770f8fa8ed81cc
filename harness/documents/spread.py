"""Blocks that are one piece of code told in parts: a class whose methods follow further down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.documents.blocks import Block
from harness.languages.program import compiles
from harness.languages.registry import scripted

# A story in more parts than this is no class told in parts.
_PARTS = 8


def continued(blocks: Sequence[Block]) -> tuple[Mapping[int, str], Mapping[int, int]]:
    """Which blocks go on with an earlier one.

    A Python block that begins indented is no program of its own; behind the last block of its
    language it may be the rest of it.

    Returns:
        The whole text by index of the first block, and the first block's index by that of each
        that goes on with it.
    """
    whole: dict[int, str] = {}
    first: dict[int, int] = {}
    last: Block | None = None
    for block in blocks:
        if not scripted(block.language):
            continue
        if last is not None and _begins_indented(block.text) and not compiles(block.text):
            start = first.get(last.index, last.index)
            so_far = whole.get(start, blocks[start].text)
            parts = sum(index == start for index in first.values())
            joined = _joined(so_far, blocks[start].line, block)
            if parts < _PARTS and compiles(joined):
                whole[start], first[block.index] = joined, start
        last = block
    return whole, first


def _begins_indented(text: str) -> bool:
    line = next((line for line in text.split("\n") if line.strip()), "")
    return line[:1].isspace()


def _joined(text: str, line: int, block: Block) -> str:
    """The texts with the second at its line, counted from the first's."""
    gap = block.line - line - text.count("\n") - 1
    return text.rstrip("\n") + "\n" + "\n" * max(0, gap) + block.text
