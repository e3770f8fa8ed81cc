r"""Formulas as tokens: LaTeX, Unicode, HTML entities and plain text read alike.

Prose is cut at everything that sets a formula off (dollars, `\(`, shortcodes, backticks, empty
lines); nothing is paired up, so that a price in dollars spoils nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from unicodedata import decomposition

_SEPARATOR = re.compile(
    r"\$\$?|\\{1,2}[()\[\]]|\{\{[<%][^{}\n]*\}\}|\{%[^{}\n]*%\}|\\(?:begin|end)\{[^{}\n]*\}|`+"
    r"|\n[ \t]*(?=\n)"
)
_TOKEN = re.compile(
    r"\\{1,2}[A-Za-z]+|\\.|&[A-Za-z]+;|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+"
    r"|[^\W\d_][\w\u0300-\u036f]*(?:\.[^\W\d_]\w*)*|\*\*|\S",
    re.DOTALL,
)
# Spacing, sizes and fonts, which mean nothing.
_MEANS_NOTHING = set(
    r"\left \right \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \, \; \: \! \quad \qquad \ "
    r"\displaystyle \textstyle \limits \nolimits \text \mathrm \mathit \mathbf \mathtt \textrm "
    r"\operatorname \boldsymbol \bm \mathstrut ~ & \nonumber".split(" ")
)
_SAME = {
    r"\_": "_",
    r"\{": "{",
    r"\}": "}",
    "−": "-",
    "–": "-",
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∗": "*",
    r"\cdot": "*",
    r"\times": "*",
    r"\ast": "*",
    "⁄": "/",
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\cfrac": r"\frac",
    "&radic;": "√",
    "&sum;": "∑",
    "&part;": "∂",
    "&minus;": "-",
    r"\partial": "∂",
    r"\nabla": "∇",
    r"\sum": "∑",
}
# A name of the page's own for what takes no arguments.
_MACRO = re.compile(
    r"\\(?:(?:re|provide)?newcommand\*?|def|DeclareMathOperator\*?)\s*\{?(\\[A-Za-z]+)\}?\s*"
    r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
)
_DEEPEST = 4
_CLOSING = {")": "(", "]": "[", "}": "{"}
_LONGEST = 160


@dataclass(frozen=True)
class Region:
    """A stretch of prose in which one formula may stand.

    Attributes:
        line: the file's line of its first character.
        source: it, as it stands there.
        tokens: its tokens, without what means nothing.
        starts: where each of them begins.
        partner: of each bracket with a counterpart, the index of that.
    """

    line: int
    source: str
    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    partner: dict[int, int]

    def at(self, index: int) -> str:
        """Return a token; "" beyond either end."""
        return self.tokens[index] if 0 <= index < len(self.tokens) else ""

    def line_of(self, index: int) -> int:
        """Return the file's line of a token."""
        return self.line + bisect_left(self._breaks, self.starts[index])

    def text(self, index: int) -> str:
        """Return the formula on one line; of a long paragraph what is around a token."""
        if len(self._whole) <= _LONGEST:
            return self._whole
        place = self.starts[index]
        begin = max(0, place - _LONGEST // 2)
        return " ".join(self.source[begin : place + _LONGEST // 2].split())

    @cached_property
    def _whole(self) -> str:
        return " ".join(self.source.split())

    @cached_property
    def _breaks(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.source)]

    def group(self, index: int) -> int:
        """Return the index after what begins there: a bracket with its contents, or a token."""
        return self.partner.get(index, index) + 1

    def scripts(self, index: int) -> int:
        """Return the index after the sub- and superscripts that begin there."""
        for _ in range(8):
            if self.at(index) in {"_", "^"}:
                index = self.group(index + 1)
            elif self.at(index) == "'" or _small(self.at(index)):
                index += 1
            else:
                break
        return index


def _small(token: str) -> bool:
    """Say whether a token consists of Unicode's sub- or superscripts, `ₜ` or `²`."""
    return bool(token) and all(decomposition(each).startswith(("<sub", "<super")) for each in token)


def regions(prose: Iterable[tuple[int, str]]) -> Iterator[Region]:
    """Cut prose where formulas may begin or end."""
    prose = list(prose)
    macros = {m[1]: m[2] for _, text in prose for m in _MACRO.finditer(text)}
    for line, text in prose:
        place, current = 0, line
        for match in _SEPARATOR.finditer(text):
            yield from _region(current, text[place : match.start()], macros)
            current += text.count("\n", place, match.end())
            place = match.end()
        yield from _region(current, text[place:], macros)


def _tokens(
    source: str, macros: Mapping[str, str], depth: int = _DEEPEST
) -> Iterator[tuple[str, int]]:
    """The tokens of a source, names of the page's own written out, each with its place."""
    for match in _TOKEN.finditer(source):
        token = match[0]
        if token.startswith(r"\\"):  # a backslash that was escaped for Markdown, or a line's end
            token = token[1:]
        if depth and token in macros:
            inner = islice(_tokens(macros[token], macros, depth - 1), _LONGEST)
            yield from ((one, match.start()) for one, _ in inner)
        else:
            yield token, match.start()


def _region(line: int, source: str, macros: Mapping[str, str]) -> Iterator[Region]:
    if not source.strip():
        return
    tokens: list[str] = []
    starts: list[int] = []
    partner: dict[int, int] = {}
    opened: list[int] = []
    for written, start in _tokens(source, macros):
        token = _SAME.get(written, written)
        if token in _MEANS_NOTHING or token == "\\":
            continue
        if token in _CLOSING.values():
            opened.append(len(tokens))
        elif token in _CLOSING and opened and tokens[opened[-1]] == _CLOSING[token]:
            partner[opened[-1]] = len(tokens)
            partner[len(tokens)] = opened.pop()
        tokens.append(token)
        starts.append(start)
    yield Region(line, source, tuple(tokens), tuple(starts), partner)
