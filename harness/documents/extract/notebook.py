"""Jupyter notebooks: cells in order, in the file's own lines, with the outputs stored in them.

nbformat turns old versions into the current one. It does not say where a cell stands, so the
JSON text is read a second time for the lines of every cell's source, and of what it printed.
"""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.documents.blocks import Block, Document, Printed
from harness.documents.extract import magics
from harness.documents.extract.fences import LONGEST, parts, too_long
from harness.documents.extract.guess import named
from harness.model.errors import UsageError
from python_ref.files import visible

COUNTED = "its lines are counted over its cells and what they print: the file has fewer"

_VERSION = 4
_SOURCES = {"source", "input"}  # nbformat 3 called a code cell's source its input
_PRINTED = {"text", "text/plain"}
# A comma is taken with the numbers behind it: figures may hold millions.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]:]|,[^"{}\[\]:]*+', re.DOTALL)
# Texts, lists and objects that a notebook may have; one with large figures has some hundred
# thousand. So many take some seconds and half a gigabyte, in old versions ten times that.
_MOST = 1_000_000
_MOST_OLD = _MOST // 10
_MOST_CELLS = 20_000


def read(path: Path, text: str) -> Document:
    """Take a notebook apart.

    Raises:
        UsageError: it is not whole JSON, or no notebook; names the file and what is wrong.
    """
    cells, metadata = _cells(path, text)
    if len(cells) > _MOST_CELLS:
        raise UsageError(f"{path}: has more than {_MOST_CELLS:,} cells; give those with the code")
    kernel = _kernel(metadata)
    places = list(_places(text))
    apart = len(places) == len(cells) and all(len({*lines}) == len(lines) for lines, _ in places)
    if not apart:
        places = list(_counted(cells, [_source(path, *each)[1] for each in enumerate(cells)]))
    blocks: list[Block] = []
    prose: list[tuple[int, str]] = []
    length = 0
    again = _again(cells)
    for index, cell in enumerate(cells):
        sources, printed = places[index]
        lines = _Lines(sources)
        kind, source = _source(path, index, cell)
        length += source.count("\n") + source.count("\r") + 1
        if length > LONGEST:
            raise UsageError(too_long(path))
        if kind == "code" and source.strip():
            block = _code(cell, source, kernel, lines.at(1), printed)
            blocks.append(replace(block, again=index >= again))
        elif kind == "markdown":
            split = parts(source)
            blocks += (_moved(block, lines) for block in split.blocks)
            for line, chunk in split.prose:
                prose += lines.chunks(line, chunk)
    numbered = (replace(block, index=index) for index, block in enumerate(blocks))
    notes = () if apart else (COUNTED,)
    return Document(path, tuple(numbered), tuple(prose), notes, notebook=True, counted=not apart)


class _Lines:
    """Where the lines of a cell's source stand in the file."""

    def __init__(self, places: list[int]) -> None:
        self.places = places or [1]

    def at(self, line: int) -> int:
        return self.places[min(line, len(self.places)) - 1]

    def chunks(self, line: int, text: str) -> Iterator[tuple[int, str]]:
        """Yield prose such that a line further on in it is one further on in the file."""
        start, chunk_lines = self.at(line), list[str]()
        for number, each in enumerate(text.split("\n"), line):
            if self.at(number) != start + len(chunk_lines) and chunk_lines:
                yield start, "\n".join(chunk_lines)
                start, chunk_lines = self.at(number), []
            chunk_lines.append(each)
        yield start, "\n".join(chunk_lines)


def _moved(block: Block, lines: _Lines) -> Block:
    printed = block.printed and replace(block.printed, line=lines.at(block.printed.line))
    return replace(block, line=lines.at(block.line), printed=printed)


def _code(
    cell: dict[str, Any], source: str, kernel: str, line: int, places: Sequence[int]
) -> Block:
    language, code, notes = magics.removed(source, kernel)
    shown = list(_outputs(cell))
    output = "\n".join(text.rstrip("\n") for _, text in shown)
    at = places[shown[0][0]] if shown and shown[0][0] < len(places) else 0
    printed = Printed(output, at or line) if output.strip() else None
    return Block(0, line, language, code, notes=notes, printed=printed, cell=True)


def _again(cells: Sequence[Any]) -> int:
    """The first cell that was not run right after the one before it, by their numbers."""
    before: int | None = None
    there = [(i, cell) for i, cell in enumerate(cells) if isinstance(cell, dict)]
    code = [(i, c) for i, c in there if c.get("cell_type") == "code" and c.get("source")]
    if not any(isinstance(cell.get("execution_count"), int) for _, cell in code):
        return len(cells)
    for index, cell in code:
        number = cell.get("execution_count")
        if not isinstance(number, int) or (before is not None and number != before + 1):
            return index
        before = number
    return len(cells)


