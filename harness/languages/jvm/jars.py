"""Jars from Maven Central, by name and by hash.

jgo resolves and downloads (see `resolving`); what it brings is trusted only after every jar of
the closure was checked against jars.toml (none missing, none more, each of its hash), and only
copies in our own cache are used. jgo passes truncated downloads: its folders lie inside our
cache, and on a mismatch both are deleted and resolved once more. A warm run never calls it.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.languages.jvm import resolving
from harness.machine.cache import arriving, locked, root, sha256
from harness.model.errors import ToolchainError


@dataclass(frozen=True)
class Closure:
    """A Maven artifact with everything it needs.

    Attributes:
        coordinate: group:artifact:version.
        jars: file name to SHA-256, the whole closure.
    """

    coordinate: str
    jars: Mapping[str, str]

    @property
    def version(self) -> str:
        """The artifact's version."""
        return self.coordinate.rsplit(":", 1)[1]


def _pinned() -> dict[str, Closure]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {name: Closure(row["coordinate"], row["jars"]) for name, row in table.items()}


PINNED = _pinned()
"""The closures of jars.toml, by name."""
GSON, ECJ = PINNED["gson"], PINNED["ecj"]
# A compiler is 60 MB.
_SECONDS = 600.0
_LONGEST = 300


def resolve(closure: Closure) -> list[Path]:
    """Return the closure's jars in our cache, every one of its hash, fetching what is missing.

    Raises:
        ToolchainError: they cannot be had; says what is missing and how to get it.
    """
    wanted = [_copy(name, digest) for name, digest in closure.jars.items()]
    if all(
        _whole(path, digest) for path, digest in zip(wanted, closure.jars.values(), strict=True)
    ):
        return wanted
    with locked("pinned"):
        problem = ""
        for _ in range(2):  # a truncated download is deleted and fetched once more
            if all(_whole(p, d) for p, d in zip(wanted, closure.jars.values(), strict=True)):
                return wanted
            problem = _fetch(closure)
            if not problem:
                return wanted
            with locked("jars"):
                for folder in resolving.stores():
                    shutil.rmtree(folder, ignore_errors=True)
    raise ToolchainError(
        f"{closure.coordinate} is not in the cache and could not be fetched from Maven Central:"
        f" run the same command once with a network, or copy {root()} from a machine that did"
        f" (RMSPROOF_CACHE names another folder); {problem}"
    )


def _copy(name: str, digest: str) -> Path:
    return root() / "jars" / digest[:16] / name


def _whole(path: Path, digest: str) -> bool:
    try:
        return path.is_file() and sha256(path) == digest
    except OSError:  # a disk that cannot read it
        return False


def _fetch(closure: Closure) -> str:
    """Bring a closure into the cache; return what went wrong, or ""."""
    try:
        answer = resolving.resolve([closure.coordinate], {}, _SECONDS)
    except ToolchainError as error:
        return str(error)
    if closure.coordinate not in answer.jars:
        late = f"it took longer than {_SECONDS:.0f} s"
        return answer.failed.get(closure.coordinate, late)[:_LONGEST]
    paths = {path.name: path for path in answer.jars[closure.coordinate]}
    missing, more = closure.jars.keys() - paths.keys(), paths.keys() - closure.jars.keys()
    if missing or more:
        parts = [f"missing {', '.join(sorted(missing))}"] if missing else []
        parts += [f"unexpected {', '.join(sorted(more))}"] if more else []
        return "the closure differs from the pinned one: " + "; ".join(parts)
    for name, digest in closure.jars.items():
        if not _whole(paths[name], digest):
            return f"{name} does not have the pinned hash"
    for name, digest in closure.jars.items():
        with arriving(_copy(name, digest).parent) as folder:
            shutil.copyfile(paths[name], folder / name)  # jgo hard-links: a copy of our own
    return ""
