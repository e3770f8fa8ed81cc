"""The process in which a document's Python runs: whole scripts, and trainers call by call.

    python -P start.py harness.documents.child READ WRITE NAME

The task comes as JSON through the pipe READ, answers go back through WRITE, a line each, as
soon as they are known; whatever the code prints goes nowhere near them. `script` runs pieces in
one namespace, in order, and answers what each printed; `which` finds the first of several
programs that prints what is expected; `train` calls a function with arguments and answers what
it returned. A failure of the code is an answer.
"""

from __future__ import annotations

import ast
import io
import itertools
import json
import os
import random
import signal
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from harness.documents.printed import begins, differs
from harness.machine.start import make_way
from harness.transport.python.failures import message_of, syntax_message
from python_ref.numbers.text import to_json

# A listing prints some lines; what prints more has run away.
_PRINTED = 1 << 18
# So many lines are held against what is expected while they are printed.
_WATCHED = 100


class _TooMuch(Exception):
    """More was printed than any document shows."""


class _Unlike(Exception):
    """A trainer does something else than what it is called for: it is not at fault."""


class _Late(BaseException):
    """The time is over."""


class _Captured(io.StringIO):
    def write(self, text: str, /) -> int:
        if self.tell() + len(text) > _PRINTED:
            raise _TooMuch(f"printed more than {_PRINTED >> 10} kB")
        return super().write(text)


class _Expected(_Captured):
    """Stops a program as soon as it has printed something else."""

    def __init__(self, expected: str) -> None:
        super().__init__()
        self._expected = expected
        self._lines = 0

    def write(self, text: str, /) -> int:
        written = super().write(text)
        self._lines += text.count("\n")
        # Not after every line of a long output, which would be read again and again.
        if "\n" in text and self._lines <= _WATCHED:
            whole = self.getvalue()
            if not begins(self._expected, whole[: whole.rindex("\n") + 1]):
                raise _TooMuch("printed something else")
        return written


