"""What the tests of several rooms share: small goldens, observations, and a look at processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from harness.comparison.compare import Comparison, Divergence
from harness.machine.isolation.limits import SERVER
from harness.model.observation import Fault, Observation
from harness.model.words import UNDECIDED
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.numbers.arithmetic import PLAIN
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.scenario import Scenario

REPOSITORY = Path(__file__).resolve().parent.parent
# All goldens but that of a thousand steps, which takes longer than the rest together (and one
# more that begins with t): for tests of what is judged, not of what the numbers are.
SHORT = "*/float*/[!t]*"
# A temporary folder of the session's own is named in every child's environment: that is how a
# process which outlived its test is known for ours.
MARK = "TMPDIR"
PARTED = Divergence("g", 3, "w", 2, 0.5, 0.75, 2**51)


def alike(values: Iterable[Any], suite: int = 1) -> list[Any]:
    """Parameters of one kind: the first stand for the others, which are in the slow part."""
    return [
        value
        if i < suite
        else pytest.param(
            *(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.slow
        )
        for i, value in enumerate(values)
    ]


def spread(values: Iterable[Any], of: int = 2) -> list[Any]:
    """Parameters of one kind: one of so many in the suite, the others in the slow part."""
    return [
        value if i % of == 0 else pytest.param(value, marks=pytest.mark.slow)
        for i, value in enumerate(values)
    ]


def collected(request: pytest.FixtureRequest, name: str = "name") -> set[Any]:
    """The values of a parameter that tests of this module were collected with.

    What they have in common is worked out for these alone.
    """
    calls = [getattr(i, "callspec", None) for i in request.session.items if i.path == request.path]
    return {call.params[name] for call in calls if call and name in call.params}


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


class CommandLine(Protocol):
    """`rmsproof ARGUMENTS`, run in a fresh folder."""

    def __call__(self, *arguments: str, **options: Any) -> Done: ...


def command(
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
    timeout: float = 180,
) -> Done:
    """Run a command to its end, with `env` added to the environment and `without` taken out."""
    environment = {k: v for k, v in os.environ.items() if k not in without} | dict(env or {})
    done = subprocess.run(
        list(arguments),
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def scenario(name: str, precision: str = "float64") -> Scenario:
    """The scenario of that name, rounded to a precision."""
    return next(s for s in scenarios(precision) if s.name == name)


def singles(*without: str) -> list[str]:
    """Every single deviation from the reference, but on these axes."""
    return [
        f"{name}={value}"
        for name, axis in AXES.items()
        for value in axis.names[1:]
        if name not in without
    ]


@cache
def golden(
    name: str = "page-ten-steps", precision: str = "float64", deviations: tuple[str, ...] = ()
) -> Golden:
    """The golden of a scenario under a dialect, the reference unless deviations are given."""
    return make(scenario(name, precision), Dialect(deviations), precision)


def tiny(**changes: Any) -> Scenario:
    """Two arrays, three elements, two steps; `changes` replace its parts."""
    arrays = {
        "weights": {"w": np.array([0.5, -0.25]), "b": np.array([0.75])},
        "gradients": [
            {"w": np.array([0.1, -0.2]), "b": np.array([0.3])},
            {"w": np.array([-0.4, 0.5]), "b": np.array([0.0])},
        ],
    }
    given = {"learning_rate": 0.001, "decay_rate": 0.9, "epsilon": 1e-8, **arrays, **changes}
    return Scenario(name="tiny", catches="nothing in particular", **given)


def observed(of: Golden, **changes: Any) -> Observation:
    """What a port that is exact gives for a golden; `changes` replace its parts."""
    return Observation(**{"weights": of.weights.copy(), **changes})


def compared(word: str = "exact", **changes: Any) -> Comparison:
    """A core float64 golden that came out with this word; it moves, and so did the port."""
    whole = {"equal": (PLAIN,), "within": True, "first": None, "fault": None, "largest_ulp": 0}
    part = {"equal": (), "within": False, "largest_ulp": None}
    by_word = {
        "exact": whole,
        "conforms": {**whole, "equal": (), "first": PARTED, "largest_ulp": 2},
        "diverges": {**part, "first": PARTED, "fault": None, "largest_ulp": 2**51},
    }
    fault = {**part, "first": None, "fault": Fault(word, f"it {word}")}
    if word in UNDECIDED:  # no step was taken
        fault |= {"moves": False, "moved": False}
    base = {"golden": f"a {word} one", "kind": "core", "family": "float64"}
    base |= {"moves": True, "moved": True}
    return Comparison(**{**base, **(by_word.get(word) or fault), **changes})


def processes() -> dict[int, str]:
    """The processes that this session's tests started and that are still there, by id."""
    mark = f"{MARK}={os.environ[MARK]}"
    found: dict[int, str] = {}
    if Path("/proc/self/environ").exists():
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                try:
                    environment = (folder / "environ").read_bytes().split(b"\0")
                    # A sandbox has a temporary folder of its own, inside the session's.
                    if any(entry.startswith(mark.encode()) for entry in environment):
                        line = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                        found[int(folder.name)] = line.decode("utf-8", "replace")
                except OSError:  # ended meanwhile, or not ours to read
                    continue
    else:
        done = subprocess.run(
            ["ps", "-axEww", "-o", "pid=,command="], capture_output=True, text=True, check=True
        )
        for line in done.stdout.splitlines():
            pid, _, text = line.strip().partition(" ")
            if mark in text and int(pid) != os.getpid() and not text.startswith("ps "):
                found[int(pid)] = text
    return found


def _is_fork_server(pid: int, command: str) -> bool:
    """Whether it is a server of this very process, which keeps it for the next start."""
    if SERVER not in command:
        return False
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it ended meanwhile
        return True
    return int(status.rpartition(")")[2].split()[1]) == os.getpid()


@contextmanager
def none_left() -> Iterator[None]:
    """Fail if the block leaves a process behind that was not there before."""
    before = set(processes())
    yield
    deadline = time.monotonic() + 5

    def left() -> dict[int, str]:
        # What Python starts beside processes of its own ends with whoever started them.
        own = "multiprocessing.resource_tracker"
        return {
            p: c
            for p, c in processes().items()
            if p not in before and own not in c and not _is_fork_server(p, c)
        }

    while left() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left() == {}


def python(path: Path, *arguments: str) -> tuple[str, ...]:
    """The command that runs a Python file."""
    return (sys.executable, str(path), *arguments)
