"""Read a document: a file becomes blocks and prose, or one message saying why it cannot.

Whatever can be read is: bytes that are not UTF-8 are noted on the block they stand in, and only
that block suffers.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from pathlib import Path

from harness.documents.blocks import Block, Document, Parts
from harness.documents.extract import delimited, hypertext, notebook, restructured
from harness.documents.extract.fences import LONGEST, parts, too_long
from harness.languages.registry import by_ending
from harness.model.errors import UsageError
from python_ref import files

# Pages have kilobytes, books a megabyte; notebooks keep their figures.
LARGEST = 16 << 20
LARGEST_NOTEBOOK = 64 << 20

# UTF-32 first: its mark begins like UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What surrogateescape makes of a byte that is not UTF-8.
_STRANGE = re.compile("[\ud800-\udfff]")


def read(path: Path) -> Document:
    """Take a document apart, by its name's ending; what has no other is Markdown.

    Raises:
        UsageError: it cannot be read, or is no text, or no notebook; names the file.
    """
    text = _text(path)
    if by_ending(path.suffix) is not None:
        raise UsageError(f"{path}: is a source, no document; rmsproof check {path} judges it")
    if _is_notebook(path):
        document = notebook.read(path, text)
    else:
        if text.count("\n") + text.count("\r") > LONGEST:
            raise UsageError(too_long(path))
        split = _parts(path.suffix.lower(), text)
        document = Document(path, split.blocks, split.prose)
    document = replace(document, blocks=tuple(map(_noted, document.blocks)))
    if strange := _STRANGE.search(text):
        line = _line(text, strange.start())
        note = f"is not UTF-8 throughout (line {line})"
        document = replace(document, notes=(*document.notes, note))
    return document


def _parts(ending: str, text: str) -> Parts:
    """What a text is made of, by its name's ending: all become Markdown but HTML."""
    if ending in (".html", ".htm", ".xhtml"):
        return hypertext.parts(text)
    if ending in (".rst", ".rest"):
        return parts(restructured.fenced(text), quotes=True)
    if (kind := delimited.ENDINGS.get(ending)) is not None:
        text = delimited.fenced(text, kind)
    return parts(text)


def _is_notebook(path: Path) -> bool:
    return path.suffix.lower() == ".ipynb"


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; name the documents in it")
        if not path.is_file() and path.exists():
            raise UsageError(f"{path}: is not a regular file; name a document")
        path.stat()
    except FileNotFoundError as error:
        raise UsageError(f"{path}: does not exist; check the name") from error
    except (OSError, ValueError, RuntimeError) as error:  # too long; a NUL in it; links in a circle
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: cannot be read: {reason}") from error
    largest = LARGEST_NOTEBOOK if _is_notebook(path) else LARGEST
    try:
        data = files.contents(path, largest, "give the part with the code")
    except files.UnreadableError as error:
        raise UsageError(str(error)) from error
    text = _decoded(path, data)
    if "\0" in text:
        line = _line(text, text.index("\0"))
        raise UsageError(
            f"{path}: holds a NUL byte (line {line}), so it is not text; "
            "give Markdown, plain text or a notebook"
        )
    return text


def _decoded(path: Path, data: bytes) -> str:
    mark, encoding = next((each for each in _MARKS if data.startswith(each[0])), (b"", "utf-8"))
    if encoding == "utf-8":
        return data.removeprefix(mark).decode("utf-8", "surrogateescape")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: starts as {encoding.upper()} but is not "
            f"(byte {error.start}: {error.reason}); save it as UTF-8"
        ) from error


def _noted(block: Block) -> Block:
    strange = _STRANGE.search(block.text)
    if strange is None:
        return block
    # A cell's lines need not be lines of the file; what stands there is the cell's first.
    line = block.line if block.cell else block.line + _line(block.text, strange.start()) - 1
    return replace(block, notes=(*block.notes, f"holds bytes that are not UTF-8 (line {line})"))


def _line(text: str, place: int) -> int:
    ends = text.count("\n", 0, place) + text.count("\r", 0, place)
    return ends - text.count("\r\n", 0, place) + 1
