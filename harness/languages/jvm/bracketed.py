"""Java's, Kotlin's and Scala's text as brackets, words and what is declared: no more is read.

What stands in comments and texts is left out. Nothing recurses: the text may be anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

# Comments go, texts are emptied: what stands in them is no code.
_NOISE = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"\"\".*?\"\"\"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])'", re.DOTALL
)
# A function where it is declared has its keyword before it, or the type that it returns.
_FUNCTION = re.compile(r"((?<!\w)\w+|[>\]])[ \t\n]+(?:[\w<>?]+\.)?(\w+)\s*(?:\[\w+\])?\(")
_CALLING = frozenset("return new else throw case yield".split())
_TYPE = re.compile(r"\b(?:class|object|record|interface|trait|enum)\s+([^\W\d]\w*)")
_SINGLE = re.compile(
    r"\b(?:double|float|int|long|boolean|Double|Float|Int|Long|Boolean)\b\s*(?:\w+\s*)?$"
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_CONDITION = re.compile(r"^\s*(?:\}?\s*else\b|(?:if|switch|when|case|catch)\b)(.*)", re.DOTALL)
# What is longer, from one parenthesis to the other, is nobody's parameters.
_LONGEST = 4000
# As much of what stands before a name as tells what is done with it.
_BEFORE = 60


@dataclass(frozen=True)
class Function:
    """A function's name, its parameters with their defaults, and where it is declared.

    Attributes:
        numbers: the parameters that are single numbers.
    """

    name: str
    parameters: dict[str, str]
    numbers: frozenset[str]
    at: int
    end: int


class Code:
    """A text without noise, and the blocks in it."""

    def __init__(self, text: str) -> None:
        self.text = _NOISE.sub(_blank, text)
        self._uses: dict[str, list[Use]] = {}

    @cached_property
    def types(self) -> list[str]:
        """The names of what it declares as a type."""
        return _TYPE.findall(self.text)

    @cached_property
    def functions(self) -> list[Function]:
        """What it declares; what only looks so, as a call behind a type's name, takes nothing."""
        declared = []
        for match in _FUNCTION.finditer(self.text):
            arguments, end = self.arguments(match.end() - 1)
            taken = [one for each in arguments for one in _parameter(each)]
            if taken and match[1] not in _CALLING:
                numbers = frozenset(name for name, _, number in taken if number)
                parameters = {name: default for name, default, _ in taken}
                declared.append(Function(match[2], parameters, numbers, match.start(2), end))
        return declared

    @cached_property
    def words(self) -> dict[str, list[re.Match[str]]]:
        """Where each word stands."""
        words: dict[str, list[re.Match[str]]] = {}
        for match in re.finditer(r"\w+", self.text):
            words.setdefault(match[0], []).append(match)
        return words

    def uses(self, name: str) -> list[Use]:
        """What is done with a name wherever it stands."""
        if name not in self._uses:
            self._uses[name] = [Use(self, match) for match in self.words.get(name, ())]
        return self._uses[name]

    @cached_property
    def _closing(self) -> dict[int, int]:
        """Where what opens at a place closes."""
        opened: list[int] = []
        closing: dict[int, int] = {}
        for at, letter in enumerate(self.text):
            if letter in "([{":
                opened.append(at)
            elif letter in ")]}" and opened:
                closing[opened.pop()] = at
        return closing

    @cached_property
    def blocks(self) -> list[tuple[int, int]]:
        """Where braces open and close, those inside before those around."""
        opened, blocks = [-1], []
        for at, letter in enumerate(self.text):
            if letter == "{":
                opened.append(at)
            elif letter == "}" and len(opened) > 1:
                blocks.append((opened.pop(), at))
        return [*blocks, (-1, len(self.text))]

    def around(self, at: int) -> Iterator[tuple[int, int]]:
        """The blocks that a place is in, the nearest first."""
        yield from (block for block in self.blocks if block[0] < at < block[1])

    def arguments(self, at: int) -> tuple[list[str], int]:
        """What stands in parentheses, in several that follow one another, and where they end."""
        arguments: list[str] = []
        while self.text[at : at + 1] == "(":
            end = self._closing.get(at, len(self.text))
            if end - at > _LONGEST:
                return [], at
            arguments += [part for part in split(self.text[at + 1 : end]) if part.strip()]
            at = end + 1
        return arguments, at

    def value(self, at: int) -> str:
        """The expression that begins at a place, to the end of its statement."""
        end = at
        while end < len(self.text) and self.text[end] not in ";,)}]\n":
            end = self._closing.get(end, len(self.text) if self.text[end] in _CLOSING else end) + 1
        return self.text[at:end].strip()

    def sure(self, at: int, name: str, scope: tuple[int, int]) -> bool:
        """Whether what stands at a place is done in any case, or where a name has no value yet."""
        places = [at, *(start for start, _ in self.around(at) if start > scope[0])]
        for place in places:
            head = self.text[max(self.text.rfind(mark, 0, place) for mark in ";{}") + 1 : place]
            asked = _CONDITION.match(head)
            if asked and not re.search(rf"\b{name}\s*==\s*null", asked[1]):
                return False
        return True


