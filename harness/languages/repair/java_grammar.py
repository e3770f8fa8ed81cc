"""Java's grammar: where a top-level unit ends, what kind it is, and what it declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from harness.languages.repair.grammar import Grammar, Kind, behind_angles, head
from harness.languages.repair.tokens import Brackets, Token, closing, java_tokens

JAVA_WORDS = frozenset(
    "abstract assert boolean break byte case catch char class const continue default do double"
    " else enum extends final finally float for goto if implements import instanceof int interface"
    " long native new package private protected public return short static strictfp super switch"
    " synchronized this throw throws transient try void volatile while true false null".split()
)
_PRIMITIVES = frozenset("boolean byte char double float int long short void".split())
_TYPES = frozenset("class interface enum record".split())
_MODIFIERS = frozenset(
    "public protected private static final abstract sealed strictfp default native synchronized"
    " transient volatile".split()
)
# From here to the semicolon a closing brace ends a value, not the statement.
_VALUE = frozenset("= -> new return throw assert yield".split())


def _groups(_text: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Statements that end with a semicolon or a block."""
    group: list[Token] = []
    brackets = Brackets()
    value = False
    for token, following in pairwise([*tokens, Token("other", "", 0)]):
        if not brackets.take(token):
            if group:
                yield group
            yield [token]
            group, value = [], False
            continue
        group.append(token)
        if brackets.open:
            continue
        if token.text in _VALUE:
            value = True
        elif token.text == ";" or (token.text == "}" and not value):
            value = False
            goes_on = following.text in ("else", "catch", "finally") or (
                token.text == "}" and following.text == ";" and not following.newlines
            )
            if following.text == "while" and group[0].text == "do":
                goes_on = all(t.text != "while" for t in group)
            if not goes_on:
                yield group
                group = []
    if group:
        yield group


def _kind(group: Sequence[Token]) -> tuple[Kind, tuple[str, ...]]:
    at = head(group, JAVA)
    rest = group[at:]
    texts = [token.text for token in rest[:4]] + [""] * 4
    if texts[0] in ("package", "import"):
        return ("package" if texts[0] == "package" else "import"), ()
    if texts[:2] == ["@", "interface"]:
        return "type", tuple(texts[2:3])
    if texts[0] in _TYPES and (texts[0] != "record" or texts[2] in ("(", "<")):
        return "type", tuple(texts[1:2])
    if at and group[at - 1].text == "static" and texts[0] == "{":
        return "field", ()
    if (name := declared_at(rest)) is not None:
        if rest[name + 1].text == "(":
            return "method", (rest[name].text,)
        return "field", tuple(rest[i].text for i in declarators(rest, name))
    if rest and rest[0].kind == "word" and texts[0] not in JAVA_WORDS and texts[1] == "(":
        behind = closing(rest, 1) + 1
        if behind < len(rest) and rest[behind].text in ("{", "throws"):  # a constructor
            return "method", (texts[0],)
    return "statement", ()


def declared_at(code: Sequence[Token]) -> int | None:
    """The place of the name in a Java declaration: what follows a type; None for a statement."""
    at = _behind_type(code, 0)
    if at is None or at + 1 >= len(code) or code[at].kind != "word" or code[at].text in JAVA_WORDS:
        return None
    return at if code[at + 1].text in ("(", "=", ";", ",", "[") else None


def _behind_type(code: Sequence[Token], at: int) -> int | None:
    while at < len(code):
        if code[at].kind != "word" or code[at].text in JAVA_WORDS - _PRIMITIVES:
            return None
        at += 1
        if at < len(code) and code[at].text == "<":
            if (behind := behind_angles(code, at)) is None:
                return None
            at = behind
        if at >= len(code) or code[at].text != ".":
            break
        at += 1
    while at + 1 < len(code) and code[at].text == "[" and code[at + 1].text == "]":
        at += 2
    return at


def declarators(code: Sequence[Token], name: int) -> Iterator[int]:
    """The places of all names that a Java declaration declares, the first one's given."""
    yield name
    depth = 0
    behind = name
    for i in range(name + 1, len(code) - 2):
        depth += (code[i].kind == "open") - (code[i].kind == "close")
        if depth or i < behind:
            continue
        if code[i].text == "<" and code[i - 1].text[:1].isupper():
            behind = behind_angles(code, i) or behind
        elif code[i].text == "," and code[i + 1].kind == "word":
            yield i + 1


JAVA = Grammar(
    java_tokens,
    _groups,
    _kind,
    JAVA_WORDS,
    _TYPES,
    _MODIFIERS,
    angles=True,
    end=";",
    between=" ",
)
