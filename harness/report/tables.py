"""Tables as every report on a terminal has them: bold heads, no lines, one wide column."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

LOG_WIDTH = 100
"""How long lines may be where there is no terminal: in a pipe, in a CI log."""

# A screen narrower than this has no room for a table of several columns,
_NARROW = 80
# and a column narrower than this none for a sentence.
_LEAST_SENTENCE = 40
_INDENT = 2
_GAP = 2


def plain(
    *columns: str,
    wide: str = "",
    whole: Collection[str] = (),
    right: Collection[str] = (),
    caption: str | None = None,
) -> Table:
    """An empty table.

    Args:
        columns: the heads.
        wide: the column that takes the room that is left; the last unless named.
        whole: columns that are never wrapped.
        right: columns whose cells stand on the right.
        caption: a line below the table.
    """
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        padding=(0, _GAP, 0, 0),
        caption=None if caption is None else Text(caption),
        caption_justify="left",
    )
    for column in columns:
        takes_room = column == (wide or columns[-1])
        table.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column in whole,
            overflow="fold",
            ratio=1 if takes_room else None,
        )
    return table


def arranged(
    width: int,
    heads: Sequence[str],
    rows: Sequence[Sequence[Text]],
    *,
    right: Collection[str] = (),
    caption: str | None = None,
) -> RenderableType:
    """Rows that end with a sentence: a table, or stacked where the width leaves it no room.

    Nothing is cut at any width: stacked, the cells stand in a line, the sentence indented below.

    Args:
        width: of the screen, in columns.
        heads: of the columns.
        rows: a cell for each head.
        right: columns whose cells stand on the right.
        caption: a line below all.
    """
    if fits_beside(width, [heads[:-1], *(row[:-1] for row in rows)]):
        table = plain(*heads, whole=heads[:-1], right=right, caption=caption)
        for row in rows:
            table.add_row(*row)
        return table
    parts: list[RenderableType] = []
    for *cells, sentence in rows:
        parts.append(Text(" " * _GAP).join(cell for cell in cells if cell))
        parts.append(Padding(sentence, (0, 0, 0, _INDENT)))
    return Group(*parts, *([] if caption is None else [Text(caption)]))


def fits_beside(width: int, rows: Sequence[Sequence[Text | str]]) -> bool:
    """Whether a sentence has room beside the cells of these rows, heads included."""
    widest = [max(map(len, column)) + _GAP for column in zip(*rows, strict=True)]
    return width >= _NARROW and width - sum(widest) >= _LEAST_SENTENCE
