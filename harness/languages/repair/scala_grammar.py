"""Scala's grammar: where a top-level unit ends, what kind it is, and what it declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from harness.languages.repair.grammar import Grammar, Kind, head
from harness.languages.repair.tokens import Brackets, Token, scala_tokens

SCALA_WORDS = frozenset(
    "abstract case catch class def do else enum export extends false final finally for given if"
    " implicit import lazy match new null object override package private protected return sealed"
    " super then this throw trait true try type val var while with yield _".split()
)
_TYPES = frozenset("class trait object enum type given".split())
_MODIFIERS = frozenset(
    "private protected final abstract sealed implicit lazy override inline open opaque transparent"
    " infix case".split()
)
# Words that cannot end a Scala statement, and those that cannot begin one.
_UNFINISHED = SCALA_WORDS - frozenset("false null return super this true type _ given".split())
_CONTINUES = frozenset(". , else catch finally then with extends match".split())


def scala_groups(text: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Statements that end with their line."""
    group: list[Token] = []
    brackets = Brackets()
    margin = 0
    annotation = False  # nothing but annotations so far
    for token, following in pairwise([*tokens, Token("other", "", 0)]):
        if group and not brackets.open:
            ends = group[-1].text == ";" or token.text == "}"
            if not ends and token.newlines and not annotation:
                ends = _column(text, token) <= margin and not _goes_on(
                    text, group, token, following
                )
            if ends:
                yield group
                group = []
        if not group:
            annotation = token.text == "@"
            if token.newlines or token is tokens[0]:
                margin = _column(text, token)
        elif annotation and not brackets.open:
            annotation = (
                token.text in ("@", ".", "(")
                or group[-1].text in ("@", ".")
                or token.kind == "close"
            )
        outer = not brackets.open
        group.append(token)
        if not brackets.take(token) and outer:
            yield group
            group = []
    if group:
        yield group


def _column(text: str, token: Token) -> int:
    return token.start - text.rfind("\n", 0, token.start) - 1


def _goes_on(text: str, group: Sequence[Token], token: Token, following: Token) -> bool:
    """Whether a Scala statement goes on with the first token of a line at its own margin."""
    first, last = group[0].text, group[-1]
    closes = last.text == ">" and not text[last.start - 1].isspace()  # type arguments of Kotlin
    ends = closes or last.text == "???" or first in ("import", "export")
    if last.kind == "operator" and not ends:
        return True  # ??? is a value: what is not written yet
    if last.text in (".", ",") or (last.kind == "word" and last.text in _UNFINISHED):
        return True
    if token.kind == "operator":  # a leading infix operator has a space behind it
        return token.text != "@" and text[token.end : token.end + 1].isspace()
    if token.text == "{":
        return token.newlines == 1 and last.kind not in ("number", "string")
    if token.text == "case":
        return following.text not in ("class", "object")
    if token.text == "end":
        return following.kind == "word" and not following.newlines
    if token.text in ("do", "yield"):
        return first in ("while", "for")
    if token.text == "while":
        return first == "do" and last.text == "}"
    return token.kind == "close" or token.text in _CONTINUES


def _kind(group: Sequence[Token]) -> tuple[Kind, tuple[str, ...]]:
    rest = group[head(group, SCALA) :]
    first, second = ([token.text for token in rest[:2]] + ["", ""])[:2]
    if first == "package" and second != "object":
        return "package", ()
    if first in ("import", "export"):
        return "import", ()
    if first == "package":
        return "type", tuple(token.text for token in rest[2:3])
    if first in _TYPES:
        return "type", (second,) if second else ()
    if first == "extension" and second in ("(", "["):
        return "type", ()
    if first == "def":
        return "method", (second,) if second else ()
    if first in ("val", "var"):
        return "field", tuple(_bound(rest[1:]))
    return "statement", ()


def _bound(pattern: Sequence[Token]) -> Iterator[str]:
    """The names that the left side of a Scala val binds."""
    typed = False
    for token in pattern:
        if token.text == "=":
            break
        typed = token.text == ":" or (typed and token.text not in (",", ")"))
        if token.kind == "word" and not typed and token.text not in SCALA_WORDS:
            yield token.text


SCALA = Grammar(scala_tokens, scala_groups, _kind, SCALA_WORDS, _TYPES, _MODIFIERS)
