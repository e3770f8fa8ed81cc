"""The Python that a port runs in: the user's, where ours lacks what it imports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from harness.model.errors import ToolchainError, UsageError

# What a worker of ours runs in.
OLDEST = (3, 9)
_FOLDERS = (".venv", "venv", "env")
_PROJECT = (".git", "pyproject.toml", "setup.py", "requirements.txt")
_PROBE = (
    "import importlib.util as u, sys;"
    "print(sys.version_info[0], sys.version_info[1], int(u.find_spec('numpy') is not None))"
)
_SECONDS = 30


def given(asked: Path) -> Path:
    """The interpreter that `--python` names: a program, or the folder of an environment.

    Raises:
        UsageError: it is no Python, or one that is too old.
        ToolchainError: it has no NumPy.
    """
    program = _program(asked) if asked.is_dir() else asked
    if program is None:
        raise UsageError(f"--python {asked}: the folder has no bin/python")
    try:
        done = subprocess.run(
            [str(program), "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        major, minor, numpy = map(int, done.stdout.split()[-3:])
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise UsageError(f"--python {asked}: is no Python that can be started") from error
    if (major, minor) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise UsageError(
            f"--python {asked}: is Python {major}.{minor}; {oldest} or newer is needed"
        )
    if not numpy:
        raise ToolchainError(
            f"--python {asked}: has no NumPy, by which arrays are handed over;"
            f" install it: {program} -m pip install numpy"
        )
    return program.absolute()


def others(source: Path) -> Iterator[Path]:
    """The environments that are at hand beside ours: the active one, one beside the source."""
    folders = [Path(active)] if (active := os.environ.get("VIRTUAL_ENV")) else []
    for folder in source.absolute().parents:
        folders += [folder / name for name in _FOLDERS]
        if any((folder / name).exists() for name in _PROJECT):
            break
    for folder in folders:
        program = _program(folder)
        if program is not None and folder.resolve() != Path(sys.prefix).resolve():
            yield program


def _program(folder: Path) -> Path | None:
    for place in ("bin/python", "Scripts/python.exe"):
        if (folder / place).is_file():
            return folder / place
    return None
