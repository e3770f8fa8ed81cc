"""Caches of a test's own, with some of the user's jars; and a machine without a network."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness.languages.jvm import jars
from harness.languages.jvm.jars import Closure
from harness.machine import cache

# Nothing answers there: a machine without a network.
NOWHERE = "http://127.0.0.1:9"
OFFLINE = {f"{kind}_PROXY": NOWHERE for kind in ("HTTP", "HTTPS", "ALL")} | {
    f"{kind}_proxy": NOWHERE for kind in ("http", "https", "all")
}
RIGHT = "public class A { int one() { return 1; } }\n"


def filled(folder: Path, *closures: Closure) -> Path:
    """A cache that holds copies of these jars and nothing else."""
    for closure in closures:
        for path in jars.resolve(closure):
            target = folder / path.relative_to(cache.root())
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return folder


def warmed(folder: Path, *closures: Closure) -> Path:
    """A cache with these jars and everything that was ever compiled here."""
    filled(folder, *closures)
    if (cache.root() / "classes").is_dir():
        shutil.copytree(
            cache.root() / "classes", folder / "classes", ignore=shutil.ignore_patterns(".*")
        )
    return folder
