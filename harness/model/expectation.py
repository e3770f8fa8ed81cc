"""The verdict and deviations one port is known to show, whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model.words import ORDER


@dataclass(frozen=True)
class Expectation:
    """What a port is known to show.

    Attributes:
        word: the verdict.
        deviations: the deviations named, as a set; None for any.
    """

    word: str
    deviations: frozenset[str] | None = None

    def met(self, word: str, deviations: Sequence[str]) -> bool:
        """Whether it is exactly this; better is not met either."""
        return word == self.word and (
            self.deviations is None or frozenset(deviations) == self.deviations
        )

    def breach(self, word: str, deviations: Sequence[str]) -> str:
        """What is not as expected, for people; "" if it is met."""
        if self.met(word, deviations):
            return ""
        if is_better(word, self.word):
            return f"better than expected, which was {self}"
        return f"expected {self}"

    def __str__(self) -> str:
        return labelled(self.word, self.deviations or ())


def labelled(word: str, deviations: Sequence[str] | frozenset[str]) -> str:
    """A verdict with its deviations."""
    return f"{word} ({', '.join(sorted(deviations))})" if deviations else word


def is_better(word: str, other: str) -> bool:
    """Whether one verdict is better than another; never, where one of them decides nothing."""
    places = [
        ORDER.index("diverges" if w == "no-update" else w)
        for w in (word, other)
        if w in (*ORDER, "no-update")
    ]
    return len(places) == 2 and places[0] > places[1]
