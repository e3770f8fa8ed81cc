"""HTML taken apart: what is preformatted is code, all else prose, at the file's own lines."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from harness.documents.blocks import Block, Parts
from harness.documents.extract.guess import guess, named
from harness.languages.registry import by_fence

_SILENT = frozenset("button script style template".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
# How pages and what makes them say a language: `language-python`, `hl-ipython3`.
_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language|lang|highlight|hl|brush)[-:]\s*(?:source-)?([\w+#]+)", re.IGNORECASE
)
# What pages put beside code or into it, and nobody copies: line numbers, links, buttons.
_FURNITURE = re.compile(
    r"(?:^|[\s-])(?:viewcode-back|headerlink|gutter|linenos?|linenodiv|lnt?"
    r"|line-number(?:s-rows|s-wrapper)?)(?:$|\s)"
)
_BESIDE = frozenset("a div pre span td".split())
# So many elements around a piece of code may say it.
_AROUND = 4


def parts(text: str) -> Parts:
    """Take a page apart."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Parts(tuple(reader.blocks), tuple(reader.prose))


class _Reader(HTMLParser):
    """Blocks and prose, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.prose: list[tuple[int, str]] = []
        self._classes: list[str] = []  # of what is around preformatted text, and in it
        self._code: list[str] = []
        self._depth = self._line = 0
        self._silent = self._heading = ""
        self._nested = 0  # so many elements of the name of the silent one are open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Preformatted text begins, or more is said of it."""
        given = dict(attrs)
        if self._silent:
            self._nested += tag == self._silent
            return
        beside = tag in _BESIDE and _FURNITURE.search(given.get("class") or "")
        if tag in _SILENT or beside:
            self._silent, self._nested = tag, 1
            return
        if tag in _HEADINGS:
            self._heading = "## "
        elif tag == "br" and self._depth:
            self._code.append("\n")
        elif tag == "pre":
            self._depth += 1
            self._code, self._line = [], self.getpos()[0]
        if tag in ("pre", "code", "div", "figure"):
            words = " ".join(filter(None, map(given.get, ("class", "lang", "data-lang"))))
            self._classes = [*self._classes[1 - _AROUND :], words]

    def handle_endtag(self, tag: str) -> None:
        """Preformatted text ends."""
        if self._silent:
            self._nested -= tag == self._silent
            self._silent = self._silent if self._nested else ""
            return
        if tag in _HEADINGS:
            self._heading = ""
        if tag != "pre" or not self._depth:
            return
        self._depth -= 1
        text, language = "".join(self._code), self._language()
        if text.strip():
            known = language or guess(text)
            self.blocks.append(Block(len(self.blocks), self._line, known, text, not language))
        self._classes = []

    def handle_data(self, data: str) -> None:
        """A piece of text."""
        if self._silent:
            return
        if self._depth:
            self._code.append(data.replace("\N{NO-BREAK SPACE}", " "))  # which shows as one
        elif data.strip():
            self.prose.append((self.getpos()[0], self._heading + data))

    def _language(self) -> str:
        """What the classes around preformatted text say, the innermost first."""
        for words in reversed(self._classes):
            if said := _LANGUAGE.search(words):
                return named(said[1])
            for word in words.split():
                if by_fence(word.lower()):
                    return named(word)
        return ""
