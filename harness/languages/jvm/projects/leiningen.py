"""Clojure: the sources and dependencies of deps.edn and project.clj."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from harness.languages.jvm.projects.project import Project, text_of

_DEPS = re.compile(r"([\w.-]+(?:/[\w.-]+)?)\s*\{[^{}]*?:mvn/version\s+\"([^\"]+)\"")
_VECTOR = re.compile(r"\[\s*([\w.-]+(?:/[\w.-]+)?)\s+\"([^\"]+)\"")
_PATHS = re.compile(r":(?:paths|source-paths|java-source-paths)\s*\[([^\]]*)\]")
_REPOSITORY = re.compile(r"\"([^\"]+)\"\s*(?:\{\s*:url\s+)?\"(https:[^\"]+)\"")


def read(folder: Path) -> Project:
    """The project of a folder with deps.edn or project.clj."""
    deps, project = (
        re.sub(r";[^\n]*", "", text_of(folder / name)) for name in ("deps.edn", "project.clj")
    )
    dependencies = _DEPS.findall(_section(deps, ":deps", "{}"))
    dependencies += _VECTOR.findall(_section(project, ":dependencies", "[]"))
    coordinates = [
        f"{name.replace('/', ':')}:{version}" if "/" in name else f"{name}:{name}:{version}"
        for name, version in dependencies
        if name != "org.clojure/clojure"  # ours runs it
    ]
    paths = re.findall(r'"([^"]+)"', " ".join(_PATHS.findall(deps + project)))
    repositories = _section(project, ":repositories", "[]") or _section(
        project, ":repositories", "{}"
    )
    return replace(
        Project.of_folder(folder, *(paths or ["src"])),
        coordinates=tuple(coordinates),
        repositories=dict(_REPOSITORY.findall(repositories)),
    )


def _section(text: str, key: str, brackets: str) -> str:
    """What stands in the brackets behind a key; empty if they do not."""
    match = re.search(re.escape(key) + r"(?![\w-])\s*\\?" + re.escape(brackets[0]), text)
    if match is None:
        return ""
    depth = 0
    for i in range(match.end() - 1, len(text)):
        depth += (text[i] == brackets[0]) - (text[i] == brackets[1])
        if depth == 0:
            return text[match.end() - 1 : i]
    return text[match.end() - 1 :]
