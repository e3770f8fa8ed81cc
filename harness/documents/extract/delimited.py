"""AsciiDoc, Org and TeX read as Markdown: their code becomes fences, and every line stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Longer than any that code holds.
_FENCE = "~" * 8


@dataclass(frozen=True)
class _Kind:
    """How a kind of document delimits code.

    Attributes:
        opening: a line, with the language as one of its groups.
        closing: the line that ends what an opening began, given that; None where an opening is
            followed by a line that ends it, too.
        heading: a line, with its marks and its text as groups.
        marks: what stands in code and is none of it: callouts, labels.
    """

    opening: re.Pattern[str]
    closing: re.Pattern[str] | None
    heading: re.Pattern[str]
    marks: re.Pattern[str] | None = None


_KINDS: Mapping[str, _Kind] = {
    "asciidoc": _Kind(
        re.compile(r"\[source(?:%[\w-]+)?\s*(?:,\s*(?:language=)?\"?(\w*))?.*\]\s*$"),
        None,
        re.compile(r"(={1,6})\s+(.*)"),
        re.compile(r"(?:\s+(?:<(?:\d+|\.)>|<!--(?:\d+|\.)-->))+\s*$"),
    ),
    "org": _Kind(
        re.compile(r"\s*#\+begin_src\b[ \t]*(\S*)", re.IGNORECASE),
        re.compile(r"\s*#\+end_src\b", re.IGNORECASE),
        re.compile(r"(\*{1,6})\s+(.*)"),
    ),
    "tex": _Kind(
        re.compile(
            r"\s*\\begin\{(?:lstlisting|minted)\}"
            r"(?:\[(?:[^\]]*?language=\{?(?:\[\w*\])?(\w+))?.*\])?(?:\{(\w+)\})?",
            re.IGNORECASE,
        ),
        re.compile(r"\s*\\end\{(?:lstlisting|minted)\}"),
        re.compile(r"\s*\\((?:sub)*section)\*?\{(.*)\}"),
        re.compile(r"\(\*@.*?@\*\)"),
    ),
}
ENDINGS: Mapping[str, str] = {
    **dict.fromkeys((".adoc", ".asciidoc", ".asc"), "asciidoc"),
    ".org": "org",
    **dict.fromkeys((".tex", ".latex"), "tex"),
}
"""By the ending of a file's name, which of these it is."""


def fenced(text: str, name: str) -> str:
    """The text with a fence in place of what delimits its code, and headings as Markdown's."""
    kind = _KINDS[name]
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if opened := kind.opening.match(lines[at]):
            at = _code(lines, at, next(filter(None, opened.groups()), ""), kind)
        elif heading := kind.heading.match(lines[at]):
            lines[at] = f"## {heading[2]}"
        else:
            # Indentation says nothing here.
            lines[at] = lines[at].lstrip()
        at += 1
    return "\n".join(lines)


def _code(lines: list[str], at: int, language: str, kind: _Kind) -> int:
    """Put fences around a block of code; the line where it ends."""
    first = at
    if kind.closing is None:  # `[source,python]`, and four dashes above and below
        first = at + 1
        mark = lines[first].rstrip() if first < len(lines) else ""
        if not re.fullmatch(r"-{4,}|={4,}|\.{4,}|`{3,}", mark):
            return at
        lines[at] = ""
        closing = re.compile(re.escape(mark) + r"\s*$")
    else:
        closing = kind.closing
    end = next((i for i in range(first + 1, len(lines)) if closing.match(lines[i])), None)
    if end is None:
        return at
    if kind.marks is not None:
        lines[first + 1 : end] = [kind.marks.sub("", line) for line in lines[first + 1 : end]]
    lines[first], lines[end] = f"{_FENCE}{language}", _FENCE
    return end
