"""Languages with braces taken apart without a compiler: tokens, top-level units, and names.

A grammar is what one of them is made of; Java and Scala are here.

Nothing here raises on any text, and everything takes time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from harness.languages.repair.tokens import Brackets, Token, closing, java_tokens, scala_tokens

Kind = Literal["package", "import", "type", "method", "field", "statement", "stray", "blank"]


@dataclass(frozen=True)
class Unit:
    """A top-level unit; the spans of a text's units tile it.

    Attributes:
        kind: `stray` is a closing brace that nothing opened, `blank` a text without code.
        names: what it declares.
        start: where it begins, with the comments above it.
        end: where it ends, with the comment on its last line.
        tokens: its code.
    """

    kind: Kind
    names: tuple[str, ...]
    start: int
    end: int
    tokens: tuple[Token, ...] = ()

    @property
    def code(self) -> tuple[int, int]:
        """Where its first token begins and its last one ends."""
        return (self.tokens[0].start, self.tokens[-1].end) if self.tokens else (self.start,) * 2


JAVA_WORDS = frozenset(
    "abstract assert boolean break byte case catch char class const continue default do double"
    " else enum extends final finally float for goto if implements import instanceof int interface"
    " long native new package private protected public return short static strictfp super switch"
    " synchronized this throw throws transient try void volatile while true false null".split()
)
SCALA_WORDS = frozenset(
    "abstract case catch class def do else enum export extends false final finally for given if"
    " implicit import lazy match new null object override package private protected return sealed"
    " super then this throw trait true try type val var while with yield _".split()
)
_PRIMITIVES = frozenset("boolean byte char double float int long short void".split())
_JAVA_TYPES = frozenset("class interface enum record".split())
_SCALA_TYPES = frozenset("class trait object enum type given".split())
_JAVA_MODIFIERS = frozenset(
    "public protected private static final abstract sealed strictfp default native synchronized"
    " transient volatile".split()
)
_SCALA_MODIFIERS = frozenset(
    "private protected final abstract sealed implicit lazy override inline open opaque transparent"
    " infix case".split()
)
# From here to the semicolon a closing brace ends a value, not the statement.
_VALUE = frozenset("= -> new return throw assert yield".split())
# Words that cannot end a Scala statement, and those that cannot begin one.
_UNFINISHED = SCALA_WORDS - frozenset("false null return super this true type _ given".split())
_CONTINUES = frozenset(". , else catch finally then with extends match".split())
_LINE_END = re.compile(r"[^\S\n]*(?://[^\n]*)?(?:\n|\Z)")


@dataclass(frozen=True, eq=False)
class Grammar:
    """What a language with braces is made of.

    Attributes:
        tokens: a text's tokens.
        groups: a text's tokens, those of each top-level unit together.
        kind: what the tokens of a unit are, and the names they declare.
        words: what is no name of anybody's.
        types: the words before the name of a type.
        modifiers: the words before a declaration.
        angles: type parameters may stand among the modifiers.
        end: what ends an import.
        between: what stands between two statements on a line.
    """

    tokens: Callable[[str], Iterator[Token]]
    groups: Callable[[str, Sequence[Token]], Iterator[list[Token]]]
    kind: Callable[[Sequence[Token]], tuple[Kind, tuple[str, ...]]]
    words: frozenset[str]
    types: frozenset[str]
    modifiers: frozenset[str]
    angles: bool = False
    end: str = ""
    between: str = "; "


@lru_cache(maxsize=2)  # the text at hand, and the one a change makes of it
def tokens(text: str, grammar: Grammar) -> tuple[Token, ...]:
    """The tokens of a text."""
    return tuple(grammar.tokens(text))


@lru_cache(maxsize=2)
def units(text: str, grammar: Grammar) -> tuple[Unit, ...]:
    """The top-level units of a text."""
    code = tokens(text, grammar)
    if not code:
        return (Unit("blank", (), 0, len(text)),) if text else ()
    groups = list(grammar.groups(text, code))
    result, start = [], 0
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        end = group[-1].end
        if following is None:
            end = len(text)
        elif (match := _LINE_END.match(text, end)) and match.end() <= following[0].start:
            end = match.end()
        kind, names = ("stray", ()) if group[0].text == "}" else grammar.kind(group)
        result.append(Unit(kind, names, start, end, tuple(group)))
        start = end
    return tuple(result)


def java_groups(_text: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
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
    if last.kind == "operator" and last.text != "???" and first not in ("import", "export"):
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


def head(code: Sequence[Token], grammar: Grammar) -> int:
    """The place of the first token behind annotations, modifiers and Java's type parameters."""
    texts = [*(token.text for token in code), "", "", ""]
    at = 0
    while at < len(code):
        text, following = texts[at], texts[at + 1]
        if text == "@" and following != "interface" and following[:1].isalpha():
            at += 2
            while at < len(code) and texts[at] == ".":
                at += 2
            if at < len(code) and texts[at] == "(":
                at = closing(code, at) + 1
        elif text == "<" and grammar.angles:
            at = _behind_angles(code, at) or len(code)
        elif text == "non" and following == "-":
            at += 3
        elif text not in grammar.modifiers or following in ("(", ":", "->", ".", "="):
            break
        elif following == "[" and text in ("private", "protected"):
            at = closing(code, at + 1) + 1
        else:
            at += 1
    return min(at, len(code))


