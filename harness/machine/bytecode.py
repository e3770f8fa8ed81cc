"""How Python processes of ours are started, and find modules compiled: none compiles NumPy anew.

Where Python may write, compiled modules lie beside their sources. Where it was told not to
(containers, CI), each process would compile everything it imports, in half a second; there they
are made once and kept in our cache. No process of ours writes any: strangers' code runs in most,
and Python itself loads a module that a full disk cut short, and fails.
"""

from __future__ import annotations

import hashlib
import importlib.util
import marshal
import os
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import harness
import python_ref
from harness.machine import start
from harness.machine.cache import made_once, whole
from harness.model.errors import ToolchainError

_NEEDED = (
    "harness.documents.child",
    "harness.transport.worker",
    "harness.transport.jvm_host",
    "harness.commands.app",
    "harness.commands.check",
    "harness.report.terminal",
)
_PACKAGES = (Path(harness.__file__).parent, Path(python_ref.__file__).parent)
# It need not be imported for that.
_NUMPY = getattr(importlib.util.find_spec("numpy"), "origin", None) or ""
_FOLDER = str(_PACKAGES[0].parent)
_WORKER = str(_PACKAGES[0] / "transport" / "worker.py")
# On a loaded machine; NumPy is compiled in half a second.
_SECONDS = 60
# Before a module's code: magic number, flags, and the time and size of its source.
_HEAD = 16


# As `python -P FILE`, which is not there before 3.11: the file's folder is not on the path.
_RUN = (
    "import runpy, sys; sys.path.pop(0); sys.argv.pop(0);"
    " runpy.run_path(sys.argv[0], run_name='__main__')"
)


def command(module: str, python: str = "") -> list[str]:
    """What starts a module of ours in an interpreter, ours if none is named; arguments follow."""
    if python:
        return [python, "-c", _RUN, start.__file__, module]
    return [sys.executable, "-P", start.__file__, module]


def environment(python: str = "") -> dict[str, str]:
    """What the environment of a Python process of ours says about modules."""
    if python:  # nothing that is installed for ours
        named = os.environ.get("PYTHONPATH", "")
        bare = {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
        return {**bare, start.PATH: named, start.ALONE: "1"}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    # An empty PYTHONPATH is none: what the user's names is found later, where it can do no harm.
    variables = {start.PATH: path, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**variables, **_prefix()}


@cache
def _prefix() -> dict[str, str]:
    """Where compiled modules are kept; nothing where they lie beside their sources."""
    compiled = map(importlib.util.cache_from_source, (_NUMPY, _WORKER))
    if all(map(os.path.exists, compiled)):
        return {"PYTHONPYCACHEPREFIX": sys.pycache_prefix} if sys.pycache_prefix else {}
    given = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def make(folder: Path) -> None:
        subprocess.run(
            [sys.executable, "-P", "-c", f"import {', '.join(_NEEDED)}"],
            env={**given, "PYTHONPATH": _FOLDER, "PYTHONPYCACHEPREFIX": str(folder)},
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
        _unmarshalled(folder)

    try:
        folder = made_once("modules", _key(), make, made_of=_state())
    except (OSError, EOFError, ValueError, subprocess.SubprocessError, ToolchainError):
        return {}  # then each process compiles for itself
    return {"PYTHONPYCACHEPREFIX": str(folder)}


def _key() -> str:
    ours = "\0".join([sys.executable, sys.version, _FOLDER])
    return hashlib.sha256(ours.encode()).hexdigest()[:32]


def use() -> None:
    """Find what this process imports from here on compiled, if an earlier run left it so."""
    beside = Path(importlib.util.cache_from_source(_WORKER)).exists()
    if not sys.dont_write_bytecode or sys.pycache_prefix or beside:
        return
    with suppress(OSError, ToolchainError):
        if folder := whole("modules", _key(), made_of=_state()):
            sys.pycache_prefix = str(folder)


def _unmarshalled(folder: Path) -> None:
    """Read every module: Python does not say so when a full disk took only part of one.

    Raises:
        EOFError, ValueError: one is not whole.
    """
    for path in folder.rglob("*.pyc"):
        marshal.loads(path.read_bytes()[_HEAD:])


def _state() -> str:
    """What changes when a source of ours or an installed package does."""
    digest = hashlib.sha256()
    sources = [path for package in _PACKAGES for path in sorted(package.rglob("*.py"))]
    # The folder's time is that of the last installation.
    for path in (Path(_NUMPY).parent.parent, *sources):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