def _outputs(cell: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield what the cell wrote to standard output, and the value it ended in: number, text."""
    stored = cell.get("outputs")
    for number, output in enumerate(stored if isinstance(stored, list) else []):
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        if output.get("output_type") == "stream" and output.get("name", "stdout") == "stdout":
            text = output.get("text")
        elif output.get("output_type") == "execute_result" and isinstance(data, dict):
            text = data.get("text/plain")
        else:
            continue
        if isinstance(text, list):
            text = "".join(part for part in text if isinstance(part, str))
        if isinstance(text, str):
            yield number, text


def _kernel(metadata: Any) -> str:
    """Return the language of the cells, by what the notebook says of its kernel."""
    for section, key in (
        ("kernelspec", "language"),
        ("language_info", "name"),
        ("kernelspec", "name"),
    ):
        entry = metadata.get(section) if isinstance(metadata, dict) else None
        value = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(value, str) and value.strip():
            return named(value)
    return "python"  # what a notebook without metadata was before kernels had names


def _cells(path: Path, text: str) -> tuple[list[Any], Any]:
    values = text.count("{") + text.count("[") + text.count('"') // 2
    if values > _MOST:
        raise UsageError(f"{path}: holds more than {_MOST:,} texts and lists; clear its outputs")
    try:
        notebook = json.loads(text)
    except RecursionError as error:
        raise UsageError(f"{path}: is nested too deeply for a notebook") from error
    except ValueError as error:
        reason = str(error).partition("; use sys.")[0]
        raise UsageError(
            f"{path}: is not complete JSON: {reason}; it may be cut off: download or save it again"
        ) from error
    if not isinstance(notebook, dict):
        raise _no_notebook(path, "it is not a JSON object")
    if notebook.get("nbformat") != _VERSION or isinstance(notebook["nbformat"], float):
        if values > _MOST_OLD:
            raise UsageError(
                f"{path}: is not a notebook of version {_VERSION}, and too large for an older one;"
                " open it in Jupyter and save it again"
            )
        notebook = _converted(path, text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise _no_notebook(path, "it has no list of cells")
    return cells, notebook.get("metadata")


def _converted(path: Path, text: str) -> Any:
    """A notebook of another version as one of ours."""
    import nbformat

    logger = logging.getLogger("traitlets")
    disabled, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.reader.reads(text)  # type: ignore[no-untyped-call]
            return nbformat.convert(notebook, _VERSION)  # type: ignore[no-untyped-call]
    except RecursionError as error:
        raise UsageError(f"{path}: is nested too deeply for a notebook") from error
    except Exception as error:  # what nbformat raises over strange contents is any exception
        raise _no_notebook(path, f"{type(error).__name__}: {error}") from error
    finally:
        logger.disabled = disabled


def _source(path: Path, index: int, cell: Any) -> tuple[str, str]:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(kind, str):
        raise _no_notebook(path, f"cell {index + 1} has no cell_type")
    if not isinstance(source, str):
        raise _no_notebook(path, f"cell {index + 1} has no source")
    return kind, source


def _no_notebook(path: Path, reason: str) -> UsageError:
    short = visible(" ".join(reason.split())[:200])
    return UsageError(f"{path}: is not a notebook ({short}); open it in Jupyter and save it again")


def _places(text: str) -> Iterator[tuple[list[int], list[int]]]:
    """Yield for each cell the file's line of every line of its source, and of each output's text.

    A cell is an object in an array called `cells`; a line of source is a string in an array, or
    all lines are one string. Line 0 is that of an output without text.
    """
    keys: list[str] = []  # of every object or array entered, the key it stands under
    key, line, previous = "", 1, 0
    cell: list[int] = []
    printed: list[int] = []
    for token in _TOKEN.finditer(text):
        line += text.count("\n", previous, token.start())
        previous = token.start()
        mark = token[0]
        if mark in "{[":
            keys.append(key)
            key = ""
            if mark == "{" and _is_cell(keys):
                cell, printed = [], []
            elif mark == "{" and keys[-2:] == ["outputs", ""] and _is_cell(keys[:-2]):
                printed.append(0)
        elif mark in "}]":
            if mark == "}" and _is_cell(keys):
                yield cell, printed
            key = ""
            if keys:
                keys.pop()
        elif mark[0] == ",":
            key = ""
        elif mark != ":":
            if _is_cell(keys[:-1]) and keys[-1] in _SOURCES:
                shown = _shown(mark)
                cell += [line] * (shown.count("\n") + (not shown.endswith("\n")))
            elif _is_cell(keys) and key in _SOURCES:
                cell += [line] * (_shown(mark).count("\n") + 1)
            elif "outputs" in keys and (key or keys[-1]) in _PRINTED and printed:
                printed[-1] = printed[-1] or line
            key = key or mark[1:-1]


def _shown(mark: str) -> str:
    """What a text of JSON stands for: a backslash in it is two."""
    return str(json.loads(mark, strict=False))


def _counted(cells: Sequence[Any], sources: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield what `_places` does of a notebook as one sees it: cell by cell, with the outputs."""
    line = 1
    for cell, source in zip(cells, sources, strict=True):
        after = line + source.count("\n") + 1
        lines, printed = list(range(line, after)), list[int]()
        for number, text in _outputs(cell):
            printed += [0] * (number - len(printed)) + [after]
            after += text.rstrip("\n").count("\n") + 1
        yield lines, printed
        line = after


def _is_cell(keys: list[str]) -> bool:
    """Say whether what was entered under these keys is a cell: `cells` holds it directly."""
    return len(keys) >= 3 and keys[-2:] == ["cells", ""] and keys[0] == "" and len(keys) in {3, 5}