def script(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run the pieces; what each printed, and how it failed if it did."""
    module = _module("__main__", task["name"])
    numpy = np.__version__ if any("numpy" in text for text in task["pieces"]) else ""
    for text in task["pieces"]:
        out = _Captured()
        run = partial(_execute, text, task["name"], module, task["echo"])
        failure = _attempt(run, out, task)
        # Lone surrogates are no text that a report could hold.
        output = out.getvalue().encode("utf-8", "backslashreplace").decode()
        yield {"output": output, "failure": failure, "numpy": numpy}
        if failure and not task["go_on"]:
            return


def which(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The first of several programs whose last piece prints what is expected, by its place."""
    signal.setitimer(signal.ITIMER_REAL, task["seconds"])
    for place, pieces in enumerate(task["programs"]):
        module = _module("__main__", task["name"])
        out = io.StringIO()
        failure = None
        for text in pieces:
            out = _Expected(task["expected"]) if text is pieces[-1] else _Captured()
            run = partial(_execute, text, task["name"], module)
            failure = failure or _attempt(run, out, task, once=True)
        if failure and (failure.get("missing") or failure["kind"] == "times-out"):
            return
        if not failure and differs(task["expected"], out.getvalue()) is None:
            yield {"place": place}
            return


def train(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Call the trainer for each case in a namespace of its own; the numbers it ends with."""
    signal.setitimer(signal.ITIMER_REAL, task["seconds"])
    for case in task["cases"]:
        ends: list[list[float]] = []
        failure = _attempt(partial(_drive, task, case, ends), _Captured(), task, once=True)
        yield {"ends": [[to_json(w) for w in end] for end in ends], "failure": failure}


def _drive(task: dict[str, Any], case: dict[str, Any], ends: list[list[float]]) -> None:
    module = _module("block", task["name"])
    _execute(task["text"], task["name"], module)
    function = module.__dict__[task["function"]]
    counts = case["steps"]
    # What grows with the steps is seen by two numbers of them.
    more = [*counts, counts[-1] + 1] if len(counts) == 1 else counts
    returned, starts = zip(*(_ended(function, case, steps) for steps in more))
    size = len(case["weights"])
    ended = [_weights(*end, size) for end in zip(_lasts(returned), starts)]
    ends.extend(ended[: len(counts)])


def _lasts(returned: Sequence[Any]) -> Sequence[Any]:
    """What came after each number of steps; of what grows with the steps, a history, its last."""
    if not all(isinstance(each, (list, tuple)) or np.ndim(each) for each in returned):
        return returned
    lengths = [len(each) for each in returned]
    if len({*lengths}) == len(lengths) > 1:
        return [each[-1] if length else each for each, length in zip(returned, lengths)]
    if len({*lengths}) == 1 and not any(isinstance(each, np.ndarray) for each in returned):
        return list(zip(*map(_lasts, zip(*returned)))) or returned
    return returned


def _ended(function: Callable[..., Any], case: dict[str, Any], steps: int) -> tuple[Any, Any]:
    """What a trainer returned after so many steps, and the array that it was given."""
    returned, start, calls = _called(function, case, steps)
    if case["gradient"] and calls == steps - 1:  # it counts from one, or up to the last but one
        returned, start, calls = _called(function, case, steps + 1)
    if case["gradient"] and calls != steps:
        raise _Unlike(
            f"the gradient was asked for {calls} times in {steps} steps; once a step is known"
        )
    return returned, start


def _called(function: Callable[..., Any], case: dict[str, Any], steps: int) -> tuple[Any, Any, int]:
    """What a trainer returned, the array that it was given, how often it asked for gradients."""
    arguments = {name: _value(value) for name, value in case["arguments"].items()}
    start: Any = None
    if case["start"]:
        start = np.array(case["weights"], dtype=np.float64)
        start = arguments[case["start"]] = float(start[0]) if case["plain"] else start
    if case["bounds"]:
        arguments[case["bounds"]] = np.array([[w, w] for w in case["weights"]])
    if case["objective"]:
        # Always less, and by more than what would be reason enough to stop.
        losses = (1e6 * 0.99**n for n in itertools.count())
        arguments[case["objective"]] = lambda *_: next(losses)
    feed = _Feed(case["gradients"], case["plain"])
    if case["gradient"]:
        arguments[case["gradient"]] = feed
    if case["iterations"]:
        arguments[case["iterations"]] = steps
    # Weights that are drawn must be the same for every number of steps.
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - the page's own generator
    with np.errstate(all="ignore"):
        return function(**arguments), start, feed.calls


class _Feed:
    """A gradient function that gives what was to be given, whatever it is asked at."""

    def __init__(self, rows: list[list[float]], plain: bool) -> None:
        self._rows, self._plain = rows, plain
        self.calls = 0

    def __call__(self, *_: Any, **__: Any) -> Any:
        row = self._rows[min(self.calls, len(self._rows) - 1)]
        self.calls += 1
        return row[0] if self._plain else np.array(row)


def _value(value: Any) -> Any:
    return np.array(value, dtype=np.float64) if isinstance(value, list) else value


def _weights(returned: Any, start: Any, size: int) -> list[float]:
    """The weights among what a trainer returned, or in the array it was given."""
    for candidate in _candidates(returned):
        try:
            array = np.asarray(candidate, dtype=np.float64)
        except (TypeError, ValueError):
            continue
        if array.size == size and array.ndim <= 2:  # a column of them too
            return [float(value) for value in array.reshape(-1)]
    if returned is None and isinstance(start, np.ndarray):
        return [float(value) for value in start]
    raise _Unlike(f"it returned no {size} numbers, but {type(returned).__name__}")


def _candidates(returned: Any) -> list[Any]:
    """The whole, then its parts; of a history (a list of weights) its last entry."""
    candidates = [returned]
    if isinstance(returned, dict):
        candidates += [_together(list(returned.values())), *returned.values()]
    elif isinstance(returned, (tuple, list)):
        candidates += [_together(returned), *returned]
        candidates += [p[-1] for p in returned if isinstance(p, (list, np.ndarray)) and len(p)]
        candidates += returned[-1:]
    return candidates


def _together(parts: Any) -> Any:
    """The first two parts as one, such as a slope and an intercept; None where they are not."""
    try:
        return np.concatenate([np.asarray(p, dtype=np.float64).reshape(-1) for p in parts[:2]])
    except (TypeError, ValueError):
        return None


def _module(name: str, file: str) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    return module


def _execute(text: str, name: str, module: types.ModuleType, echo: str = "") -> None:
    """Run a program; as a notebook shows its `last` value, or a session `every` one."""
    if not echo:
        exec(compile(text, name, "exec", dont_inherit=True), module.__dict__)
        return
    statements = ast.parse(text, name).body
    for statement in statements:
        echoed = echo == "every" or statement is statements[-1]
        if echoed and isinstance(statement, ast.Expr):
            code = compile(ast.Interactive([statement]), name, "single", dont_inherit=True)
        else:
            code = compile(ast.Module([statement], []), name, "exec", dont_inherit=True)
        exec(code, module.__dict__)


def _attempt(
    action: Callable[[], None], out: io.StringIO, task: dict[str, Any], once: bool = False
) -> dict[str, Any] | None:
    """Do it within the time; how it failed, in words that name the line of the code itself.

    Args:
        action: what is done.
        out: where its standard output goes.
        task: says how many seconds there are.
        once: the time is that of all attempts together, and runs already.
    """
    try:
        with redirect_stdout(out), redirect_stderr(io.StringIO()):
            if not once:
                signal.setitimer(signal.ITIMER_REAL, task["seconds"])
            try:
                action()
            finally:
                if not once:
                    signal.setitimer(signal.ITIMER_REAL, 0)
    except _TooMuch as error:
        return {"kind": "garbled", "message": str(error)}
    except _Late as error:
        return {"kind": "times-out", "message": str(error)}
    except _Unlike as error:
        return {"kind": "not-run", "message": str(error)}
    except BaseException as error:
        kind = "crashes"
        unbound = isinstance(error, UnboundLocalError)  # which is a NameError all the same
        if isinstance(error, (ImportError, NameError, SyntaxError)) and not unbound:
            kind = "does-not-compile"
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        words = message_of(error, task["name"])
        if isinstance(error, SyntaxError):
            words = syntax_message(error)
        return {"kind": kind, "message": words, "missing": missing}
    return None


def main() -> None:
    """Read the task, answer, and end without waiting for threads that the code left."""
    os.dup2(2, 1)
    read, write, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    for end in (read, write):
        os.set_inheritable(end, False)
    with os.fdopen(read, "rb") as file:
        task = json.load(file)
    sys.argv[:] = [name]
    make_way(str(Path.cwd()))
    sys.path += task["beside"]

    def late(_signal: int, _frame: Any) -> None:
        raise _Late(f"did not end within {task['seconds']:g} s")

    signal.signal(signal.SIGALRM, late)
    with os.fdopen(write, "w", encoding="ascii") as replies:
        for answer in {"script": script, "which": which, "train": train}[task["do"]](task):
            replies.write(json.dumps(answer) + "\n")
            replies.flush()
    os._exit(0)
