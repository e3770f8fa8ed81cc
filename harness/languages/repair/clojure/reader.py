"""Clojure source as a tree of forms that know where they stand.

Nothing is evaluated and nothing recurses: the text may be anybody's. What Clojure's own reader
would refuse for the names it holds (an unknown tag, a duplicate key) is read here; what matters
is which parenthesis belongs to which, and where.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

DEPTH = 100
"""Forms may be nested this deep: twice what people write. Whoever walks a tree may recurse."""

CLOSERS = {"(": ")", "[": "]", "{": "}"}
_OPENERS = {
    "(": "list", "[": "vector", "{": "map", "#(": "fn", "#{": "set",
}  # fmt: skip
# The prefix, its kind, and how many forms it takes in.
_PREFIXES = {
    "'": ("quote", 1),
    "`": ("syntax-quote", 1),
    "@": ("deref", 1),
    "^": ("meta", 2),
    "#^": ("meta", 2),
    "~": ("unquote", 1),
    "~@": ("unquote-splicing", 1),
    "#'": ("var", 1),
    "#_": ("discard", 1),
    "#=": ("eval", 1),
    "#?": ("conditional", 1),
    "#?@": ("conditional", 1),
}
# Longest first; what none of the first alternatives takes is a symbol, keyword or number.
_TOKEN = re.compile(
    r"""(?P<space>[\s,]+)
    |(?P<comment>;[^\n\r]*|\#![^\n\r]*)
    |(?P<string>\#?"[^"\\]*+(?:\\.[^"\\]*+)*+")
    |(?P<endless>\#?"[^"\\]*+(?:\\.[^"\\]*+)*+)
    |(?P<char>\\(?:[^\s,"();@^`\[\]{}\\~]+|.))
    |(?P<open>\#\(|\#\{|\(|\[|\{)
    |(?P<close>[)\]}])
    |(?P<prefix>\#\?@|\#\?|\#'|\#_|\#=|\#\^|~@|['`@^~])
    |(?P<namespaced>\#:{1,2}[^\s,"();@^`\[\]{}\\~]*)
    |(?P<symbolic>\#\#[^\s,"();@^`\[\]{}\\~]*)
    |(?P<tag>\#(?=[^\s,"();@^`\[\]{}\\~<]))
    |(?P<atom>[^\s,"();@^`\[\]{}\\~#][^\s,"();@^`\[\]{}\\~]*)
    |(?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?\d")


class ReadError(ValueError):
    """The text is no sequence of whole forms.

    Attributes:
        kind: unmatched (a closer without an opener), mismatched (a closer of another kind than
            its opener), unclosed (an opener or a quotation mark that nothing closes), incomplete
            (a prefix with nothing after it), deep, or unreadable.
        line, column: where; lines and columns count from 1.
    """

    def __init__(self, kind: str, what: str, lines: Lines, offset: int) -> None:
        self.kind = kind
        self.line, self.column = lines.position(offset)
        super().__init__(f"{what} (line {self.line}, column {self.column})")


class Lines:
    """Offsets of a text as lines and columns, counted as Clojure counts them."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", text))]

    def line(self, offset: int) -> int:
        """The line that holds an offset, from 1."""
        return bisect_right(self._starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, both from 1."""
        line = self.line(offset)
        return line, offset - self._starts[line - 1] + 1


@dataclass(eq=False)
class Form:
    """A form and what it is made of.

    Attributes:
        kind: list, vector, map, set, fn (a `#()` literal), string, regex, char, symbol, keyword,
            number, tagged, or what a prefix makes: quote, deref, meta, var ...; root for all.
        source: the text it was read from.
        start, end: its span there; the prefix belongs to it.
        children: the forms in it, in order; discarded ones are left out.
    """

    kind: str
    source: str = field(repr=False)
    start: int
    end: int = -1
    children: list[Form] = field(default_factory=list, repr=False)
    parent: Form | None = field(default=None, repr=False)

    @cached_property
    def text(self) -> str:
        """The form as it is written."""
        return self.source[self.start : self.end]

    @property
    def head(self) -> str:
        """What a list calls: the symbol at its front, without Clojure's own namespace."""
        if self.kind in ("list", "fn") and self.children and self.children[0].kind == "symbol":
            return self.children[0].text.removeprefix("clojure.core/")
        return ""

    @property
    def bare(self) -> Form:
        """The form without the metadata before it."""
        form = self
        while form.kind == "meta" and len(form.children) == 2:
            form = form.children[1]
        return form

    def ancestors(self) -> Iterator[Form]:
        """The forms it stands in, the nearest first."""
        form = self.parent
        while form is not None:
            yield form
            form = form.parent

    def walk(self) -> Iterator[Form]:
        """The form and all within, in the order of the text."""
        pending = [self]
        while pending:
            form = pending.pop()
            yield form
            pending.extend(reversed(form.children))

    def within(self, other: Form) -> bool:
        """Whether it stands in another form, or is that form."""
        return other.start <= self.start and self.end <= other.end


@dataclass(frozen=True)
class Token:
    """A piece of text: one of the groups of the grammar, and its span."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The text piece by piece, nothing left out. Any text has tokens."""
    for match in _TOKEN.finditer(text):
        yield Token(match.lastgroup or "bad", match.group(), match.start(), match.end())


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.lines = text, Lines(text)
        root = Form("root", text, 0, len(text))
        self.open = [root]  # the root, and below each form the one that is being read in it
        self.wanted = [-1]  # how many forms each still takes; -1 where a closer ends it

    def fail(self, kind: str, what: str, offset: int) -> ReadError:
        return ReadError(kind, what, self.lines, offset)

    def read(self) -> Form:
        for token in tokens(self.text):
            if token.kind in ("space", "comment"):
                continue
            if token.kind == "close":
                self.close(token)
            elif token.kind == "open":
                self.begin(_OPENERS[token.text], token, -1)
            elif token.kind == "prefix":
                kind, wanted = _PREFIXES[token.text]
                self.begin(kind, token, wanted)
            elif token.kind in ("tag", "namespaced"):
                # A namespaced map is a prefix before a map; a tag takes its name and a form.
                self.begin("tagged", token, 1 if token.kind == "namespaced" else 2)
            elif token.kind == "endless":
                raise self.fail("unclosed", "a string is never closed", token.start)
            elif token.kind == "bad":
                raise self.fail("unreadable", f"cannot read {token.text}", token.start)
            else:
                self.leaf(token)
        last = self.open[-1]
        if last.kind == "root":
            return last
        if self.wanted[-1] >= 0:
            raise self.fail("incomplete", "a prefix with nothing after it", last.start)
        raise self.fail("unclosed", f"{opener(last)} is never closed", last.start)

    def begin(self, kind: str, token: Token, wanted: int) -> None:
        if len(self.open) > DEPTH:
            raise self.fail("deep", f"nested deeper than {DEPTH} forms", token.start)
        self.open.append(Form(kind, self.text, token.start))
        self.wanted.append(wanted)

    def leaf(self, token: Token) -> None:
        kind = token.kind
        if kind == "string" and token.text[0] == "#":
            kind = "regex"
        elif kind == "symbolic" or _NUMBER.match(token.text):
            kind = "number"
        elif kind == "atom":
            kind = "keyword" if token.text[0] == ":" else "symbol"
        self.complete(Form(kind, self.text, token.start, token.end))

    def close(self, token: Token) -> None:
        form = self.open[-1]
        if self.wanted[-1] >= 0:
            raise self.fail("incomplete", "a prefix with nothing after it", form.start)
        if form.kind == "root":
            raise self.fail("unmatched", f"{token.text} closes no bracket", token.start)
        expected = CLOSERS[opener(form)]
        if token.text != expected:
            what = f"found {token.text} where {expected} was expected"
            raise self.fail("mismatched", what, token.start)
        form.end = token.end
        self.open.pop()
        self.wanted.pop()
        self.complete(form)

    def complete(self, form: Form) -> None:
        """Hand a finished form to the one it stands in, and end the prefixes it satisfies."""
        while True:
            holder = self.open[-1]
            if form.kind != "discard":
                form.parent = holder
                holder.children.append(form)
                if self.wanted[-1] > 0:
                    self.wanted[-1] -= 1
            if self.wanted[-1] != 0:
                return
            if holder.kind == "discard":
                holder.children.clear()
            holder.end = form.end
            form = holder
            self.open.pop()
            self.wanted.pop()


def opener(form: Form) -> str:
    """The bracket that a form begins with."""
    return {"list": "(", "fn": "(", "vector": "[", "map": "{", "set": "{"}.get(form.kind, "")


def read(text: str) -> Form:
    """All forms of a text, below one of kind root.

    Raises:
        ReadError: says what is wrong and where.
    """
    return _Reader(text).read()
