r"""What a page's formulas say: where epsilon stands, and which factor a derivative carries.

`\sqrt{v + \epsilon}` has it inside the root, `\sqrt{v} + \epsilon` outside. Epsilon counts only
as a term of its own beside the root or the average, whatever letter is taken for it, and a formula
only as far as it is an RMSProp's (see `subject`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from harness.documents.formulas.derivatives import Stated, derivative_factors
from harness.documents.formulas.mathtext import Region, regions
from harness.documents.formulas.subject import Subjects, of_rmsprop

__all__ = ["Formula", "Stated", "derivative_factors", "formulas"]

Side = Literal["inside", "outside"]

_EPSILON = re.compile(
    r"\\(?:var)?epsilon|\\delta|&(?:epsilon|epsi|epsiv|varepsilon|delta);"
    r"|(?:\w+\.)*(?:eps|epsilon|delta|ε|ϵ|𝜀|𝜖|δ)(?:_\w*)?",
    re.IGNORECASE,
)
_ROOT = re.compile(r"\\sqrt|√|(?:\w+\.)*sqrt", re.IGNORECASE)
_ACCENT = set(r"\hat \widehat \bar \overline \tilde \vec \mathbb \mathcal".split())
_HALF = {"1/2", "0.5", ".5", r"\frac{1}{2}", r"\frac12", "½"}
_TIMES = {"*", "/", "**", "^"}
# What is climbed out of around a root: `{\sqrt{v}}`, `(\sqrt{v})`, `\frac{\sqrt{v}}{c}`.
_LEVELS = 6


@dataclass(frozen=True)
class Formula:
    """A formula with the root of an average.

    Attributes:
        line: the line of the root in the file.
        text: the formula, on one line.
        epsilon: "inside" the root or "outside".
    """

    line: int
    text: str
    epsilon: Side


@dataclass(frozen=True)
class _Root:
    """Tokens: the root from `begin` up to `end`, what is below it from `first` up to `last`."""

    begin: int
    first: int
    last: int
    end: int
    reciprocal: bool = False


def formulas(prose: Iterable[tuple[int, str]]) -> list[Formula]:
    """Return an RMSProp's formulas that say where epsilon stands, in order, each once."""
    stated: list[Formula] = []
    prose = list(prose)
    cut = list(regions(prose))
    subjects = Subjects(prose, cut)
    for region in cut:
        seen: set[tuple[str, Side]] = set()
        for root in _roots(region):
            side = _side(region, root)
            if not side or not of_rmsprop(region, root.begin, root.first, root.last, root.end):
                continue
            line, text = region.line_of(root.begin), region.text(root.begin)
            if (text, side) in seen or subjects.summed(region, root.first, root.last):
                continue
            if not subjects.others(region, line):
                seen.add((text, side))
                stated.append(Formula(line, text, side))
    return stated


def _roots(region: Region) -> Iterator[_Root]:
    for index, token in enumerate(region.tokens):
        if token in {"^", "**"}:
            yield from _power(region, index)
        elif _ROOT.fullmatch(token):
            yield from _radical(region, index)


def _radical(region: Region, index: int) -> Iterator[_Root]:
    token, first = region.tokens[index], index + 1
    if token == r"\sqrt" and region.at(first) == "[":
        end = region.group(first)
        if "".join(region.tokens[first + 1 : end - 1]) != "2":
            return
        first = end
    if region.at(first) in {"(", "{", "["} and first in region.partner:
        end = region.group(first)
        yield _Root(index, first + 1, end - 1, region.scripts(end))
    elif token in {r"\sqrt", "√"} and region.at(first):
        end = _term(region, first)
        yield _Root(index, first, end, end)


def _term(region: Region, index: int) -> int:
    r"""Return the index after a factor: `\hat{v}_t`, `E[g^2]_t`, `v`."""
    if region.at(index) in _ACCENT:
        index += 1
    end = region.scripts(region.group(index))
    if region.at(end) == "[" and region.at(index) not in {"(", "{", "["}:
        end = region.scripts(region.group(end))
    return end


