"""Where in a file stands what a result is about: the line that a message names, or the first."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from harness.documents.blocks import Block
from harness.judging.verdict import Result
from harness.ports.port import Port

# A compiler, an interpreter or a stack trace: NAME:12, NAME (at line 12), (line 12, column 3).
_NAMED = r"(?<![\w.-]){}(?::| \(at line )(\d+)"
_COLUMN = re.compile(r"\bline (\d+), column")
_LINE = re.compile(r"\bline (\d+)")
_FILE = re.compile(r"[^\s:()]:(\d+)")


@dataclass(frozen=True)
class Place:
    """A line of a file, from 1."""

    file: Path
    line: int = 1


def of_port(result: Result) -> Place | None:
    """The line that a fault names in a source of the port, else its first; None without source."""
    sources = _sources(result.port)
    return named(result) or (Place(sources[0]) if sources else None)


def named(result: Result) -> Place | None:
    """The line that a fault names in a source of the port; None if it names none."""
    sources, fault = _sources(result.port), result.verdict.fault
    if not sources or fault is None:
        return None
    for source in sources:
        if match := re.search(_NAMED.format(re.escape(source.name)), fault.message):
            return Place(source, int(match[1]))
    match = _COLUMN.search(fault.message) or _LINE.search(fault.message)
    return Place(sources[0], int(match[1])) if match else None


def of_block(document: Path, block: Block, result: Result | None) -> Place:
    """The line of a block that a fault names, else the block's first."""
    message = result.verdict.fault.message if result and result.verdict.fault else ""
    last = block.line + block.text.count("\n")
    for pattern in (_FILE, _COLUMN, _LINE):
        for match in pattern.finditer(message):
            if block.line <= int(match[1]) <= last:
                return Place(document, int(match[1]))
    return Place(document, block.line)


# A line that is longer was written by no one.
_LONGEST = 300


def text(place: Place) -> str:
    """What stands in a place; "" where it cannot be read or is no line for people."""
    try:
        with place.file.open(encoding="utf-8") as file:
            line = next(islice(file, place.line - 1, None), "").strip("\r\n")
    except (OSError, ValueError):
        return ""
    return line if len(line) <= _LONGEST else ""


def _sources(port: Port) -> tuple[Path, ...]:
    """The files of a port; of `module:Object` the module's, where it lies below its folder."""
    if port.source or not port.reference:
        return port.source
    module = port.folder.joinpath(*port.reference.partition(":")[0].split("."))
    candidates = (module.with_name(f"{module.name}.py"), module / "__init__.py")
    return tuple(path for path in candidates if path.is_file())


def in_repository(file: Path) -> str:
    """A file's path as GitHub has it: from the folder that was checked out, else as it is."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    whole = file.resolve()
    return (whole.relative_to(root) if whole.is_relative_to(root) else file).as_posix()
