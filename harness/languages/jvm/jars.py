"""Jars from Maven Central, by name and by hash.

jgo resolves and downloads; what it brings is trusted only after every jar of the closure was
checked against jars.toml (none missing, none more, each of its hash), and only copies in
our own cache are used. jgo is not safe for parallel use and passes truncated downloads: one
lock stands around it, its folders lie inside our cache, and on a mismatch both are deleted and
resolved once more. A warm run never calls it.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    with locked("jars"):
        problem = ""
        for _ in range(2):  # a truncated download is deleted and fetched once more
            if all(_whole(p, d) for p, d in zip(wanted, closure.jars.values(), strict=True)):
                return wanted
            problem = _fetch(closure)
            if not problem:
                return wanted
            for folder in (root() / "jgo", root() / "m2"):
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
        found = {path.name: path for path in resolved(closure.coordinate)}
    except (Exception, SystemExit) as error:
        return " ".join(str(error).split())[:300] or type(error).__name__
    missing, more = closure.jars.keys() - found.keys(), found.keys() - closure.jars.keys()
    if missing or more:
        parts = [f"missing {', '.join(sorted(missing))}"] if missing else []
        parts += [f"unexpected {', '.join(sorted(more))}"] if more else []
        return "the closure differs from the pinned one: " + "; ".join(parts)
    for name, digest in closure.jars.items():
        if not _whole(found[name], digest):
            return f"{name} does not have the pinned hash"
    for name, digest in closure.jars.items():
        with arriving(_copy(name, digest).parent) as folder:
            shutil.copyfile(found[name], folder / name)  # jgo hard-links: a copy of our own
    return ""


def resolved(endpoint: str, repositories: Mapping[str, str] | None = None) -> list[Path]:
    """The jars of an artifact, or of several joined by +, and of all they need; of any hash.

    For one caller at a time. Raises whatever jgo raises.
    """
    jgo: Any = importlib.import_module("jgo")  # it exports its names without saying so
    remote = {"central": jgo.MAVEN_CENTRAL_URL, **(repositories or {})}
    context = jgo.MavenContext(repo_cache=root() / "m2", remote_repos=remote)
    builder = jgo.EnvironmentBuilder(
        context=context, cache_dir=root() / "jgo", link_strategy=jgo.LinkStrategy.COPY
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        environment = builder.from_endpoint(endpoint=endpoint, update=False)
    return [Path(jar) for jar in environment.all_jars]
