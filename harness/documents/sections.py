"""Which algorithm the words around a block say it is: its headings, its caption, its own names."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator

from harness.documents.blocks import Block, Document
from harness.documents.formulas.subject import names_another
from harness.languages.gradients import mixed
from harness.languages.naming import RMSPROP, mentions_another
from harness.languages.program import parsed

# A heading, or what a paragraph or an item of a list begins with in bold.
_HEADING = re.compile(
    r" {0,3}#{1,6}(?:\s|(?<=##)\w).*|<h\d.*|\s*(?:(?:[>*+-]|\d+[.)])\s+)*(\*\*|__)(?:(?!\1).)+\1",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"(?:=+|-+)\s*$")
_NUMBERED = re.compile(r" {0,3}(#{1,6}|<h(\d))", re.IGNORECASE)
_DEEP = 7
# A line by itself that is longer is text.
_CAPTION = 100
_LABEL = 6
_COMMENT = re.compile(r"^\s*#+(.*)", re.MULTILINE)
# What only tells of RMSProp has other words before its name.
_TITLE = re.compile(r"[\W\d_]*(?:the\s+)?(\S+)", re.IGNORECASE)


class Sections:
    """A document's headings that name an algorithm, and what they say of its blocks."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._headings = [
            heading
            for first, text in document.prose
            for heading in _headings(text.split("\n"), first)
        ]
        self._named = [
            (number, heading)
            for number, heading in self._headings
            if RMSPROP.search(heading) or _another(heading)
        ]

    def of(self, block: Block) -> int:
        """The line of the last heading above a block that names an algorithm; 0 without one."""
        above = bisect_left(self._named, (block.line, ""))
        return self._named[above - 1][0] if above else 0

    def another(self, block: Block) -> bool:
        """Whether a block's section, or one that this is in, has the name of another algorithm."""
        last = self.of(block)
        inside = [text for number, text in self._headings if last <= number < block.line]
        if not last or any(_level(text) <= _level(inside[0]) for text in inside[1:]):
            return False
        return _another(inside[0]) and not self.says(block)

    def says(self, block: Block) -> bool:
        """Whether a block says that it is RMSProp, or the last heading that names an algorithm.

        To it a line by itself above it is as good as one. What stands below another's heading may
        tell of RMSProp, as Adam's does: there it must be the name of the block, or one in its code.
        """
        above = bisect_left(self._named, (block.line, ""))
        heading = self._named[above - 1][1] if above else ""
        caption = self._caption(block)
        comment = next(filter(_names, _COMMENT.findall(block.text)), "")
        if RMSPROP.search(_code_names(block.text)):
            return True
        if _is_anothers(comment):
            return False
        if _another(heading):
            return _entitles(caption) or _entitles(comment)
        if RMSPROP.search(block.text):
            return True
        if names_another(caption) and (_is_anothers(caption) or not _decays(block.text)):
            return False
        return bool(RMSPROP.search(f"{heading}\n{caption}"))

    def _caption(self, block: Block) -> str:
        """The line above a block that is a paragraph by itself; "" where there is none."""
        prose = [(first, text) for first, text in self._document.prose if text.strip()]
        above = [each for each in prose if each[0] < block.line]
        blocks = self._document.blocks[: block.index]
        if not above or any(one.line >= above[-1][0] for one in blocks):
            return ""
        lines = above[-1][1].split("\n")[: block.line - above[-1][0]]
        paragraph = re.split(r"\n\s*\n", "\n".join(lines).strip())[-1]
        return "" if "\n" in paragraph or len(paragraph) > _CAPTION else paragraph


def _level(heading: str) -> int:
    """How deep a heading is; what has no number of its own is deeper than what has."""
    if numbered := _NUMBERED.match(heading):
        return int(numbered[2]) if numbered[2] else len(numbered[1])
    return _DEEP


def _headings(lines: list[str], first: int) -> Iterator[tuple[int, str]]:
    for number, (line, below) in enumerate(zip(lines, [*lines[1:], ""], strict=True), first):
        if heading := _HEADING.match(line):
            yield number, heading[0]
        elif line.strip() and _UNDERLINE.match(below):
            yield number, f"{'#' if below[0] == '=' else '##'} {line}"
        elif _is_label(line, below):
            yield number, line


def _is_label(line: str, below: str) -> bool:
    """Whether a line is a few words that begin with an algorithm's name, and a colon: `Adam:`."""
    short = len(line.split()) <= _LABEL and not below.strip()
    return short and line.rstrip().endswith((":", "：")) and (_entitles(line) or _is_anothers(line))


def _another(text: str) -> bool:
    return names_another(text) or (not RMSPROP.search(text) and mentions_another(text))


def _names(text: str) -> bool:
    return bool(RMSPROP.search(text)) or mentions_another(text)


def _entitles(text: str) -> bool:
    """Whether a line is RMSProp's own title."""
    begins = _TITLE.match(text)
    own = begins is not None and RMSPROP.match(text, begins.start(1))
    return bool(own) and not mentions_another(text)


def _is_anothers(line: str) -> bool:
    """Whether a line begins with another's name; "unlike AdaGrad" only tells of it."""
    begins = _TITLE.match(line)
    return begins is not None and names_another(begins[1])


def _decays(text: str) -> bool:
    """Whether something in Python's code is a moving average, which a sum of squares is not."""
    nodes = (n for n in ast.walk(parsed(text) or ast.Module([], [])) if isinstance(n, ast.Assign))
    return any(mixed(node.value, ast.unparse(node.targets[0])) for node in nodes)


def _code_names(text: str) -> str:
    """The names in Python's code, comments left out."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    nodes = list(ast.walk(parsed(text) or ast.Module([], [])))
    names = [node.name for node in nodes if isinstance(node, kinds)]
    names += [node.id for node in nodes if isinstance(node, ast.Name)]
    return " ".join([*names, *(node.attr for node in nodes if isinstance(node, ast.Attribute))])
