"""How Python processes of ours find our package, and compiled, so that none compiles NumPy anew.

Where Python may write, its compiled modules lie beside the sources already. Where it was told
not to (containers, CI), each process would compile everything it imports, in half a second;
there they are kept in our cache, and Python is told not to write them where a stranger's code
is what imports.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from contextlib import suppress
from functools import cache

import numpy as np

from harness.cache import root

_NEEDED = "harness.documents.child, harness.transport.worker"


def environment(*, trusted: bool) -> dict[str, str]:
    """What the environment of a Python process of ours says about modules.

    Args:
        trusted: what runs there may add to them; otherwise they are made beforehand.
    """
    # Our own package must be found whatever folder they are in.
    found = {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    reading = {**found, "PYTHONDONTWRITEBYTECODE": "1"}
    place = _prefix()
    if place is None:
        return reading
    writing = {**found, "PYTHONPYCACHEPREFIX": place}
    if trusted:
        return writing
    _made(tuple(writing.items()))
    return {**writing, **reading}


@cache
def _prefix() -> str | None:
    """Where compiled modules are kept; None where they lie beside their sources."""
    if sys.pycache_prefix:
        return sys.pycache_prefix
    if os.path.exists(importlib.util.cache_from_source(np.__file__)):  # noqa: PTH110
        return None
    return str(root() / "bytecode")


@cache
def _made(writing: tuple[tuple[str, str], ...]) -> None:
    """Import once what our processes need, so that it is compiled."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with suppress(OSError, subprocess.TimeoutExpired):  # then each process compiles for itself
        subprocess.run(
            [sys.executable, "-c", f"import {_NEEDED}"],
            env={**kept, **dict(writing)},
            capture_output=True,
            timeout=60,
            check=False,
        )
