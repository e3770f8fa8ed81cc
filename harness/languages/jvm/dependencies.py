"""What somebody's source needs besides itself: jars, folders, and artifacts by coordinate.

Artifacts are nobody's to pin here: what a project declares is resolved with all that it needs
and copied into the cache under its coordinates. A warm run asks no network. What cannot be had
is said, and the rest is used.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.languages.jvm import jars
from harness.machine.cache import kept, locked, root
from harness.model.errors import ToolchainError, UsageError

_COORDINATE = re.compile(r"[\w.-]+:[\w.-]+:[\w.+-]+(?::[\w.-]+)*")
_ORDER, _WHY = "order.txt", "why.txt"
# A version at the end of a jar's name: of two versions of one artifact the first is used.
_VERSION = re.compile(r"-\d[\w.+-]*\.jar$")


@dataclass(frozen=True)
class Libraries:
    """What was found of what is needed.

    Attributes:
        paths: jars and folders, in order.
        lacking: what could not be had, a phrase each.
    """

    paths: tuple[Path, ...] = ()
    lacking: tuple[str, ...] = ()


def entries(given: Iterable[str]) -> Libraries:
    """What `--classpath` names. Raises UsageError: an entry is no file, folder or coordinate."""
    paths: list[Path] = []
    coordinates: list[str] = []
    for text in given:
        if _COORDINATE.fullmatch(text) and not Path(text).exists():
            coordinates.append(text)
            continue
        for part in filter(None, text.split(os.pathsep)):
            if not (path := Path(part)).exists():
                raise UsageError(
                    f"--classpath {part}: no such jar or folder, and no group:artifact:version"
                )
            paths.append(path.absolute())
    found = resolved(coordinates)
    return Libraries((*paths, *found.paths), found.lacking)


def resolved(
    coordinates: Sequence[str], repositories: Mapping[str, str] | None = None
) -> Libraries:
    """The jars of artifacts and of all that they need.

    Args:
        coordinates: group:artifact:version each.
        repositories: further ones that a project declares, by name.
    """
    coordinates = list(dict.fromkeys(coordinates))
    if not coordinates:
        return Libraries()
    try:  # together, so that of two versions of one artifact one is chosen
        return Libraries(_closure("+".join(coordinates), repositories or {}))
    except ToolchainError as error:
        if len(coordinates) == 1:
            return Libraries(lacking=(str(error),))
    parts = [resolved([coordinate], repositories) for coordinate in coordinates]
    paths: dict[str, Path] = {}
    for path in (path for part in parts for path in part.paths):
        paths.setdefault(_VERSION.sub("", path.name), path)
    return Libraries(tuple(paths.values()), tuple(text for part in parts for text in part.lacking))


def _closure(endpoint: str, repositories: Mapping[str, str]) -> tuple[Path, ...]:
    """The jars of an artifact and what it needs. Raises ToolchainError: they cannot be had.

    What a repository does not have today it is not asked for again today; a repository that was
    not reached is.
    """
    digest = hashlib.sha256("\0".join([endpoint, *map(str, repositories.items())]).encode())
    key = digest.hexdigest()[:32]
    absent = root() / "absent" / f"{key}-{datetime.now(UTC):%Y%m%d}"
    if absent.is_dir():
        raise ToolchainError((absent / _WHY).read_text(encoding="utf-8"))
    try:
        folder = kept("dependencies", key, lambda folder: _fetch(endpoint, repositories, folder))
    except _NotFoundError as error:
        text = str(error)
        kept("absent", absent.name, lambda folder: _note(folder / _WHY, text))
        raise
    names = (folder / _ORDER).read_text(encoding="utf-8").split("\n")
    return tuple(folder / name for name in names if name)


class _NotFoundError(ToolchainError):
    """No repository has it."""


def _fetch(endpoint: str, repositories: Mapping[str, str], folder: Path) -> None:
    try:
        with locked("jars"):
            found = jars.resolved(endpoint, repositories)
    except (Exception, SystemExit) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        # Where it was looked for is no news.
        text = f"{endpoint}: {re.sub(r' in remote repositories .*', '', why)[:160]}"
        kind = _NotFoundError if " not found in remote" in why else ToolchainError
        raise kind(text) from error
    for jar in found:
        shutil.copyfile(jar, folder / jar.name)
    _note(folder / _ORDER, "\n".join(dict.fromkeys(jar.name for jar in found)))


def _note(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
