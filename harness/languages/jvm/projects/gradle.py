"""Gradle: dependencies that a build file states as text; nothing of it is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from harness.languages.jvm.projects.project import (
    Project,
    joined,
    modules,
    text_of,
    without_comments,
)

_UP = 3
_FILES = ("build.gradle", "build.gradle.kts")
_CONFIGURATION = r"\b(?:implementation|api|compile|compileOnly|runtimeOnly|kapt)\b"
_QUOTED = re.compile(_CONFIGURATION + r"[\s(]*[\"']([\w.-]+):([\w.-]+):([^\"':@]+)")
_NAMED = re.compile(
    _CONFIGURATION
    + r"[\s(]*group\s*[:=]\s*[\"']([^\"']+)[\"']\s*,\s*name\s*[:=]\s*[\"']([^\"']+)[\"']"
    r"\s*,\s*version\s*[:=]\s*[\"']([^\"']+)"
)
_PROJECT = re.compile(_CONFIGURATION + r"[\s(]*project\(\s*(?:path\s*[:=]\s*)?[\"']:([\w.:-]+)")
_CATALOGUE = re.compile(_CONFIGURATION + r"[\s(]*libs\.([\w.]+)")
_UNVERSIONED = re.compile(_CONFIGURATION + r"[\s(]*[\"']([\w.-]+:[\w.-]+)[\"']")
_VALUE = re.compile(r"\b([\w.]+)[\"']?\s*[=,]\s*[\"']([\w.+-]+)[\"']")
_REFERENCE = re.compile(r"\$\{?(?:rootProject\.|project\.|extra\[\"|ext\.)?(\w+)(?:\"\])?\}?")
_JAVA = re.compile(
    r"(?:languageVersion\.of|languageVersion\s*=\s*JavaLanguageVersion\.of|jvmToolchain|"
    r"JavaVersion\.VERSION_|(?:source|target)Compatibility\s*=\s*[\"']?)[\s(]*(\d+)\b"
)
_ROOT = re.compile(r"srcDirs?\b[\s(=\[]*[\"']([\w./-]+)[\"']")


def read(folder: Path) -> Project:
    """The project of a folder with a build.gradle, and those below it."""
    values = dict(
        re.findall(r"^\s*([\w.]+)\s*=\s*(\S+)", text_of(folder / "gradle.properties"), re.MULTILINE)
    )
    waiting, texts = modules(folder, _FILES), dict[Path, str]()
    roots = (p for p in (folder, *folder.parents[:_UP]) if any(map(Path.is_file, _settings(p))))
    root = next(roots, folder)
    while waiting:
        place = waiting.pop(0)
        if place not in texts:
            texts[place] = without_comments("\n".join(text_of(place / name) for name in _FILES))
            # What it depends on lies beside it.
            waiting += [root.joinpath(*n.split(":")) for n in _PROJECT.findall(texts[place])]
    for text in texts.values():
        values |= {name.rpartition(".")[2]: value for name, value in _VALUE.findall(text)}
    # A module's build has its catalogue in the folder of the whole.
    above = [place / "gradle" / "libs.versions.toml" for place in (folder, *folder.parents[:_UP])]
    catalogue = _catalogue(next((path for path in above if path.is_file()), above[0]))
    return joined(_module(place, text, values, catalogue) for place, text in texts.items())


def _settings(folder: Path) -> list[Path]:
    return [folder / f"settings.{ending}" for ending in ("gradle", "gradle.kts")]


def _module(
    place: Path, text: str, values: Mapping[str, str], catalogue: Mapping[str, str]
) -> Project:
    project = Project.of_folder(place, *_ROOT.findall(text))
    coordinates, unread = (
        [],
        [f"{name} (its version is not in the build file)" for name in _UNVERSIONED.findall(text)],
    )
    for group, name, version in [*_QUOTED.findall(text), *_NAMED.findall(text)]:
        filled = _REFERENCE.sub(lambda m: values.get(m[1], m[0]), version)
        if "$" in filled:
            unread.append(f"{group}:{name} (its version is computed)")
        else:
            coordinates.append(f"{group}:{name}:{filled}")
    coordinates += [
        catalogue[key]
        for alias in _CATALOGUE.findall(text)
        if (key := alias.replace(".", "-")) in catalogue
    ]
    java = max(map(int, _JAVA.findall(text)), default=0)
    return replace(project, coordinates=tuple(coordinates), unread=tuple(unread), java=java)


def _catalogue(path: Path) -> dict[str, str]:
    """A version catalogue's libraries, by alias."""
    import tomllib

    try:
        table = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError:
        return {}
    return dict(_libraries(table.get("libraries", {}), table.get("versions", {})))


def _libraries(
    libraries: Mapping[str, object], versions: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    for alias, row in libraries.items():
        key = re.sub(r"[._]", "-", alias)
        if isinstance(row, str):
            yield key, row
        elif isinstance(row, dict):
            name = row.get("module") or f"{row.get('group')}:{row.get('name')}"
            version = row.get("version")
            if isinstance(version, dict):
                version = versions.get(str(version.get("ref")))
            if isinstance(version, str):
                yield key, f"{name}:{version}"
