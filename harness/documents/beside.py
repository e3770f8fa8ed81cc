"""What stands beside a document: the files that its code reads, the modules that it imports.

A notebook runs in its folder. Here code runs in a fresh one, which gets copies of the files that
the code names and that are there; modules are imported from where they are.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from harness.documents.blocks import Document
from harness.languages.program import parsed
from harness.languages.registry import scripted
from harness.transport.python.packages import folders

# Tables and pictures that a lesson needs have kilobytes; what is larger is not copied.
_LARGEST, _ALL = 8 << 20, 32 << 20


@dataclass(frozen=True)
class Beside:
    """What is there.

    Attributes:
        name: how tracebacks call the document.
        python: the interpreter that its Python runs in; ours if empty.
        folders: where modules may be: the document's own, and those above it in its project.
        files: what code names, and where that is.
    """

    name: str
    python: str = ""
    folders: tuple[str, ...] = ()
    files: tuple[tuple[str, Path], ...] = ()

    def into(self, folder: Path) -> None:
        """Put copies of the files where code will run."""
        for name, path in self.files:
            copy = folder / name
            with suppress(OSError):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)


def beside(document: Document, python: str = "") -> Beside:
    """What stands beside a document of what its Python names."""
    here = document.path.absolute()
    nothing = Beside(here.name, python)
    texts = [block.text for block in document.blocks if scripted(block.language)]
    if not texts:
        return nothing
    files = tuple(_files(here.parent, texts))
    return replace(nothing, folders=tuple(map(str, folders(here))), files=files)


def _files(folder: Path, texts: Iterable[str]) -> Iterator[tuple[str, Path]]:
    left = _ALL
    for name in dict.fromkeys(name for text in texts for name in _named(text)):
        path = folder / name
        with suppress(OSError, ValueError):
            if path.is_file() and (size := path.stat().st_size) <= min(left, _LARGEST):
                left -= size
                yield name, path


def _named(text: str) -> Iterator[str]:
    """The texts of a program that could be the name of a file in its folder, or below."""
    for node in ast.walk(parsed(text) or ast.Module([], [])):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            path = PurePosixPath(node.value)
            if len(node.value) < 200 and not path.is_absolute() and ".." not in path.parts:
                yield node.value
