"""Shards: a run divided among machines, and what tells one run's parts from another's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from harness.model.errors import UsageError
from harness.ports.port import Port


@dataclass(frozen=True)
class Shard:
    """One of several parts of what is to be judged, which other machines judge the rest of.

    Attributes:
        index: from 1.
        of: how many there are.
    """

    index: int
    of: int

    @staticmethod
    def parse(text: str) -> Shard:
        """Read "2/3". Raises UsageError: it is no such thing."""
        index, slash, of = text.partition("/")
        if slash and index.isdecimal() and of.isdecimal() and 1 <= int(index) <= int(of):
            return Shard(int(index), int(of))
        raise UsageError(f"--shard {text!r}: is not I/N, such as 2/3 for the second of three")


def part(whole: Sequence[tuple[Port, str]], shard: Shard | None) -> Sequence[tuple[Port, str]]:
    """A shard's part, in one piece: what is compiled for one port serves the next.

    Raises:
        UsageError: nothing is left for it.
    """
    if shard is None:
        return whole
    start, stop = (len(whole) * i // shard.of for i in (shard.index - 1, shard.index))
    if start == stop:
        there = "there is 1" if len(whole) == 1 else f"there are {len(whole)}"
        raise UsageError(
            f"--shard {shard.index}/{shard.of}: nothing is left for this part; a port over a"
            f" transport is one result, and {there}: give an N up to that"
        )
    return whole[start:stop]


def digest(whole: Sequence[tuple[Port, str]]) -> str:
    """What tells one run's ports and transports from another's."""
    words = [[port.name, *port.target, transport] for port, transport in whole]
    return sha256(json.dumps(words).encode()).hexdigest()[:16]
