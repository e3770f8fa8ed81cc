"""Entries of a cache, and what may be done to their files behind its back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import REPOSITORY

KEY = "ab" * 16
Damage = Callable[[Path], object]


class Maker:
    """Fills an entry with two files; counts how often it was asked."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, folder: Path) -> None:
        self.made += 1
        (folder / "deep").mkdir()
        (folder / "classes.jar").write_bytes(b"PK\3\4" + bytes(range(256)))
        (folder / "deep/more").write_text("more", encoding="utf-8")


def content(entry: Path) -> dict[str, bytes]:
    """What was made, without the record of it."""
    return {
        path.relative_to(entry).as_posix(): path.read_bytes()
        for path in entry.rglob("*")
        if path.is_file() and path.name != "record.json"
    }


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def flip_secretly(path: Path) -> None:
    before = path.stat()
    flip(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def another_file(path: Path) -> None:
    path.unlink()
    path.symlink_to(REPOSITORY / "LICENSE")


def more(path: Path) -> None:
    path.with_name("stranger").write_bytes(b"")


def deep(path: Path) -> None:
    path.write_text("[" * 100_000, encoding="utf-8")


def refusing(code: int) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return refuse
