"""What a project's build file says of it: sources, built classes, dependencies as declared.

A build file is read, never run: what it computes is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.languages.jvm.projects import gradle, leiningen, maven, sbt
from harness.languages.jvm.projects.project import Project

_READERS: dict[str, Callable[[Path], Project]] = {
    "pom.xml": maven.read,
    "build.gradle": gradle.read,
    "build.gradle.kts": gradle.read,
    "build.sbt": sbt.read,
    "project/Build.scala": sbt.read,
    "deps.edn": leiningen.read,
    "project.clj": leiningen.read,
}
# Whose version is that of the language.
_SCALA = re.compile(r"org\.scala-lang:scala3?-library(?:_3)?:(\d[^:]*)")
# No project lies deeper below its outermost build file.
_DEEPEST = 12


def of(folder: Path) -> Project:
    """The project in a folder; one without a build file is its sources alone."""
    folder = folder.absolute()
    name = build_file(folder)
    project = _READERS[name](folder) if name else Project.of_folder(folder)
    library = (scala[1] for one in project.coordinates if (scala := _SCALA.fullmatch(one)))
    project = replace(project, scala=project.scala or next(library, ""))
    return project if project.sources else replace(project, sources=(folder,))


def build_file(folder: Path) -> str:
    """The name of the build file in a folder; empty where there is none."""
    return next((name for name in _READERS if (folder / name).is_file()), "")


def around(source: Path) -> Path | None:
    """The folder of the outermost build file above a source; None where there is none."""
    above = [*source.resolve().parents][:_DEEPEST]  # none that .. leaves again
    paths = [f for f in above if any((f / name).is_file() for name in _READERS)]
    return paths[-1] if paths else None
