"""What a document says a block prints, held against what it prints, to the digits shown.

Both are read as words and numbers; how they are laid out says nothing. A number shown to four
decimals is right where the actual one rounds to it there, a half going either way.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Context, Decimal
from typing import NamedTuple

# `np.float64(1.0)` is how newer NumPy shows what was `1.0`.
_SCALAR = re.compile(r"\b(?:np|numpy)\.(?:float|int|uint|longdouble)\d*\(([^()\n]{0,80})\)")
# `array([1., 2.], dtype=float32)` differs from `[1. 2.]` in its frame alone.
_ARRAY = re.compile(r"\barray\((?=\s*\[)|(?<=\])\s*+,?\s*+dtype=[\w.]++\s*+\)|(?<=\])\)")
_TOKEN = re.compile(
    r"(?P<number>(?<![\w.])[+-]?(?:(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?+(?![\w.]*[A-Za-z_])"
    r"|(?:nan|inf|infinity)\b))"
    r"|(?P<address>\b0x[0-9a-f]{6,}\b|@[0-9a-f]{5,8}\b)"
    r"|(?P<word>\.\.\.|\w+|[^\s\[\],])",
    re.IGNORECASE,
)
# Below as many significant digits a short number (0.5) is taken for the number itself, not for
# one that was rounded: otherwise weights that never moved would pass for those shown.
_ROUNDED = 4
# So many digits come of the same computation on any machine, mostly: what rounds otherwise, a
# library's logarithm or the order of a sum, adds up in many steps.
_SURE = 10
# Longer ones are no numbers of a computation; comparing them digit by digit is a word's work.
_LONGEST = 400
# Seconds of work; nobody reads as much in a document.
_LARGEST = 1 << 20
_STEPS = 600_000
_WIDTH = 100
_EXACT = Context(prec=2 * _LONGEST, Emax=10**9, Emin=-(10**9), traps=[])


class _Token(NamedTuple):
    """A word, number or address; `line` counts from 1."""

    kind: str
    text: str
    line: int


class _Long(Exception):
    """There is too much to go through."""


# An object and where it lies in memory, which is chance: a notebook shows it with other words, and
# a figure goes on in the next cell where none is shown.
_OBJECT = re.compile(r"<[^<>\n]* at 0x[0-9A-Fa-f]+[^<>\n]*>")


def has_digits(text: str) -> bool:
    """Whether an output has digits that a run prints again, besides those of addresses.

    >>> has_digits("[<a.Line at 0x7dd2>]"), has_digits("loss 0.25")
    (False, True)
    """
    return any(letter.isdigit() for letter in _OBJECT.sub("", text))


def differs(expected: str, actual: str) -> str | None:
    """Return None where what came is what is shown, else a sentence on the first difference.

    A line of dots in what is shown stands for any number of lines.

    >>> differs("x = 2.72", "x = 2.71828") is None
    True
    >>> differs("[<a.Line at 0x7dd2>]", "[<a.Line object at 0x7f98>]") is None
    True
    >>> differs("x = 2.73", "x = 2.71828")
    'line 1 shows "x = 2.73", but the code prints "x = 2.71828": 2.73 is not 2.71828'
    """
    expected, actual = (_OBJECT.sub("<object>", text) for text in (expected, actual))
    try:
        difference = _first_difference(expected, actual)
    except _Long:
        return "the output shown and what the code prints are too long to compare"
    return difference and _sentence(expected, actual, *difference)


def nearly(expected: str, actual: str) -> bool:
    """Say whether what came is what is shown but for the last digits of long numbers.

    >>> nearly("x = -1.4764560660299137", "x = -1.4764560660299133")
    True
    >>> nearly("x = 1.4764", "x = 1.4765")
    False
    """
    return differs(_TOKEN.sub(_shortened, expected), actual) is None


def _shortened(match: re.Match[str]) -> str:
    number = match[0]
    digits = re.sub(r"[eE].*|\D", "", number).lstrip("0")
    long = match.lastgroup == "number" and _SURE < len(digits) < _LONGEST
    return f"{Decimal(number):.{_SURE - 1}e}" if long else number


def begins(expected: str, actual: str) -> bool:
    r"""Say whether what came so far is how the output shown begins.

    >>> begins("x = 2.72\ny = 1", "x = 2.71828\n")
    True
    """
    if len(expected) + len(actual) > _LARGEST:
        return True
    # After dots anything may have come.
    first, *others = (list(_tokens(text, line)) for line, text in _pieces(expected))
    came = list(_tokens(actual, 1))
    _, difference = _against(first, came, 0, _Steps())
    if difference:
        return difference[1] is None
    return bool(others) or len(came) <= len(first)


def numbers(text: str) -> list[str]:
    """Return the numbers in a text, as they stand there; digits in names are none.

    >>> numbers("w1: [0.5 -1e-08] nan")
    ['0.5', '-1e-08', 'nan']
    """
    return [token.text for token in _tokens(text, 1) if token.kind == "number"]


class _Steps:
    """Counts comparisons, so that output made to be ambiguous does not hold anybody up."""

    def __init__(self) -> None:
        self.left = _STEPS

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _Long


def _pieces(expected: str) -> Iterator[tuple[int, str]]:
    """Yield what stands between lines of dots: (its first line, text)."""
    first, piece = 1, list[str]()
    for number, line in enumerate(expected.split("\n"), 1):
        if line.strip() in {"...", "…", "[...]", "....", "⋮"}:
            yield first, "\n".join(piece)
            first, piece = number + 1, []
        else:
            piece.append(line)
    yield first, "\n".join(piece)


def _tokens(text: str, line: int) -> Iterator[_Token]:
    text = _ARRAY.sub(lambda match: "\n" * match[0].count("\n"), _SCALAR.sub(r"\1", text))
    previous = 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", previous, match.start())
        previous = match.start()
        yield _Token(match.lastgroup or "word", match[0], line)


_Difference = tuple[_Token | None, _Token | None]


def _first_difference(expected: str, actual: str) -> _Difference | None:
    if expected == actual:
        return None
    if len(expected) + len(actual) > _LARGEST:
        raise _Long
    pieces = [list(_tokens(text, line)) for line, text in _pieces(expected)]
    came = list(_tokens(actual, 1))
    starts = [i for i in range(len(came)) if i == 0 or came[i].line != came[i - 1].line]
    return _mismatch(pieces, came, [*starts, len(came)], _Steps())


def _mismatch(
    pieces: list[list[_Token]], came: list[_Token], starts: list[int], steps: _Steps
) -> _Difference | None:
    """Return the first pair that differs; None for either where that side has ended.

    Args:
        pieces: what is shown, cut where dots stand for whole lines, or for none.
        came: what is held against it.
        starts: where its lines begin, and its end.
        steps: how much work is left.
    """
    first, *others = pieces
    place, difference = _against(first, came, 0, steps)
    if difference:
        return difference
    if not others:
        return (None, came[place]) if place < len(came) else None
    *middle, last = others
    for piece in middle:
        if not piece:
            continue
        nearest: _Difference | None = None
        for start in starts[bisect_left(starts, place) :]:
            end, difference = _against(piece, came, start, steps)
            if not difference:
                place, nearest = end, None
                break
            nearest = nearest or difference
        if nearest:
            return piece[0], None
    if not last:
        return None
    begin = len(came) - len(last)
    if begin < place:
        return last[0], came[place] if place < len(came) else None
    return _against(last, came, begin, steps)[1]


def _against(
    piece: list[_Token], came: list[_Token], start: int, steps: _Steps
) -> tuple[int, _Difference | None]:
    for offset, token in enumerate(piece):
        steps.take()
        place = start + offset
        if place >= len(came):
            return place, (token, None)
        if not _same(token, came[place]):
            return place, (token, came[place])
    return start + len(piece), None


def _same(token: _Token, actual: _Token) -> bool:
    if token.kind == actual.kind == "number":
        return _equal(token.text, actual.text)
    # An address is another one in every run.
    return token.text == actual.text or token.kind == actual.kind == "address"


def _equal(expected: str, actual: str) -> bool:
    """Say whether the actual number is the one shown, as far as it is shown."""
    if max(len(expected), len(actual)) > _LONGEST:
        return expected == actual
    left, right = _EXACT.create_decimal(expected), _EXACT.create_decimal(actual)
    if not (left.is_finite() and right.is_finite()):
        return (left.is_nan() and right.is_nan()) or left == right
    distance = _EXACT.abs(_EXACT.subtract(left, right))
    if distance <= _EXACT.divide(_unit(expected, left), Decimal(2)):
        return True
    rounded = len(right.as_tuple().digits) >= _ROUNDED
    return rounded and distance <= _EXACT.divide(_unit(actual, right), Decimal(2))


def _unit(text: str, value: Decimal) -> Decimal:
    """Return one in the last digit; 0 for a whole number, which counts something."""
    exponent = value.as_tuple().exponent
    if text.lstrip("+-").isdigit() or not isinstance(exponent, int):
        return Decimal(0)
    return _EXACT.scaleb(Decimal(1), exponent)


def _sentence(expected: str, actual: str, left: _Token | None, right: _Token | None) -> str:
    if left is None:
        return f'the code prints more than the output shown: "{_quoted(actual, right)}"'
    came = f'"{_quoted(actual, right)}"' if right else "nothing more"
    there = f'line {left.line} shows "{_quoted(expected, left)}", but the code prints {came}'
    if right and left.kind == right.kind == "number":
        return f"{there}: {left.text} is not {right.text}"
    return there


def _quoted(text: str, token: _Token | None) -> str:
    if token is None:
        return ""
    line = " ".join(text.split("\n")[token.line - 1].split())
    if len(line) <= _WIDTH:
        return line
    begin = max(0, line.find(token.text) - _WIDTH // 2)
    cut = line[begin : begin + _WIDTH]
    return f"{'... ' if begin else ''}{cut}{' ...' if begin + _WIDTH < len(line) else ''}"
