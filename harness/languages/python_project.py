"""What a Python project says of itself: where its modules are, and what it needs.

Its files are read, never run: what a setup.py computes is not seen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser, Error
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.languages.package_names import package_name
from harness.model.errors import UsageError

_BUILD = ("pyproject.toml", "setup.cfg", "setup.py")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class PythonProject:
    """A project.

    Attributes:
        roots: the folders in which its modules are looked for.
        declared: what it needs, by plain name, with the command that installs it.
    """

    roots: tuple[Path, ...]
    declared: dict[str, str] = field(default_factory=dict)


def of(folder: Path) -> PythonProject:
    """The project in a folder. Raises UsageError: it is none, or its file cannot be read."""
    folder = folder.absolute()
    lists = sorted(folder.glob("requirements*.txt"))
    built = [name for name in _BUILD if (folder / name).is_file()]
    roots = [folder / "src"] if (folder / "src").is_dir() else []
    config = _read(folder / "pyproject.toml") if "pyproject.toml" in built else {}
    roots += [folder / place for place in _places(config) if (folder / place).is_dir()]
    if not built and not lists and not any(folder.glob("*.py")) and not any(folder.glob("*/*.py")):
        raise UsageError(
            f"--project {folder}: no Python project; it has neither {', '.join(_BUILD)} nor"
            " requirements.txt, nor any module"
        )
    listed = [(name, path) for path in lists for name in _listed(_text(path))]
    declared = {package_name(name): f"pip install -r {path}" for name, path in listed}
    named = [*_declared(config), *_in_setup(folder / "setup.cfg")]
    declared |= {package_name(name): f"pip install -e {folder}" for name in named}
    return PythonProject(tuple(dict.fromkeys((*roots, folder))), declared)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _table(config: Any, *keys: str) -> Any:
    for key in keys:
        config = config.get(key) if isinstance(config, dict) else None
    return config


def _places(config: dict[str, Any]) -> Iterator[str]:
    """The folders that a build backend is told of."""
    named = _table(config, "tool", "setuptools", "package-dir") or {}
    yield from (place for place in named.values() if isinstance(place, str))
    where = _table(config, "tool", "setuptools", "packages", "find", "where") or []
    yield from (place for place in where if isinstance(place, str))
    for package in _table(config, "tool", "poetry", "packages") or []:
        if isinstance(place := _table(package, "from"), str):
            yield place


def _declared(config: dict[str, Any]) -> Iterator[str]:
    """The packages that a pyproject.toml needs, extras included."""
    extras = _table(config, "project", "optional-dependencies") or {}
    for group in (_table(config, "project", "dependencies") or [], *extras.values()):
        yield from (name for line in group for name in _listed(str(line)))
    yield from _table(config, "tool", "poetry", "dependencies") or {}


def _in_setup(path: Path) -> list[str]:
    parser = ConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (Error, UnicodeDecodeError):
        return []
    return list(_listed(parser.get("options", "install_requires", raw=True, fallback="")))


def _listed(text: str) -> Iterator[str]:
    """The names in lines as pip has them."""
    for line in text.splitlines():
        if match := _NAME.match(line.strip()):
            yield match.group()