def _java_kind(group: Sequence[Token]) -> tuple[Kind, tuple[str, ...]]:
    at = head(group, JAVA)
    rest = group[at:]
    texts = [token.text for token in rest[:4]] + [""] * 4
    if texts[0] in ("package", "import"):
        return ("package" if texts[0] == "package" else "import"), ()
    if texts[:2] == ["@", "interface"]:
        return "type", tuple(texts[2:3])
    if texts[0] in _JAVA_TYPES and (texts[0] != "record" or texts[2] in ("(", "<")):
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
            if (behind := _behind_angles(code, at)) is None:
                return None
            at = behind
        if at >= len(code) or code[at].text != ".":
            break
        at += 1
    while at + 1 < len(code) and code[at].text == "[" and code[at + 1].text == "]":
        at += 2
    return at


def _behind_angles(code: Sequence[Token], at: int) -> int | None:
    """The place behind type arguments; None if that is not what the `<` opens."""
    depth = 0
    for i in range(at, len(code)):
        if code[i].kind != "word" and code[i].text not in ("<", ">", ",", ".", "?", "&", "[", "]"):
            return None
        depth += (code[i].text == "<") - (code[i].text == ">")
        if not depth:
            return i + 1
    return None


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
            behind = _behind_angles(code, i) or behind
        elif code[i].text == "," and code[i + 1].kind == "word":
            yield i + 1


def _scala_kind(group: Sequence[Token]) -> tuple[Kind, tuple[str, ...]]:
    rest = group[head(group, SCALA) :]
    first, second = ([token.text for token in rest[:2]] + ["", ""])[:2]
    if first == "package" and second != "object":
        return "package", ()
    if first in ("import", "export"):
        return "import", ()
    if first == "package":
        return "type", tuple(token.text for token in rest[2:3])
    if first in _SCALA_TYPES:
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


JAVA = Grammar(
    java_tokens,
    java_groups,
    _java_kind,
    JAVA_WORDS,
    _JAVA_TYPES,
    _JAVA_MODIFIERS,
    angles=True,
    end=";",
    between=" ",
)
SCALA = Grammar(
    scala_tokens, scala_groups, _scala_kind, SCALA_WORDS, _SCALA_TYPES, _SCALA_MODIFIERS
)


def declared(text: str, grammar: Grammar) -> set[str]:
    """The names of all types that a text declares, nested ones too, and its top-level names."""
    names = {name for unit in units(text, grammar) for name in unit.names}
    code = tokens(text, grammar)
    for before, word, name in zip([Token("", "", 0), *code], code, code[1:], strict=False):
        if word.text in grammar.types and before.text != "." and name.kind == "word":
            names.add(name.text)
    return names


def used(text: str, grammar: Grammar) -> set[str]:
    """The identifiers of a text, without members selected from something."""
    code = tokens(text, grammar)
    return {
        token.text
        for before, token in zip([Token("", "", 0), *code], code, strict=False)
        if token.kind == "word"
        and token.text not in grammar.words
        and before.text not in (".", "::")
    }
