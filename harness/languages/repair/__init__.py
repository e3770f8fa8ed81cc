"""The smallest change that gets a block past what stops it, by the kind of error alone.

One module a language, each with `repairs(broken)`: candidates, likeliest first. Whoever asks
tries them and keeps the first that the error is gone with. A block is changed in memory only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Broken:
    """A block that something stops.

    Attributes:
        text: the code.
        line: where its first line stands in the document; messages count from there.
        verdict: does-not-compile, crashes, times-out, garbled, no-update, or not-run where
            the machine lacks something.
        message: what the compiler, the runtime or the harness said.
        earlier: what the block needs of those before it.
        foreign: names that these give it a value which is not meant.
    """

    text: str
    line: int
    verdict: str
    message: str
    earlier: str = ""
    foreign: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Repaired:
    """A candidate.

    Attributes:
        text: the code after the change.
        change: the change in a phrase: "import java.util.Arrays added".
        without: names that earlier blocks need not give any more.
        above: lines put in before the first line of the code that was there, so that line
            numbers can still be those of the document.
        guessed: it makes up how the code is called: it may acquit or explain, never accuse.
    """

    text: str
    change: str
    above: int = 0
    without: frozenset[str] = frozenset()
    guessed: bool = False
