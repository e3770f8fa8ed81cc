"""What was read of a project, and what the readers of build files share."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Where sources and classes lie by the conventions of Maven, Gradle, sbt and Leiningen.
_LANGUAGES = ("java", "kotlin", "scala", "clojure", "clj")
_SOURCES = (
    *(f"src/main/{language}" for language in _LANGUAGES),
    *(f"src/{part}/kotlin" for part in ("commonMain", "jvmMain")),
    *(f"src/{language}" for language in _LANGUAGES),
    *("shared/src/main/scala", "jvm/src/main/scala", "target/generated-sources/annotations"),
)
_BUILT = (
    "target/classes",
    *(f"build/classes/{language}/main" for language in _LANGUAGES[:3]),
    *("build/classes/kotlin/jvm/main", "build/classes/main", "bin", "out/production/classes"),
)
_SCALA_CLASSES = "target/scala-*/classes"
# Where libraries lie that no build file declares, as an editor's project has them.
_LIBRARIES = "lib libs jars libraries dependencies".split()
# What is never a module of a project.
_PASSED_OVER = frozenset("target build out node_modules src test tests docs".split())
_TESTS = frozenset("test tests androidTest commonTest jvmTest".split())
_MOST_FOLDERS = 2000


@dataclass(frozen=True)
class Project:
    """A project as its build files declare it.

    Attributes:
        sources: the roots of its packages, those of the named folder first.
        built: folders with classes that a build left, jars that lie beside them.
        coordinates: dependencies, group:artifact:version.
        repositories: where else artifacts lie, by name.
        unread: declarations that say no version or cannot be read, a phrase each.
        scala: the version of Scala that it is written in; empty if it says none.
        java: the feature version of Java likewise; 0 if it says none.
    """

    sources: tuple[Path, ...] = ()
    built: tuple[Path, ...] = ()
    coordinates: tuple[str, ...] = ()
    repositories: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    scala: str = ""
    java: int = 0

    @classmethod
    def of_folder(cls, folder: Path, *more: str) -> Project:
        """A folder by convention alone; `more` are source roots that it declares."""
        named = [folder / name for name in (*more, *_SOURCES) if not _TESTS & {*name.split("/")}]
        sources = [path for path in named if path.is_dir()]
        if not sources and (folder / "src").is_dir():
            sources = [folder / "src"]
        built = [folder / name for name in _BUILT if (folder / name).is_dir()]
        built += sorted(folder.glob(_SCALA_CLASSES))
        jars = (jar for name in _LIBRARIES for jar in sorted((folder / name).glob("*.jar")))
        return cls(tuple(sources), (*built, *jars))


def joined(projects: Iterable[Project]) -> Project:
    """Several modules as one project, each thing once."""
    parts = list(projects)
    repositories = {k: v for project in reversed(parts) for k, v in project.repositories.items()}
    return Project(
        tuple(dict.fromkeys(path for p in parts for path in p.sources)),
        tuple(dict.fromkeys(path for p in parts for path in p.built)),
        tuple(dict.fromkeys(text for p in parts for text in p.coordinates)),
        repositories,
        tuple(dict.fromkeys(text for p in parts for text in p.unread)),
        next((p.scala for p in parts if p.scala), ""),
        max((p.java for p in parts), default=0),
    )


def modules(folder: Path, names: Iterable[str]) -> list[Path]:
    """The folders below a project that have a build file of one of these names."""
    paths: list[Path] = []
    wanted = frozenset(names)
    for seen, (place, below, files) in enumerate(os.walk(folder)):
        below[:] = sorted(d for d in below if d not in _PASSED_OVER and not d.startswith("."))
        if wanted & set(files):
            paths.append(Path(place))
        if seen > _MOST_FOLDERS:
            break
    return paths


def text_of(path: Path) -> str:
    """A build file's text; empty if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def without_comments(text: str) -> str:
    """Text without // and /* */, but for those in quotes."""
    pattern = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|//[^\n]*|/\*.*?\*/"
    return re.sub(pattern, lambda m: " " if m[0].startswith("/") else m[0], text, flags=re.DOTALL)
