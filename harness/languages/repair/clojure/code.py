"""A broken Clojure text taken apart: its forms, who binds what, and where it failed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.languages.repair import Broken, Repaired
from harness.languages.repair.clojure.reader import Form, Lines, ReadError, read
from harness.languages.repair.clojure.scope import Binding, Scope, scope

# The place at the end of a message: (file.clj:12), (file.clj:12:7), or in words.
_PLACE = re.compile(r":(\d{1,9})(?::\d{1,9})?\)|\bline (\d{1,9})")

LARGEST = 100_000
"""Longer texts are not repaired: a page's blocks have some thousand characters."""

DEFINING = frozenset(
    "def defn defn- defonce defmacro defmulti defmethod defprotocol defrecord deftype declare"
    " definterface defstruct extend-type extend-protocol".split()
)
LINKING = frozenset("ns in-ns require use import refer refer-clojure".split())

Edit = tuple[int, int, str]
"""Start and end of what is replaced, and what by."""


@dataclass(frozen=True)
class Code:
    """A readable text that something stops.

    Attributes:
        broken: the text as it was handed over.
        root: its forms.
        names: who binds what in it.
        lines: its lines, from 1.
        line: where it failed, counted in the text; 0 where the message does not say.
    """

    broken: Broken
    root: Form
    names: Scope
    lines: Lines
    line: int

    @cached_property
    def definitions(self) -> dict[str, Form]:
        """The form of the top level that defines each name, the last one."""
        named = (form for form in self.root.children if form.head in DEFINING and form.children[1:])
        return {form.children[1].bare.text: form for form in named}

    @cached_property
    def locals(self) -> dict[str, list[Binding]]:
        """The locals of each name."""
        bindings: dict[str, list[Binding]] = {}
        for binding in self.names.bindings:
            bindings.setdefault(binding.name, []).append(binding)
        return bindings

    def at(self, offset: int) -> int:
        """The line of the document that holds an offset."""
        return self.broken.line - 1 + self.lines.line(offset)

    def there(self, form: Form, around: int = 0) -> bool:
        """Whether a form begins on the line that failed, or one of the calls around it does."""
        calls = (f for f in form.ancestors() if f.kind in ("list", "fn"))
        near = [form, *(call for call, _ in zip(calls, range(around), strict=False))]
        return any(self.lines.line(f.start) == self.line for f in near)

    def edited(self, edits: Iterable[Edit], change: str) -> Repaired:
        """The text with some of it replaced."""
        return Repaired(replaced(self.broken.text, edits), change)

    def first(self, form: str, change: str) -> Repaired:
        """The text with a form put first; behind `ns`, which everything else comes after."""
        text = self.broken.text
        for part in self.root.children:
            if part.head in ("ns", "in-ns"):
                return Repaired(replaced(text, [(part.end, part.end, f" {form}")]), change)
        return Repaired(f"{form}\n{text}", change, above=1)


def taken_apart(broken: Broken) -> Code | None:
    """The code, or None where its forms cannot be told apart."""
    if len(broken.text) > LARGEST:
        return None
    try:
        root = read(broken.text)
    except ReadError:
        return None
    lines = [match[1] or match[2] for match in _PLACE.finditer(broken.message)]
    line = max(0, int(lines[-1]) - broken.line + 1) if lines else 0
    return Code(broken, root, scope(root), Lines(broken.text), line)


def replaced(text: str, edits: Iterable[Edit]) -> str:
    """A text with pieces of it replaced. Of pieces at one place the first given comes first."""
    parts, done = [], 0
    for start, end, by in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        if start < done:
            return text  # two changes to one piece: none is made
        parts += [text[done:start], by]
        done = end
    return "".join([*parts, text[done:]])


def listed(things: Sequence[object]) -> str:
    """Some things in words: "3", "3 and 4", "3, 4 and 5"."""
    words = [str(thing) for thing in dict.fromkeys(things)]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def at_lines(lines: Sequence[int]) -> str:
    """Where some things are: "at line 3", "at lines 3 and 4"."""
    several = len(set(lines)) > 1
    return f"at {'lines' if several else 'line'} {listed(sorted(lines))}"


def fresh(name: str, text: str) -> str:
    """A symbol that begins with a name and stands nowhere in a text."""
    for tail in ("*", "-atom", *(f"-{n}" for n in range(2, 1000))):
        if name + tail not in text:
            return name + tail
    return name + "-" + "x" * len(text)