def _power(region: Region, index: int) -> Iterator[_Root]:
    r"""Yield a root that is written as a power, `(v + \epsilon)^{1/2}`; also 1 over one."""
    begin_exponent = index + 1
    bare = region.at(begin_exponent) == "-"
    end = region.group(begin_exponent + bare)
    exponent = "".join(region.tokens[begin_exponent:end])
    if exponent[:1] in {"{", "("} and exponent[-1:] in {"}", ")"}:
        exponent = exponent[1:-1]
    if exponent.lstrip("-") not in _HALF or index == 0:
        return
    last = index - 1
    begin = _back(region, last)
    group = begin == region.partner.get(last, -1)
    inside = (begin + 1, last) if group else (begin, index)
    yield _Root(begin, *inside, end, reciprocal=exponent.startswith("-"))


def _back(region: Region, last: int) -> int:
    """Return where the factor that ends at a token begins, its subscripts included."""
    for _ in range(8):
        begin = min(last, region.partner.get(last, last))
        before = region.at(begin - 1)
        if before in {"_", "^"}:
            last = begin - 2
        elif begin < last and before.endswith("_"):  # `v_` and `{t}`
            return begin - 1
        else:
            return begin
    return last


def _side(region: Region, root: _Root) -> Side | None:
    if _has_term(region, root.first, root.last):
        return "inside"
    if not root.reciprocal and _beside(region, root.begin, root.end):
        return "outside"
    return None


def _epsilon(region: Region, index: int) -> int | None:
    """Return the index after an epsilon that begins there, None where there is none."""
    if region.at(index) == "{" and region.partner.get(index) == index + 2:
        inner = region.at(index + 1)
        return region.scripts(index + 3) if _EPSILON.fullmatch(inner) else None
    if not _EPSILON.fullmatch(region.at(index)):
        return None
    end = region.scripts(index + 1)
    return region.group(end) if region.at(end - 1).endswith("_") else end


def _has_term(region: Region, first: int, last: int) -> bool:
    """Say whether epsilon is a term of the sum from `first` up to `last`."""
    while last - first > 2 and region.partner.get(first) == last - 1:
        first, last = first + 1, last - 1
    place = first
    while place < last:
        end = _epsilon(region, place)
        if end is not None:
            before = region.at(place - 1) if place > first else ""
            after = region.at(end) if end < last else ""
            if before in {"", "+"} and after in {"", "+", "-"} and (before or after == "+"):
                return True
        place = region.group(place) if region.partner.get(place, -1) > place else place + 1
    return False


def _beside(region: Region, begin: int, end: int) -> bool:
    """Say whether epsilon is added to the root itself, on either side."""
    for _ in range(_LEVELS):
        if region.at(end) == "+":
            after = _epsilon(region, end + 1)
            if after is not None and region.at(after) not in _TIMES:
                return True
        if region.at(begin - 1) == "+" and begin >= 2:
            start = _back(region, begin - 2)
            if _epsilon(region, start) == begin - 1 and _opens(region, start):
                return True
        around = begin - 1
        if region.partner.get(around) != end or around < 0:
            return False
        before = region.at(around - 1)
        begin, end = around, end + 1
        if before == r"\frac" and region.at(end) == "{":
            begin, end = around - 1, region.group(end)
        elif region.at(around) == "{" and (before in {"}", "_", "^"} or before in _ACCENT):
            return False
        elif region.at(around) != "{" and before[:1].isalpha() and _touches(region, around):
            return False  # a function of the root
    return False


def _opens(region: Region, index: int) -> bool:
    """Say whether a term can begin there: nothing is multiplied with it from the left."""
    before = region.at(index - 1)
    if not before or before in {"(", "[", "{", "=", "+", ",", ":", ";", "/", r"\frac", ">"}:
        return True
    return before.isalpha() and len(before) > 1 and not _touches(region, index)


def _touches(region: Region, index: int) -> bool:
    """Say whether a token follows the one before it without a blank."""
    return region.starts[index - 1] + len(region.tokens[index - 1]) == region.starts[index]