class Use:
    """A name where it stands in a text.

    Attributes:
        start: where it begins.
        declares: whether the name is declared there.
        sets: where what it is set to begins; 0 for what only reads it.
        whole: whether all of it is set at once, and begins so.
        single: whether one element is set.
    """

    _SET = re.compile(r"\s*(?::[^=\n;]+)?=(?!=)\s*")
    _PART = re.compile(r"\s*((?:\[[^\]=]*\])+|\([^)=\n]*\))\s*=(?!=)\s*")
    _FILL = re.compile(r"\.(?:fill|replaceAll)\s*\(")

    def __init__(self, code: Code, match: re.Match[str]) -> None:
        text, end = code.text, match.end()
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        self.start = match.start()
        foreign = re.search(r"(?<!\bthis)\.$", before)
        part, filled = self._PART.match(text, end), self._FILL.match(text, end)
        handed = re.search(r"\b(?:fill|setAll)\s*\(\s*(?:this\.)?$", before)
        told = re.compile(r"\s*,").match(text, end) if handed else None
        made = self._SET.match(text, end) or part or filled or told
        self.sets = made.end() if made and not foreign else 0
        self.whole = not (part or filled or told)
        self.single = bool(part and re.search(r"\d", part[1]))
        typed = re.search(r"[\w>\]]\s+$", before) and not re.search(r"\breturn\s+$", before)
        self.declares = bool(typed and re.compile(r"\s*(?::[^=\n;]+)?[=;]").match(text, end))


def _parameter(text: str) -> Iterator[tuple[str, str, bool]]:
    """A parameter's name, its default, and whether it is a number; its type first or last."""
    text, _, default = re.sub(r"@\w+(?:\([^)]*\))?", "", text).partition("=")
    named = re.match(r"\s*(?:(?:implicit|using|vararg|val|var)\s+)*(\w+)\s*:", text)
    plain = re.fullmatch(r"[\w<>\[\],.?\s]+", text)
    named = named or (re.search(r"^\s*\w.*[\s\]>.](\w+)\s*$", text) if plain else None)
    if named:
        yield named[1], default.strip(), bool(_SINGLE.search(text))


def _close(text: str, at: int) -> int:
    """Where what opens at a place closes; the end of the text where nothing does."""
    depth = 0
    for place in range(at, len(text)):
        depth += text[place] in "([{"
        depth -= text[place] in ")]}"
        if depth == 0:
            return place
    return len(text)


def split(text: str) -> list[str]:
    """The parts between commas that stand in no brackets."""
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] in _CLOSING:
            at = _close(text, at)
        elif text[at] == ",":
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def groups(text: str, at: int) -> Iterator[tuple[str, str]]:
    """What stands in brackets that follow one another up to the end of a text."""
    found = []
    while at < len(text) and text[at] in _CLOSING:
        end = _close(text, at)
        found.append((text[at], text[at + 1 : end]))
        at = end + 1 + len(text[end + 1 :]) - len(text[end + 1 :].lstrip())
    if at >= len(text):
        yield from found


def _blank(noise: re.Match[str]) -> str:
    return '""' if noise[0][0] in "\"'" else " "
