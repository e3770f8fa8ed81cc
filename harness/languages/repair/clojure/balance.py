"""Parentheses that do not match, put right where the indentation says they belong.

Two things tell where a form ends in spite of its closers: a form that begins in the first column
begins anew, and a line stands in every form that begins further left above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.languages.repair import Broken, Repaired
from harness.languages.repair.clojure.code import LARGEST, Edit, at_lines, replaced
from harness.languages.repair.clojure.reader import CLOSERS, Lines, tokens

# Every place is tried against the whole form of the top level it is in, so both have a limit.
_MOST = 1500
_TRIED = 150
_CANDIDATES = 4


@dataclass(frozen=True)
class _Piece:
    """A bracket, or whatever else begins or ends a line.

    Attributes:
        text: the bracket, without what marks a set or a function; "" for anything else.
        start, end: its span.
        line, column: where it begins, from 1.
        first: nothing but space stands before it on its line.
    """

    text: str
    start: int
    end: int
    line: int
    column: int
    first: bool


def balanced(broken: Broken) -> Iterator[Repaired]:
    """Texts whose brackets match, the one that fits the indentation best first."""
    if len(broken.text) > LARGEST or "endless" in {token.kind for token in tokens(broken.text)}:
        return
    lines = Lines(broken.text)
    chunks = _chunks(_pieces(broken.text, lines))
    bad = [chunk for chunk in chunks if _cost(chunk) is None]
    if not bad:
        return
    whole = sum(map(len, bad)) <= _MOST
    choices = [_edits(chunk if whole else (), chunk) for chunk in bad]
    offset = broken.line - 1
    for rank in range(_CANDIDATES):
        if rank and all(rank >= len(options) for options in choices):
            return
        edits, phrases = [], []
        for options in choices:
            if not options:
                return
            edit, phrase = options[min(rank, len(options) - 1)]
            edits += edit
            places = [lines.line(start) + offset for start, _, _ in edit]
            phrases.append(phrase % at_lines(places))
        yield Repaired(replaced(broken.text, edits), "; ".join(phrases))


def _pieces(text: str, lines: Lines) -> list[_Piece]:
    pieces = []
    last = 0
    for token in tokens(text):
        if token.kind in ("space", "comment"):
            continue
        line, column = lines.position(token.start)
        bracket = token.text[-1] if token.kind in ("open", "close") else ""
        pieces.append(_Piece(bracket, token.start, token.end, line, column, line != last))
        last = lines.line(token.end - 1)
    return pieces


def _chunks(pieces: list[_Piece]) -> list[list[_Piece]]:
    """The pieces from one form in the first column to the next."""
    chunks: list[list[_Piece]] = [[]]
    for piece in pieces:
        if piece.column == 1 and piece.text in CLOSERS:
            chunks.append([])
        chunks[-1].append(piece)
    return [chunk for chunk in chunks if chunk]


def _cost(pieces: list[_Piece]) -> int | None:
    """How often the indentation disagrees with the brackets; None where these do not match."""
    stack: list[_Piece] = []
    ended: list[_Piece] = []
    cost = 0
    for piece in pieces:
        if piece.first and piece.text not in CLOSERS.values():
            cost += sum(opener.column >= piece.column for opener in stack[-1:])
            cost += sum(opener.column < piece.column for opener in ended)
            cost += piece.column == 1 and bool(stack)
        if piece.first:
            ended = []
        if piece.text in CLOSERS:
            stack.append(piece)
        elif piece.text:
            if not stack or CLOSERS[stack[-1].text] != piece.text:
                return None
            ended.append(stack.pop())
    return None if stack else cost


def _edits(tried: Sequence[_Piece], chunk: list[_Piece]) -> list[tuple[list[Edit], str]]:
    """Changes that make the brackets of a chunk match, likeliest first."""
    weighed: list[tuple[int, int, list[Edit], str]] = []
    for index in _places(tried):
        piece = chunk[index]
        if piece.text in CLOSERS.values():
            rest = [*chunk[:index], *chunk[index + 1 :]]
            _weigh(weighed, rest, [(piece.start, piece.end, "")], f"a {piece.text} %s removed")
            for other in CLOSERS.values():
                if other != piece.text:
                    changed = [*chunk[:index], _as(piece, other), *chunk[index + 1 :]]
                    phrase = f"{piece.text} %s replaced by {other}"
                    _weigh(weighed, changed, [(piece.start, piece.end, other)], phrase)
        if due := _due(chunk[: index + 1]):
            more = [*chunk[: index + 1], _behind(piece, due), *chunk[index + 1 :]]
            _weigh(weighed, more, [(piece.end, piece.end, due)], f"a {due} added %s")
    weighed.sort(key=lambda item: (item[0], -item[1]))
    choices = [(edits, phrase) for cost, _, edits, phrase in weighed if cost == weighed[0][0]]
    if (rebuilt := _indented(chunk)) is not None:
        choices.append((rebuilt, "closing brackets %s set by the indentation"))
    if (plain := _at_the_end(chunk)) is not None:
        choices.append(plain)
    return choices


def _weigh(
    weighed: list[tuple[int, int, list[Edit], str]],
    pieces: list[_Piece],
    edits: list[Edit],
    phrase: str,
) -> None:
    if (cost := _cost(pieces)) is not None:
        weighed.append((cost, edits[0][0], edits, phrase))


def _places(chunk: Sequence[_Piece]) -> list[int]:
    """Where something may be wrong: closers, and the last piece of each line."""
    ends = [
        i
        for i, piece in enumerate(chunk)
        if piece.text in CLOSERS.values() or i + 1 == len(chunk) or chunk[i + 1].first
    ]
    return ends[-_TRIED:]


def _as(piece: _Piece, text: str) -> _Piece:
    return _Piece(text, piece.start, piece.end, piece.line, piece.column, piece.first)


def _behind(piece: _Piece, text: str) -> _Piece:
    return _Piece(text, piece.end, piece.end, piece.line, piece.column + 1, first=False)


def _due(pieces: list[_Piece]) -> str:
    """The closer of the innermost form that is open after some pieces."""
    stack: list[str] = []
    for piece in pieces:
        if piece.text in CLOSERS:
            stack.append(CLOSERS[piece.text])
        elif piece.text and stack and stack[-1] == piece.text:
            stack.pop()
    return stack[-1] if stack else ""


def _indented(chunk: list[_Piece]) -> list[Edit] | None:
    """The closers at the ends of lines as the indentation of what follows asks for them."""
    stack: list[_Piece] = []
    edits: list[Edit] = []
    trailing: list[_Piece] = []
    solid = chunk[0]
    last = _trailing(chunk)
    for piece in chunk:
        if piece in last:
            trailing.append(piece)
            continue
        if piece.first:
            _settle(stack, trailing, solid, piece.column, edits)
            trailing = []
        if piece.text in CLOSERS:
            stack.append(piece)
        elif piece.text:
            if not stack or CLOSERS[stack[-1].text] != piece.text:
                return None
            stack.pop()
        solid = piece
    _settle(stack, trailing, solid, 0, edits)
    return edits or None


def _trailing(chunk: list[_Piece]) -> set[_Piece]:
    """The closers that only closers follow on their line."""
    pieces = set()
    follows = True
    for piece in reversed(chunk):
        if follows := follows and piece.text in CLOSERS.values():
            pieces.add(piece)
        follows = follows or piece.first
    return pieces


def _settle(
    stack: list[_Piece], trailing: list[_Piece], solid: _Piece, column: int, edits: list[Edit]
) -> None:
    """Close what a column asks for, in the place of the closers that are there."""
    due = ""
    while stack and stack[-1].column >= column:
        due += CLOSERS[stack.pop().text]
    there = "".join(piece.text for piece in trailing)
    if due == there:
        return
    matching = 0
    while matching < min(len(due), len(there)) and due[matching] == there[matching]:
        matching += 1
    at = trailing[matching - 1].end if matching else solid.end
    edits += [(piece.start, piece.end, "") for piece in trailing[matching:]]
    if due[matching:]:
        edits.append((at, at, due[matching:]))


def _at_the_end(chunk: list[_Piece]) -> tuple[list[Edit], str] | None:
    """Every closer that closes nothing removed, or the missing ones put behind everything."""
    stack: list[str] = []
    extra: list[Edit] = []
    for piece in chunk:
        if piece.text in CLOSERS:
            stack.append(CLOSERS[piece.text])
        elif piece.text and stack and stack[-1] == piece.text:
            stack.pop()
        elif piece.text and not stack:
            extra.append((piece.start, piece.end, ""))
        elif piece.text:
            return None
    if extra and not stack:
        return extra, "unmatched closing brackets removed %s"
    if stack and not extra:
        end = chunk[-1].end
        due = "".join(reversed(stack))
        return [(end, end, due)], f"{due} added %s"
    return None
