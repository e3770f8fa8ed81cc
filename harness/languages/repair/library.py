"""Which importable names the JDK and the Scala library have, the likeliest first.

The JDK is asked itself, whichever runs the ports, once for a name: starting it takes half a
second, and what it has is kept in the cache.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
import zipfile
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from harness.languages.jvm import jars
from harness.languages.jvm.adapter import base_adapter
from harness.languages.jvm.java import java
from harness.machine.cache import made_once
from harness.model.errors import ToolchainError

Named = Callable[[Collection[str]], Mapping[str, Sequence[str]]]
"""From simple names to what can be imported under each, the likeliest first."""

# Starting a JVM and listing its classes takes half a second; a loaded machine is given time.
_ASK_SECONDS = 60
# What people import from: whole names first, then the trees below them.
_JAVA_PACKAGES = (
    "java.util java.util.function java.util.stream java.util.concurrent"
    " java.util.concurrent.atomic java.io java.math java.text java.nio java.nio.file java.time"
).split()
_JAVA_TREES = "java.util. java.io. java.nio. java.time. java. javax.".split()
_SCALA_PACKAGES = (
    "scala.collection.mutable scala.util scala.collection.immutable scala.jdk scala.math"
    " scala.concurrent scala.collection scala.io"
).split()
_SCALA_TREES = "scala.util. scala.concurrent. scala.collection. scala.".split()

_NAMES = "names.txt"
_asked: dict[str, tuple[str, ...]] = {}
_asking = threading.Lock()


def jdk_classes(names: Collection[str]) -> Mapping[str, Sequence[str]]:
    """The public classes of the running JDK that have these simple names.

    Nothing where the JDK cannot be asked: a repair that is not found is no error.
    """
    with _asking:
        # A class is asked for by a name that could be one: no command line takes just anything.
        asked = {name for name in names if name.isidentifier() and name not in _asked}
        if asked:
            try:
                full_names = _known(sorted(asked))
            except (OSError, subprocess.SubprocessError, ToolchainError):
                return {}
            for name in asked:
                matching = [full for full in full_names if full.rpartition(".")[2] == name]
                _asked[name] = tuple(sorted(matching, key=_java_rank))
    return {name: _asked[name] for name in names if _asked.get(name)}


def _known(names: Sequence[str]) -> list[str]:
    """What `_ask` said of these names before, or says now."""
    given = [str(java().home), java().version, *names]
    key = hashlib.sha256("\0".join(given).encode()).hexdigest()[:32]

    def ask(folder: Path) -> None:
        (folder / _NAMES).write_text("\n".join(_ask(names)), encoding="utf-8")

    return (made_once("names", key, ask) / _NAMES).read_text(encoding="utf-8").split()


def _ask(names: Sequence[str]) -> list[str]:
    path = os.pathsep.join(map(str, base_adapter()))
    command = [
        str(java().executable),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        path,
        "rmsproof.adapter.PublicClasses",
        *names,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_ASK_SECONDS, check=True, encoding="utf-8"
    )
    return done.stdout.split()


def scala_names(names: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Classes, objects and packages of the Scala library with these names, then JDK classes."""
    try:
        library = _scala_library()
    except (OSError, zipfile.BadZipFile, ToolchainError):
        library = {}
    jdk = jdk_classes([name for name in names if name[:1].isupper()])
    choices = {name: (*library.get(name, ()), *jdk.get(name, ())) for name in names}
    return {name: choice for name, choice in choices.items() if choice}


@cache
def _scala_library() -> Mapping[str, tuple[str, ...]]:
    """Everything in the library's jars by its simple name."""
    packages: defaultdict[str, set[str]] = defaultdict(set)
    for jar in jars.resolve(jars.PINNED["scala"]):
        with zipfile.ZipFile(jar) as archive:
            for entry in archive.namelist():
                path, _, file = entry.rpartition("/")
                package = path.replace("/", ".")
                # An object's own class ends in `$`; what has one inside is nested or made up.
                name = file.removesuffix(".class").removesuffix("$")
                if not path.startswith("scala/") or path.startswith("scala/runtime"):
                    continue
                if not name.isidentifier():
                    continue
                # Packages in `scala` itself are in scope without an import.
                if package.count(".") > 1:
                    packages[package.rpartition(".")[2]].add(package)
                if file.endswith(".class"):
                    packages[name].add(f"{package}.{name}")
    return {name: tuple(sorted(choice, key=_scala_rank)) for name, choice in packages.items()}


def _java_rank(name: str) -> tuple[int, int, str]:
    return _rank(name, _JAVA_PACKAGES, _JAVA_TREES)


def _scala_rank(name: str) -> tuple[int, int, str]:
    return _rank(name, _SCALA_PACKAGES, _SCALA_TREES)


def _rank(name: str, packages: Sequence[str], trees: Sequence[str]) -> tuple[int, int, str]:
    """A sort key: a package's own classes, then nested ones, then the rest of its tree."""
    package = name.rpartition(".")[0]
    if package in packages:
        return packages.index(package), 0, name
    tree = next((i for i, tree in enumerate(trees) if name.startswith(tree)), len(trees))
    return len(packages) + tree, name.count("."), name
