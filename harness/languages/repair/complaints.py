"""What javac, ECJ and scalac say, error by error, with its place in the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.languages.repair import Broken


@dataclass(frozen=True)
class Complaint:
    """One error.

    Attributes:
        words: the compiler's words in one line, without the line of code that they show.
        start: the place in the text that it points at; the line's start where it points at none.
        end: the place behind what is marked.
        pointed: it points at a place within the line.
    """

    words: str
    start: int
    end: int
    pointed: bool


# javac, and what a table makes of ECJ's and of its own.
_JAVAC = re.compile(r"^[^\n:]*\.java:(\d+): error: ", re.MULTILINE)
_ECJ = re.compile(r"^\d+\. ERROR in [^\n]* \(at line (\d+)\)\n", re.MULTILINE)
_SCALAC = re.compile(
    r"^-- (?:\[E\d+\] )?[^\n]*?Error: [^\n]*?:(\d+):(\d+)(?: -*)?$|^[^\n:]*\.scala:(\d+):(\d+): ",
    re.MULTILINE,
)
_CARET = re.compile(r"^(\s*)(\^+)\s*$")


def java(broken: Broken) -> list[Complaint]:
    """The errors of javac or ECJ that lie within the block."""
    return list(_complaints(broken, _ECJ, _JAVAC))


def scala(broken: Broken) -> list[Complaint]:
    """The errors of scalac that lie within the block."""
    return list(_complaints(broken, _SCALAC))


def _complaints(broken: Broken, *heads: re.Pattern[str]) -> Iterator[Complaint]:
    text = broken.text
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for head in heads:
        matches = list(head.finditer(broken.message))
        ends = [*(match.start() for match in matches[1:]), len(broken.message)][: len(matches)]
        for match, end in zip(matches, ends, strict=True):
            numbers = [int(group) for group in match.groups() if group]
            line = numbers[0] - broken.line
            if not 0 <= line < len(starts):
                continue
            below = broken.message[match.end() : end].splitlines()
            read = _ecj if head is _ECJ else _scalac if head is _SCALAC else _javac
            words, column, width = read(below)
            if len(numbers) > 1:
                column = numbers[1]
            limit = starts[line + 1] - 1 if line + 1 < len(starts) else len(text)
            whole = text[starts[line] : limit]
            if head is _ECJ and column is not None:  # it shows the line without its indentation
                column += len(whole) - len(whole.lstrip())
            pointed = column is not None and column <= len(whole)
            start = starts[line] + (column or 0 if pointed else 0)
            yield Complaint(" ".join(words.split()), start, min(start + width, limit), pointed)


def _javac(below: list[str]) -> tuple[str, int | None, int]:
    """The words, the line, a caret, then more words."""
    for i, line in enumerate(below):
        if (caret := _CARET.match(line)) and i:
            words = [*below[: i - 1], *below[i + 1 :]]
            return " ".join(words), len(caret[1]), 0
    return " ".join(below), None, 0


def _ecj(below: list[str]) -> tuple[str, int | None, int]:
    """The line behind a tab, carets behind a tab, then the words."""
    for i, line in enumerate(below):
        if (caret := _CARET.match(line)) and i:
            words = " ".join(below[i + 1 :]).partition("----------")[0]
            # Several lines are shown as they are, and the carets run on: no place in them.
            column = len(caret[1]) - 1 if i == 1 else None
            return words, column, len(caret[2]) if i == 1 else 0
    return " ".join(below), None, 0


def _scalac(below: list[str]) -> tuple[str, int | None, int]:
    """Everything behind a bar: the line, carets, then the words."""
    code = [line.partition("|")[2] for line in below if "|" in line]
    for i, line in enumerate(code):
        if caret := _CARET.match(line):
            return " ".join(code[i + 1 :]).partition("longer explanation")[0], None, len(caret[2])
    return " ".join(below), None, 0
