"""What is said of starters: which there are, and what to do with one that was written."""

from __future__ import annotations

import shlex
from pathlib import Path

from harness.starters.starter import Starter

_UNTRIED = "not run here: no toolchain where rmsproof is tested"


def listing(starters: dict[str, Starter]) -> list[tuple[str, str]]:
    """Every language by name, and what it needs."""
    rows = []
    for name, starter in starters.items():
        needs = f"needs {' and '.join(starter.needs)}"
        rows.append((name, needs if starter.tried else f"{needs}; {_UNTRIED}"))
    return rows


def written(starter: Starter, folder: Path) -> str:
    """What a person reads who asked for a starter in a folder."""
    steps = [*starter.build, "rmsproof check ."]
    if folder.resolve() != Path.cwd():
        steps.insert(0, f"cd {shlex.quote(str(folder))}")
    lines = [
        f"{folder}: written: RMSProp in {starter.title}, in {starter.precisions}. Then:",
        *(f"  {line}" for line in steps),
        f"Yours goes into {starter.update}; {starter.protocol} lets rmsproof feed it.",
        ".github/workflows/rmsproof.yml does the same at every push.",
    ]
    if not starter.tried:
        lines.append(f"This one was {_UNTRIED}.")
    return "\n".join(lines)
