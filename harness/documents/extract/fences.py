"""Markdown taken apart: its code blocks, and the prose between them.

markdown-it says what a block is, as CommonMark has it. What CommonMark does not know stands
here: front matter, a fence that was never closed, an output headed "Output:" that belongs to
the code above it, and sessions with prompts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from harness.documents.blocks import Block, Parts, Printed
from harness.documents.extract import captions, hypertext, magics, prompts, shortcodes
from harness.documents.extract.guess import guess, named
from harness.languages.program import compiles
from harness.languages.registry import judged, scripted

UNCLOSED = "its code fence is never closed"

# Info strings of what a program prints, or of nothing in particular.
_WORDS = set("text txt plain plaintext none nohighlight pseudo pseudocode".split())
_PLAIN = _WORDS | set("console terminal log".split())
_OUTPUT = set("output outputs stdout out result results".split())
# Fences that are formulas, not code.
_FORMULAS = set("math latex tex katex mathjax asciimath".split())
# Documents about documents: a fence inside theirs is an example.
_DOCUMENTS = set("markdown md mdx rmarkdown rmd qmd myst rst".split())

# A book has tens of thousands. The parser takes up to ten seconds for so many, of nested lists.
LONGEST = 100_000

_MARKDOWN = MarkdownIt("commonmark").use(shortcodes.highlight)
_MARKDOWN.core.ruler.enableOnly(["normalize", "block"])  # nothing inside paragraphs is needed

_BREAKS = re.compile(r"\r\n?")
_FRONT = re.compile(r"(?:\s|#|-|[\w.\"'-]+\s*[:=](?:\s|$)|[\]})])")
_QUOTE = re.compile(r"^ {0,3}>(?: ?>)* ?", re.MULTILINE)
_HEADING = re.compile(r"#{2,6} \S")
# What MyST has at the head of a cell.
_OPTIONS = re.compile(r"(?:[ \t]*:[\w-]+:.*\n)+|---\n(?:.*\n)*?---\n")
_WRAPPED = re.compile(r"(`{3,}|~{3,})\s*(?:markdown|md)\s*$", re.IGNORECASE)
_FENCED = re.compile(r" {0,3}(?:`{3,}|~{3,})")


@dataclass(frozen=True)
class _Piece:
    """A stretch of code.

    Attributes:
        first: its first line, from 0.
        covers: the lines it takes with its fence: from, up to.
        info: the info string.
        text: the code.
        closed: its fence is closed, or it has none.
    """

    first: int
    covers: tuple[int, int]
    info: str
    text: str
    closed: bool = True


# What formulas have, and no language.
_LATEX = re.compile(r"\\(?:[dt]?frac|sqrt|cdot|left|text|theta|eta|epsilon|begin|mathbf)\b")


def _is_quotation(text: str) -> bool:
    """Whether what is indented reads as no code."""
    return bool(_LATEX.search(text)) or not guess(text)


def too_long(path: Path) -> str:
    """What is said of a document with more lines than are read."""
    return f"{path}: has more than {LONGEST:,} lines; give the part with the code"


def parts(text: str, quotes: bool = False) -> Parts:
    """Take Markdown, or plain text with fences, apart.

    Args:
        text: the document.
        quotes: what is indented is a quotation, or belongs to a directive, unless it reads as code.
    """
    lines = _without_front_matter(_unwrapped(_BREAKS.sub("\n", text).split("\n")))
    reader = _Reader()
    # The line break at the end makes every line of a block end in one.
    for token in _MARKDOWN.parse("\n".join(lines) + "\n"):
        if quotes and token.type == "code_block" and _is_quotation(token.content):
            reader.paragraph(token.content, (token.map or [0])[0] + 1)
        elif token.type in {"fence", "code_block"}:
            for piece in _pieces(token):
                reader.code(piece)
        elif token.type == "inline":
            reader.paragraph(token.content, (token.map or [0])[0] + 1)
        elif token.type == "html_block":
            reader.html(token.content, (token.map or [0])[0])
    prose = [*_between(lines, reader.covered), *reader.formulas]
    return Parts(tuple(reader.blocks), tuple(sorted(prose)))


class _Reader:
    """Blocks in order, and the caption that the next one stands under."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.covered: list[tuple[int, int]] = []
        self.formulas: list[tuple[int, str]] = []
        self.caption = captions.Caption.NONE

    def code(self, piece: _Piece) -> None:
        self.covered.append(piece.covers)
        caption, self.caption = self.caption, captions.Caption.NONE
        line = piece.first + 1
        if piece.info.startswith("{") and (options := _OPTIONS.match(piece.text)):
            blank = "\n" * options[0].count("\n")
            piece = replace(piece, text=blank + piece.text[options.end() :])
        language = named(piece.info)
        guessed = not language
        if language in _OUTPUT or (
            caption is not captions.Caption.NONE
            and (not language or language in _PLAIN)
            and (caption is captions.Caption.SURE or not guess(piece.text))
        ):
            self.output(Printed(_printed(piece.text, language), line))
            language, guessed = language or "output", False
        elif guessed:
            language = guess(piece.text)
        if judged(language) and not scripted(language) and prompts.SHELL.match(piece.text):
            language = f"{language} session"
        block = Block(len(self.blocks), line, language, piece.text, guessed)
        if scripted(language) and not compiles(piece.text):
            # Pages that are made of notebooks, and notebooks of them, keep what only IPython reads.
            language, text, notes = magics.removed(piece.text, language)
            if language != block.language or compiles(text):
                block = replace(block, language=language, text=text, notes=notes)
        if scripted(language) and (session := prompts.session(piece.text, line)):
            block = replace(
                block, text=session.code, printed=session.printed, notes=(prompts.NOTE,)
            )
        if not piece.closed:
            block = replace(block, notes=(*block.notes, UNCLOSED))
        self.blocks.append(block)
        if language in _FORMULAS | _WORDS or (guessed and not language):
            self.formulas.append((line, piece.text))

    def paragraph(self, content: str, line: int) -> None:
        announced, code, below = captions.read(content)
        before, self.caption = self.caption, captions.Caption.NONE if code else announced
        sure = captions.Caption.SURE in {announced, before}
        likely = captions.Caption.LIKELY in {announced, before}
        if code and (sure or (likely and not guess(code))):
            self.output(Printed(code, line + below))

    def html(self, content: str, first: int) -> None:
        text = _without_comments(content[: captions.LONGEST])
        if text.strip():
            self.caption = captions.read(text)[0]
        for block in hypertext.parts(content).blocks if "</pre>" in content else ():
            if block.language:  # else it may be anything that is to keep its line breaks
                line = first + block.line - 1
                covers = line, line + block.text.count("\n") + 1
                self.code(_Piece(line, covers, "" if block.guessed else block.language, block.text))

    def output(self, printed: Printed) -> None:
        """Give what is printed to the block above, unless that already has some."""
        above = self.blocks[-1] if self.blocks else None
        if above and judged(above.language) and not above.printed and printed.text.strip():
            self.blocks[-1] = replace(above, printed=printed)


