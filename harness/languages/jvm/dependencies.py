"""What somebody's source needs besides itself: jars, folders, and artifacts by coordinate.

Artifacts are nobody's to pin here: what a project declares is resolved with all that it needs
and copied into the cache under its coordinates. A warm run asks no network. What cannot be had
is said, and the rest is used; nobody is asked for it again before a time that is said, too.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from harness.languages.jvm import resolving
from harness.languages.jvm.resolving import Resolution
from harness.machine.cache import arriving, locked, made_once, root, whole
from harness.model.errors import UsageError

_COORDINATE = re.compile(r"[\w.-]+:[\w.-]+:[\w.+-]+(?::[\w.-]+)*")
_KIND, _ORDER, _REFUSALS, _REFUSAL = "dependencies", "order.txt", "refusals", "refusal.json"
# A version at the end of a jar's name: of two versions of one artifact the first is used.
_VERSION = re.compile(r"-\d[\w.+-]*\.jar$")
# A version that is a range, or left open, as Maven, Gradle and Ivy write it.
_OPEN = re.compile(r"[\[\](),]|\+$|^latest\.")
_FIRST = re.compile(r"\[\s*(\d+(?:\.\w+)+)\s*[,\]]")
# What one check waits for at most; what has arrived by then is not fetched again.
_SECONDS = 120.0
# A repository that does not answer is left alone for a while; what none has, for longer.
_UNREACHED_SECONDS, _ABSENT_SECONDS = 600.0, 86_400.0
_LONGEST = 160


@dataclass(frozen=True)
class Libraries:
    """What was found of what is needed.

    Attributes:
        paths: jars and folders, in order.
        lacking: what could not be had, a phrase each.
    """

    paths: tuple[Path, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Refusal:
    """What could not be had together.

    Attributes:
        why: by coordinate; of those that are not in it each could be had by itself.
        until: when it is asked for again, in seconds since 1970.
        unreached: the addresses of repositories that did not answer.
    """

    why: Mapping[str, str]
    until: float = 0.0
    unreached: tuple[str, ...] = field(default=())


def entries(given: Iterable[str], tell: Callable[[str], None] = lambda _: None) -> Libraries:
    """What `--classpath` names; `tell` is told what is waited for.

    Raises:
        UsageError: an entry is no file, folder or coordinate.
        ToolchainError: see `resolved`.
    """
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
    libraries = resolved(coordinates, tell=lambda: tell("resolving --classpath"))
    return Libraries((*paths, *libraries.paths), libraries.lacking)


def resolved(
    coordinates: Sequence[str],
    repositories: Mapping[str, str] | None = None,
    tell: Callable[[], None] = lambda: None,
) -> Libraries:
    """The jars of artifacts and of all that they need.

    Args:
        coordinates: group:artifact:version each.
        repositories: further ones that a project declares, by name.
        tell: called where repositories are asked, which takes its time.

    Raises:
        ToolchainError: whoever asks them was ended, or failed.
    """
    coordinates = list(dict.fromkeys(map(_fetchable, coordinates)))
    repositories = repositories or {}
    together = _key("+".join(coordinates), repositories)
    if not coordinates:
        return Libraries()
    if (closure := _closure(together)) is not None:
        return Libraries(closure)
    if (refusal := _refused(together)) is None:
        tell()
        refusal = _ask(coordinates, repositories)
        if (closure := _closure(together)) is not None:
            return Libraries(closure)
    paths: dict[str, Path] = {}
    for coordinate in coordinates:
        for path in _closure(_key(coordinate, repositories)) or ():
            paths.setdefault(_VERSION.sub("", path.name), path)
    return Libraries(tuple(paths.values()), tuple(_phrases(refusal, together)))


def _fetchable(coordinate: str) -> str:
    """A coordinate with one version: a range's beginning; the newest of what is left open.

    >>> [_fetchable(f"a:b:{version}") for version in ("1.2", "[1.2,2)", "[1+, )", "1.+")]
    ['a:b:1.2', 'a:b:1.2', 'a:b:RELEASE', 'a:b:RELEASE']
    """
    group, _, rest = coordinate.partition(":")
    name, _, version = rest.partition(":")
    if not _OPEN.search(version):
        return coordinate
    first = _FIRST.match(version)
    return f"{group}:{name}:{first[1] if first else 'RELEASE'}"


def _ask(coordinates: Sequence[str], repositories: Mapping[str, str]) -> _Refusal:
    """Bring into the cache what can be had; what cannot, and when it is asked for again."""
    before = _artifacts()
    answer = resolving.resolve(coordinates, repositories, _SECONDS)
    for endpoint, jars in answer.jars.items():
        made_once(_KIND, _key(endpoint, repositories), partial(_copy, jars))
    together = _key("+".join(coordinates), repositories)
    late = f"nothing came of it within {_SECONDS:.0f} s"
    why = {
        coordinate: _shortly(coordinate, answer.failed.get(coordinate, late))
        for coordinate in coordinates
        if _closure(_key(coordinate, repositories)) is None
    }
    refusal = _Refusal(why, time.time() + _pause(answer, why), answer.unreached)
    # What is still arriving goes on to arrive at the next check.
    if whole(_KIND, together) is None and not (answer.late and _artifacts() > before):
        _remember(together, refusal)
        return refusal
    return _Refusal(why, unreached=answer.unreached)


def _pause(answer: Resolution, why: Mapping[str, str]) -> float:
    absent = all(" not found in remote" in answer.failed.get(name, "") for name in why)
    return _ABSENT_SECONDS if absent and not answer.unreached else _UNREACHED_SECONDS


def _shortly(coordinate: str, why: str) -> str:
    # What was looked for, and where, is no news; that it was something that this one needs is.
    found = re.match(r"Artifact (\S+) (not found)", why)
    if found is None:
        return why[:_LONGEST]
    own = coordinate.split(":")[:2] == found[1].split(":")[:2]
    return found[2] if own else f"{found[1]} {found[2]}"[:_LONGEST]


def _phrases(refusal: _Refusal, together: str) -> Iterable[str]:
    """What is lacking and why, a phrase each, and when it will be asked for again."""
    for coordinate, why in refusal.why.items():
        yield f"{coordinate}: {why}"
    for address in refusal.unreached:
        yield f"{address} does not answer"
    if refusal.until:
        again = datetime.fromtimestamp(refusal.until, UTC)
        place = root() / _REFUSALS / together
        yield f"asked for again after {again:%Y-%m-%d %H:%M} UTC, or at once if you delete {place}"
    else:
        yield "more has arrived, and the next check goes on from there"


def _refused(key: str) -> _Refusal | None:
    """What could not be had when it was last asked for, if that was not long ago."""
    try:
        text = (root() / _REFUSALS / key / _REFUSAL).read_text(encoding="utf-8")
        refusal = _Refusal(**json.loads(text))
    except (OSError, ValueError, TypeError):
        return None
    # A clock that was set back must not make it for ever.
    remaining = refusal.until - time.time()
    return refusal if 0 < remaining <= _ABSENT_SECONDS else None


def _remember(key: str, refusal: _Refusal) -> None:
    with locked(f"{_REFUSALS}-{key[:2]}"), arriving(root() / _REFUSALS / key) as folder:
        (folder / _REFUSAL).write_text(json.dumps(asdict(refusal)), encoding="utf-8")


def _key(endpoint: str, repositories: Mapping[str, str]) -> str:
    digest = hashlib.sha256("\0".join([endpoint, *map(str, repositories.items())]).encode())
    return digest.hexdigest()[:32]


def _closure(key: str) -> tuple[Path, ...] | None:
    """The jars of an endpoint in order, if the cache has them."""
    if (folder := whole(_KIND, key)) is None:
        return None
    names = (folder / _ORDER).read_text(encoding="utf-8").split("\n")
    return tuple(folder / name for name in names if name)


def _copy(jars: Sequence[Path], folder: Path) -> None:
    for jar in jars:
        shutil.copyfile(jar, folder / jar.name)
    names = "\n".join(dict.fromkeys(jar.name for jar in jars))
    (folder / _ORDER).write_text(names, encoding="utf-8")


def _artifacts() -> int:
    """How many files have been fetched so far."""
    return sum(len(files) for _, _, files in os.walk(resolving.stores()[0]))
