"""Hashes of the golden files: what was changed since it was written is never held against a port.

A golden's id covers its inputs alone. `SHA256SUMS` beside the goldens covers every byte, in the
format of `sha256sum`, which checks it too: ``cd golden && sha256sum -c SHA256SUMS``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path

NAME = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (\S+/\S+/\S+\.json)")


def text(directory: Path) -> str:
    """What `SHA256SUMS` says of the golden files that are in `directory` now."""
    paths = sorted(directory.glob("*/*/*.json"))
    return "".join(f"{_digest(path)}  {path.relative_to(directory).as_posix()}\n" for path in paths)


def problems(
    directory: Path, paths: Iterable[Path], asked: Callable[[Path], bool] = lambda _path: True
) -> list[str]:
    """What is wrong with files by their hashes, a sentence each, naming the file.

    Args:
        directory: where `SHA256SUMS` is.
        paths: the files that are there.
        asked: which of the files listed are asked for: one that is not there is missing.
    """
    listed, there = _listed(directory), set(paths)
    if not listed:
        return [f"{directory / NAME}: is missing or incomplete"]
    wanted = {path for path in listed if asked(path)}
    return sorted(
        [
            f"{path}: was changed after it was written"
            for path in there & wanted
            if _changed(path, listed)
        ]
        + [f"{path}: is not listed in {NAME}" for path in there - wanted]
        + [f"{path}: is missing" for path in wanted - there]
    )


def together(directory: Path) -> str:
    """Sixteen hexadecimal digits over all that `SHA256SUMS` says; "" if it is not there."""
    try:
        return hashlib.sha256((directory / NAME).read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def _changed(path: Path, listed: dict[Path, str]) -> bool:
    return _digest(path) != listed[path]


def _listed(directory: Path) -> dict[Path, str]:
    """The hash of each file listed; nothing if the list is not there or not whole."""
    try:
        lines = (directory / NAME).read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return {}
    matches = [_LINE.fullmatch(line) for line in lines]
    return {directory / m[2]: m[1] for m in matches if m} if all(matches) else {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
