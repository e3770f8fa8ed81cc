"""Adapters for the tests of commands: written, filled in, judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

from sources_to_adapt import Case
from support import Done


def completed(text: str, edits: dict[str, str]) -> str:
    """An adapter whose lines that hold a text are replaced, each text once."""
    lines = text.splitlines(keepends=True)
    for key, new in edits.items():
        at = next(i for i, line in enumerate(lines) if key in line)
        margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at] = "".join(f"{margin}{line}\n" for line in new.splitlines())
    return "".join(lines)


def judged(call: Callable[..., Done], *arguments: str) -> dict[str, object]:
    done = call("check", *arguments, "--golden", "mixed-arrays", "--json", "-")
    found: dict[str, object] = json.loads(done.out)["results"][0]
    return found


def written(case: Case, folder: Path) -> None:
    (folder / case.file).write_text(dedent(case.source).lstrip(), encoding="utf-8")
