"""Start a document's code in its sandbox, wait so long, and read what came of it."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from harness.documents.beside import Beside
from harness.documents.trainers import Case
from harness.machine.isolation.sandbox import Sandbox, sandbox
from harness.model.observation import Fault, Unreachable
from harness.transport.process import Child, Deadline, Pipe
from harness.transport.spoken import started
from python_ref.numbers.text import Number, from_json

# The child stops Python code itself in time; what it cannot stop, and its own start on a
# loaded machine, is given so much longer.
_GRACE_SECONDS = 8.0
WHOLE_SECONDS = 60.0
"""For all pieces of a script: a notebook that trains for hours is not waited for."""
# More than any document shows; and more than any honest answer.
_PRINTED, _ANSWERED = 1 << 18, 1 << 25
# NumPy's sums of products are those of its BLAS, which takes others on each kind of processor.
_ELSEWHERE = {"OPENBLAS_CORETYPE": "Prescott"}
_Answer = TypeVar("_Answer", bound=msgspec.Struct)


@dataclass(frozen=True)
class Ran:
    """What a piece of a script printed, and how it failed, if it did.

    Attributes:
        missing: the module that is not installed, where that is why.
        numpy: NumPy's version, where the script names it: what it prints may be another's.
    """

    output: str
    fault: Fault | None = None
    missing: str | None = None
    numpy: str = ""


_VERSION = re.compile(r"[\w.+-]{1,40}")


class _Failure(msgspec.Struct):
    kind: str
    message: str
    missing: str | None = None

    def fault(self) -> Fault:
        return Fault(self.kind, self.message)


class _Piece(msgspec.Struct):
    output: str
    failure: _Failure | None
    numpy: str = ""


class _Place(msgspec.Struct):
    place: int


class _Ends(msgspec.Struct):
    ends: list[list[Number]]
    failure: _Failure | None


def run(
    pieces: Sequence[str],
    beside: Beside,
    seconds: float,
    *,
    go_on: bool = False,
    echo: str = "",
    elsewhere: bool = False,
) -> list[Ran]:
    """Run pieces of a script in one namespace of a process of their own.

    Args:
        pieces: whole programs, their code at the document's lines.
        beside: what stands beside the document.
        seconds: for each piece; all of them together have `WHOLE_SECONDS`.
        go_on: whether the pieces behind one that failed are run, as in a notebook.
        echo: whose values are printed, too: the `last` expression's of a piece, as a notebook
            does, or `every` one's, as a session does.
        elsewhere: whether sums of products are made as on another kind of processor.

    Returns:
        A Ran for each piece that was begun; the last one has the fault that ended the process.
    """
    task = {
        "do": "script",
        "pieces": list(pieces),
        "go_on": go_on,
        "seconds": seconds,
        "echo": echo,
    }
    whole = min(seconds * len(pieces), max(seconds, WHOLE_SECONDS))
    answers, fault = _asked(task, whole, _Piece, beside, _ELSEWHERE if elsewhere else {})
    runs = [
        Ran(
            piece.output,
            piece.failure.fault() if piece.failure else None,
            piece.failure.missing if piece.failure else None,
            piece.numpy if _VERSION.fullmatch(piece.numpy) else "",
        )
        for piece in answers
    ]
    if len(runs) < len(pieces) and (go_on or not any(ran.fault for ran in runs)):
        ended = Fault("crashes", "it ended the process")
        return [*runs, Ran("", fault or ended)]
    return runs


def which(
    programs: Sequence[Sequence[str]], expected: str, beside: Beside, seconds: float
) -> int | None:
    """The place of the first program whose last piece prints what is expected, if one does."""
    task = {
        "do": "which",
        "programs": [list(pieces) for pieces in programs],
        "expected": expected,
        "seconds": seconds,
    }
    answers, _ = _asked(task, seconds, _Place, beside)
    return answers[0].place if answers and 0 <= answers[0].place < len(programs) else None


def train(
    text: str, function: str, cases: Sequence[Case], beside: Beside, seconds: float
) -> list[list[list[float]]] | Fault:
    """Call a trainer for each case: the weights after every step asked for, or the fault."""
    task = {
        "do": "train",
        "text": text,
        "function": function,
        "cases": [case.message() for case in cases],
        "seconds": seconds,
    }
    answers, fault = _asked(task, seconds, _Ends, beside)
    for answer in answers:
        if answer.failure:
            return answer.failure.fault()
    trained = [[[from_json(w) for w in end] for end in answer.ends] for answer in answers]
    shapes = [[len(case.weights)] * len(case.steps) for case in cases]
    if [[len(end) for end in ends] for ends in trained] != shapes:
        return fault or Fault("garbled", "the trainer's process did not answer as it must")
    return trained


def program(command: Sequence[str], box: Sandbox, seconds: float) -> Ran:
    """Run a command in a sandbox to its end; what it printed."""
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
                limits=None,
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
        output = file.read(_PRINTED + 1)
    if len(output) > _PRINTED and fault is None:
        fault = Fault("garbled", f"printed more than {_PRINTED >> 10} kB")
    return Ran(output[:_PRINTED].decode("utf-8", "replace"), fault)


def _asked(
    task: dict[str, Any],
    seconds: float,
    kind: type[_Answer],
    beside: Beside,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> tuple[list[_Answer], Fault | None]:
    """The answers that came, and what ended the process before it had given all, if so."""
    with sandbox() as box:
        beside.into(box.folder)
        task |= {"name": beside.name, "beside": list(beside.folders)}
        try:
            child, pipe, ends = started(
                "harness.documents.child",
                "block",
                box,
                [beside.name],
                environment,
                beside.python,
            )
        except Unreachable as error:
            return [], error.fault
        deadline = time.monotonic() + seconds + _GRACE_SECONDS
        try:
            fault = _exchanged(child, pipe, ends, json.dumps(task).encode(), deadline, seconds)
        finally:
            child.close()
            for end in ends:
                os.close(end)
        answers = []
        for line in bytes(pipe.buffer).split(b"\n")[:-1]:
            try:
                answers.append(msgspec.json.decode(line, type=kind))
            except (msgspec.MsgspecError, RecursionError):
                return answers, Fault("garbled", "the code wrote to the pipe of its process")
        return answers, fault


def _exchanged(
    child: Child,
    pipe: Pipe,
    ends: list[int],
    task: bytes,
    deadline: float,
    seconds: float,
) -> Fault | None:
    """Give the task and take answers to their end; what ended them early, if anything did."""
    try:
        pipe.send(task, deadline)
        os.close(ends.pop())
        while len(pipe.buffer) <= _ANSWERED:
            pipe.receive(deadline)
    except Deadline:
        return Fault("times-out", f"did not end within {seconds:g} s", fatal=True)
    except EOFError:
        return None if child.waited(1.0) and child.well else child.death()
    return Fault("garbled", "the code wrote without end to the pipe of its process", fatal=True)
