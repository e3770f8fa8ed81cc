"""sbt: library dependencies as build.sbt states them, and the version of Scala."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from harness.languages.jvm.projects.project import (
    Project,
    joined,
    modules,
    text_of,
    without_comments,
)

_VERSION = re.compile(r"scalaVersion\b(?:\s+in\s+\w+)?\s*:?=\s*(\"[^\"]+\"|[\w.]+)")
_VALUE = re.compile(r"\bval\s+(\w+)(?:\s*:\s*String)?\s*=\s*\"([^\"]+)\"")
_ARTIFACT = re.compile(
    r"\"([\w.-]+)\"\s*(%{1,3})\s*\"([\w.-]+)\"\s*%\s*(\"[^\"]+\"|[\w.]+)"
    r"(?:\s*%\s*(\"[^\"]+\"|\w+))?"
)
_RESOLVER = re.compile(r"\"([^\"]+)\"\s+at\s+\"(https:[^\"]+)\"")


def read(folder: Path) -> Project:
    """The project of a folder with a build.sbt, and the folders below that have sources."""
    files = [folder / "build.sbt", *sorted((folder / "project").glob("*.scala"))]
    below = [place for place in modules(folder, ["build.sbt"]) if place != folder]
    files += [place / "build.sbt" for place in below]
    text = without_comments("\n".join(map(text_of, files)))
    values = dict(_VALUE.findall(text))

    def value(word: str) -> str:
        return word.strip('"') if word[:1] == '"' else values.get(word.rpartition(".")[2], "")

    scala = next(filter(None, map(value, _VERSION.findall(text))), "")
    binary = "3" if scala.startswith("3") else ".".join((scala or "2.12").split(".")[:2])
    coordinates, unread = [], []
    for group, marks, name, version, scope in _ARTIFACT.findall(text):
        if scope.strip('"').lower() in ("test", "it", "it,test", "test->test"):
            continue
        artifact = name if marks == "%" else f"{name}_{binary}"
        if filled := value(version):
            coordinates.append(f"{group}:{artifact}:{filled}")
        else:
            unread.append(f"{group}:{artifact} (its version is computed)")
    places = [folder, *_with_sources(folder)]
    whole = joined(Project.of_folder(place) for place in places)
    return replace(
        whole,
        coordinates=tuple(coordinates),
        unread=tuple(unread),
        repositories=dict(_RESOLVER.findall(text)),
        scala=scala,
    )


def _with_sources(folder: Path) -> list[Path]:
    """Modules: folders, at most two below, that have sources by convention."""
    paths = {
        path.parents[2]
        for depth in ("*", "*/*")
        for language in ("scala", "java")
        for path in folder.glob(f"{depth}/src/main/{language}")
    }
    return sorted(paths - {folder})
