"""Start a document's Python in its sandbox, wait so long, and read what came of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import bytecode
from harness.documents.trainers import Case
from harness.sandbox import Sandbox, sandbox
from harness.transport.base import Fault, Unreachable
from harness.transport.process import Child

# The child stops Python code itself in time; what it cannot stop, and its own start on a
# loaded machine, is given so much longer.
_GRACE_SECONDS = 8.0
# More than any document shows.
_PRINTED = 1 << 18


@dataclass(frozen=True)
class Ran:
    """What a piece of a script printed, and how it failed, if it did.

    Attributes:
        missing: the module that is not installed, where that is why.
    """

    output: str
    fault: Fault | None = None
    missing: str | None = None


def run(
    pieces: Sequence[str],
    name: str,
    seconds: float,
    *,
    go_on: bool = False,
    stand_ins: Collection[str] = (),
    echo: str = "",
) -> tuple[list[Ran], list[str]]:
    """Run pieces of a script in one namespace of a process of their own.

    Args:
        pieces: whole programs, their code at the document's lines.
        name: how tracebacks call the file.
        seconds: for all of it.
        go_on: whether the pieces behind one that failed are run, as in a notebook.
        stand_ins: libraries that are to be stood in for.
        echo: whose values are printed, too: the `last` expression's of a piece, as a notebook
            does, or `every` one's, as a session does.

    Returns:
        A Ran for each piece that was begun, and the dialects that stood in for libraries.
    """
    task = {
        "do": "script",
        "pieces": list(pieces),
        "name": name,
        "go_on": go_on,
        "stand_ins": list(stand_ins),
        "seconds": seconds,
        "echo": echo,
    }
    reply = _asked(task, seconds)
    if isinstance(reply, Fault):
        return [Ran("", reply)], []
    found = [
        Ran(piece["output"], _fault(piece["failure"]), (piece["failure"] or {}).get("missing"))
        for piece in reply["pieces"]
    ]
    return found, reply["stood_in"]


def which(
    programs: Sequence[Sequence[str]],
    expected: str,
    name: str,
    seconds: float,
    stand_ins: Collection[str] = (),
) -> int | None:
    """The place of the first program whose last piece prints what is expected, if one does."""
    task = {
        "do": "which",
        "programs": [list(pieces) for pieces in programs],
        "expected": expected,
        "name": name,
        "stand_ins": list(stand_ins),
        "seconds": seconds,
        "echo": "",
    }
    reply = _asked(task, seconds)
    return None if isinstance(reply, Fault) else reply["place"]


def program(command: Sequence[str], box: Sandbox, seconds: float) -> Ran:
    """Run a command in a sandbox to its end; what it printed, as far as anybody shows."""
    printed = box.folder / "printed.txt"
    with printed.open("wb") as file:
        try:
            child = Child(
                box.command(command),
                "program",
                cwd=box.folder,
                environment=box.environment(),
                asked=False,
                output=file,
            )
        except Unreachable as error:
            return Ran("", error.fault)
        try:
            ended = child.waited(seconds)
            fault = None if ended and child.well else child.death(0.0)
            if not ended:
                fault = Fault("times-out", f"did not end within {seconds:g} s", fatal=True)
        finally:
            child.close()
    with printed.open("rb") as file:
        return Ran(file.read(_PRINTED).decode("utf-8", "replace"), fault)


def train(
    text: str, function: str, cases: Sequence[Case], name: str, seconds: float
) -> list[list[list[float]]] | Fault:
    """Call a trainer for each case: the weights after every step asked for, or the fault."""
    task = {
        "do": "train",
        "text": text,
        "name": name,
        "function": function,
        "cases": [case.message() for case in cases],
        "seconds": seconds,
    }
    reply = _asked(task, seconds)
    if isinstance(reply, Fault):
        return reply
    for answer in reply["cases"]:
        if fault := _fault(answer["failure"]):
            return fault
    return [answer["ends"] for answer in reply["cases"]]


def _fault(failure: dict[str, Any] | None) -> Fault | None:
    return Fault(failure["kind"], failure["message"]) if failure else None


def _asked(task: dict[str, Any], seconds: float) -> dict[str, Any] | Fault:
    with sandbox() as box:
        return _in(box, task, seconds)


def _in(box: Sandbox, task: dict[str, Any], seconds: float) -> dict[str, Any] | Fault:
    asked, answered = box.folder / "task.json", box.folder / "reply.json"
    asked.write_text(json.dumps(task), encoding="utf-8")
    module = ["-m", "harness.documents.child", str(asked), str(answered)]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        child = Child(
            box.command([sys.executable, *module]),
            "block",
            cwd=box.folder,
            environment={
                "PYTHONPATH": path,
                **bytecode.environment(trusted=False),
                **box.environment(),
            },
            asked=False,
        )
    except Unreachable as error:
        return error.fault
    try:
        if not child.waited(seconds + _GRACE_SECONDS):
            return Fault("times-out", f"did not end within {seconds:g} s", fatal=True)
        reply = _read(answered)
        return child.death() if reply is None else reply
    finally:
        child.close()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        reply: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return reply
