"""Shell scripts for CI, run by bash with a `rmsproof` that only notes what it was given.

What it was given is then run in the process of the test, which saves Python's start each time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from support import CommandLine, Done, command

# Notes its arguments, each ended by a null, and a line's end behind the last.
_NOTE = """#!/bin/sh
printf '%s\\0' "$@" >> "$NOTED"
echo >> "$NOTED"
"""


def program(path: Path) -> None:
    """Put a program at a path that notes what it is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_NOTE, encoding="utf-8")
    path.chmod(0o755)


def noted(folder: Path, script: str, env: Mapping[str, str]) -> list[list[str]]:
    """What a script gave to the programs that note it, call by call. It must pass.

    Args:
        folder: where it is run; its bin/ is looked in first.
        script: as GitHub's runner runs it.
        env: added to the environment.
    """
    notes = folder / "noted"
    notes.unlink(missing_ok=True)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    given = {"PATH": path, "NOTED": str(notes), **env}
    done = command(["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=given)
    assert done == Done(0, "", ""), script
    lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
    return [line.split("\0")[:-1] for line in lines]


def run(call: CommandLine, folder: Path, script: str, **env: str) -> Done:
    """What a script's one call of rmsproof does."""
    (arguments,) = noted(folder, script, env)
    return call(*arguments)
