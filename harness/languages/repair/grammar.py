"""Languages with braces taken apart without a compiler: tokens, top-level units, and names.

A grammar is what one of them is made of. Nothing here raises on any text, and everything takes
time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from harness.languages.repair.tokens import Token, closing

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
            at = behind_angles(code, at) or len(code)
        elif text == "non" and following == "-":
            at += 3
        elif text not in grammar.modifiers or following in ("(", ":", "->", ".", "="):
            break
        elif following == "[" and text in ("private", "protected"):
            at = closing(code, at + 1) + 1
        else:
            at += 1
    return min(at, len(code))


def behind_angles(code: Sequence[Token], at: int) -> int | None:
    """The place behind type arguments; None if that is not what the `<` opens."""
    depth = 0
    for i in range(at, len(code)):
        if code[i].kind != "word" and code[i].text not in ("<", ">", ",", ".", "?", "&", "[", "]"):
            return None
        depth += (code[i].text == "<") - (code[i].text == ">")
        if not depth:
            return i + 1
    return None


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
