"""A function mapped over many pieces: here, one after another, or by dask on many machines.

The pieces come back in any order, each with its place. What a piece comes to must not depend on
where it is done; then neither does the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

_Piece = TypeVar("_Piece")
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Lost:
    """A piece that ended every worker that it was given to.

    Attributes:
        reason: what became of them.
    """

    reason: str


def here(
    function: Callable[[_Piece], _Made], pieces: Sequence[_Piece]
) -> Iterator[tuple[int, _Made | Lost]]:
    """Do the pieces in this process, in their order."""
    for place, piece in enumerate(pieces):
        yield place, function(piece)