def _printed(text: str, language: str) -> str:
    lines = text.rstrip().split("\n")
    if language in {"console", "terminal"}:  # a command typed there is no output
        lines = [line for line in lines if not line.startswith("$ ")]
    return "\n".join(lines)


def _pieces(token: Token) -> Iterator[_Piece]:
    """Yield a block's code; more than once where fences inside it were never closed."""
    start, end = token.map or [0, 0]
    content = token.content.split("\n")[:-1]
    if token.type == "code_block" and _FENCED.match(token.content):
        # Tabs and notes of MkDocs are indented, and so are the fences in them.
        for inner in _MARKDOWN.parse(token.content):
            if inner.type in {"fence", "code_block"}:
                first, last = inner.map or [0, 0]
                inner.map = [start + first, start + last]
                yield from _pieces(inner)
        return
    if token.type == "code_block":
        yield _Piece(start, (start, start + len(content)), "", token.content)
        return
    closed = end - start == len(content) + 2
    info, begin = token.info, 0
    for place, next_info in [] if named(info) in _DOCUMENTS else _openings(token.markup, content):
        yield _unclosed(start + 1 + begin, info, content[begin:place])
        begin, info = place + 1, next_info
    first, rest = start + 1 + begin, content[begin:]
    if closed:
        yield _Piece(first, (first - 1, end), info, "".join(f"{line}\n" for line in rest))
    else:
        yield _unclosed(first, info, rest)


def _openings(markup: str, content: list[str]) -> list[tuple[int, str]]:
    """Return where a fence with an info string opens inside another: (line, info).

    CommonMark takes it for code. But no language has such a line, and whoever shows one fence
    in another makes the outer one longer: the outer one was never closed.
    """
    first = re.escape(markup[0])
    opening = re.compile(rf" {{0,3}}{re.escape(markup)}{first}*\s*(\{{?[.\w][^`]*)$")
    return [
        (place, match[1]) for place, line in enumerate(content) if (match := opening.match(line))
    ]


def _unclosed(first: int, info: str, lines: list[str]) -> _Piece:
    """Return the code up to a heading that can only be the document's, or all there is."""
    end = next(
        (
            place
            for place, line in enumerate(lines)
            if place and _HEADING.match(line) and not lines[place - 1].strip()
        ),
        len(lines),
    )
    text = "".join(f"{line}\n" for line in lines[:end])
    return _Piece(first, (first - 1, first + end), info, text, closed=False)


def _unwrapped(lines: list[str]) -> list[str]:
    """Blank out a fence that says Markdown around the whole document: it was pasted so."""
    there = [place for place, line in enumerate(lines) if line.strip()]
    whole = _WRAPPED.match(lines[there[0]]) if there else None
    if not whole or lines[there[-1]].strip() != whole[1]:
        return lines
    inner = [lines[place].strip() for place in there[1:-1] if _FENCED.match(lines[place])]
    closings = inner[1::2]
    if len(inner) % 2 or any(line.strip("`~") for line in closings):
        return lines  # it ends before
    return ["" if place in (there[0], there[-1]) else line for place, line in enumerate(lines)]


def _without_front_matter(lines: list[str]) -> list[str]:
    """Blank out YAML or TOML between `---` or `+++`, where all of it looks like that."""
    mark = lines[0].rstrip() if lines else ""
    if mark not in {"---", "+++"}:
        return lines
    for place, line in enumerate(lines[1:], 1):
        if line.rstrip() == mark:
            return [""] * (place + 1) + lines[place + 1 :]
        if line and not _FRONT.match(line):
            break
    return lines


def _between(lines: list[str], covered: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Yield what no block covers, without quote marks and comments: (line from 1, text)."""
    previous = 0
    for start, end in [*covered, (len(lines), len(lines))]:
        text = _QUOTE.sub("", "\n".join(lines[previous:start]))
        text = _without_comments(text)
        if text.strip():
            yield previous + 1, text.encode("utf-8", "replace").decode("utf-8")
        previous = max(previous, end)


def _without_comments(text: str) -> str:
    pieces: list[str] = []
    place = 0
    while (start := text.find("<!--", place)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces += text[place:start], "\n" * text.count("\n", start, end)
        place = end + 3
    return "".join([*pieces, text[place:]])
