"""A thousand faults, every one attributed to its own scenario, and nothing left behind.

    uv run python tests/soak/soak.py [--faults 1000] [--seed 1] [--seconds 120]

Rounds of 200 scenarios are fed to ports that do what each scenario's learning rate tells them,
drawn at random by the seed: answer rightly, or in one of many wrong ways. What is observed must be
what the port was told there, bit for bit or by the kind and the words of the fault, and the verdict
that which follows. Then processes, open files, threads and memory must be what they were after the
first round. Ends with 1 if anything is not so.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dues import JVM, LOCAL, WIRE, Due
from footprint import leaks, settled
from support import MARK

from harness.comparison.compare import compare
from harness.judging.judge import judge
from harness.judging.verdict import of_golden
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.launch import Hosted, Spoken
from harness.languages.python import loading
from harness.languages.registry import by_name
from harness.model.observation import Observation, Rows
from harness.model.words import GOOD, ORDER
from harness.ports.targets import of_command, of_target
from harness.transport.base import Transport
from harness.transport.hosted import HostedTransport
from harness.transport.hosting import Worker
from harness.transport.stdio import StdioTransport
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.numbers.arithmetic import PLAIN
from python_ref.scenarios.scenario import Scenario

HERE = Path(__file__).resolve().parent
SCENARIOS = 200
LANES = 2


# -- what is fed, and what comes of it ------------------------------------------------------------


@dataclass
class Tally:
    """What was seen; every complaint is a sentence."""

    faults: Counter[str] = field(default_factory=Counter)
    scenarios: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.faults += other.faults
        self.scenarios += other.scenarios
        self.wrong += other.wrong


@dataclass(frozen=True)
class Fed:
    """One scenario, and what a port was told to do with it."""

    deed: str
    due: Due
    golden: Golden

    @property
    def deadly(self) -> bool:
        """The port's process may end with it."""
        return self.due.verdict in ORDER[:4]


def drawn(port: str, dues: dict[str, Due], seed: int, size: int) -> list[Fed]:
    """Scenarios with numbers of their own, and with deeds by the seed."""
    numbers = random.Random(f"{port} {seed}")
    names = list(dues)
    often = [due.often for due in dues.values()]

    def values(length: int) -> Rows:
        return np.array([numbers.uniform(0.5, 2) for _ in range(length)])

    fed = []
    for k, name in enumerate(numbers.choices(names, often, k=size)):
        scenario = Scenario(
            name=f"{port}-{seed}-{k}",
            catches="",
            learning_rate=(1 + names.index(name)) / 1024,
            decay_rate=0.9,
            epsilon=1e-8,
            weights={"w": values(3), "b": values(2)},
            gradients=[{"w": values(3), "b": values(2)} for _ in range(3)],
        )
        fed.append(Fed(name, dues[name], make(scenario, Dialect(), "float64")))
    return fed


def complaint(fed: Fed, seen: Observation) -> str:
    """What is not as it was to be; empty if all is."""
    due, fault = fed.due, seen.fault
    expected = fed.golden.weights.copy()
    due.change(expected)
    word = of_golden(compare(fed.golden, seen, [PLAIN]))
    if word != due.verdict:
        return f"{word}, to be {due.verdict}: {fault.message if fault else 'no fault'}"
    if due.words and (fault is None or due.words not in fault.message):
        return f"no {due.words!r} in {fault.message if fault else 'no fault'!r}"
    rows = len(seen.weights) if fault else len(expected)
    if not np.array_equal(seen.weights, expected[:rows], equal_nan=True):
        return f"weights of another scenario: {seen.weights.tolist()}"
    return ""


def judged_one_by_one(feds: Sequence[Fed], seen: Sequence[Observation]) -> Tally:
    """Hold every observation against what was to be seen."""
    found = Tally(scenarios=len(feds))
    for fed, observation in zip(feds, seen, strict=True):
        found.faults[fed.due.verdict] += fed.due.verdict not in GOOD
        if said := complaint(fed, observation):
            found.wrong.append(f"{fed.golden.name} ({fed.deed}): {said}")
    return found


class Bounds:
    """When it is enough: so many faults were seen by all lanes together, or the time is up."""

    def __init__(self, faults: float = math.inf, deadline: float = math.inf) -> None:
        self._left, self._deadline, self._lock = faults, deadline, threading.Lock()

    def count(self, faults: int) -> None:
        """Take notice of faults that were seen."""
        with self._lock:
            self._left -= faults

    @property
    def reached(self) -> bool:
        """Whether nothing more is to be fed."""
        return self._left <= 0 or time.monotonic() > self._deadline


UNBOUNDED = Bounds()


def fed_through(transport: Transport, feds: Sequence[Fed], bounds: Bounds = UNBOUNDED) -> Tally:
    """Feed scenarios in turn, as they are fed when a port is judged, until it is enough."""
    try:
        transport.describe()
        answers = transport.run_many([fed.golden.scenario for fed in feds], "float64")
        seen: list[Observation] = []
        while len(seen) < len(feds) and not bounds.reached:
            bounds.count(feds[len(seen)].due.verdict not in GOOD)
            seen.append(next(answers))
        return judged_one_by_one(feds[: len(seen)], seen)
    finally:
        transport.close()


# -- the ports ------------------------------------------------------------------------------------


def wire(timeout: float) -> StdioTransport:
    command = [sys.executable, "-S", "-I", str(HERE / "wire_port.py"), str(timeout)]
    return StdioTransport("wire", command, timeout=timeout)


def local(timeout: float) -> HostedTransport:
    source = loading(source=str(HERE / "local_port.py"))
    return HostedTransport("local", "local", Worker(), source, None, timeout)


def jpype(timeout: float) -> HostedTransport:
    java, port = by_name("java"), of_target(str(HERE / "JvmPort.java"))
    launch = java.launch(port, "jpype", Toolchain(), [java])
    assert isinstance(launch, Hosted)
    return HostedTransport("jpype", port.name, Worker(jvm=True), launch.request, None, timeout)


def jvm_stdio(timeout: float) -> StdioTransport:
    java, port = by_name("java"), of_target(str(HERE / "JvmPort.java"))
    launch = java.launch(port, "stdio", Toolchain(), [java])
    assert isinstance(launch, Spoken)
    return StdioTransport(port.name, launch.command, timeout=timeout, source=launch.source)


def through_the_judge(timeout: float, seed: int, size: int, bounds: Bounds = UNBOUNDED) -> Tally:
    """A port that never dies three times in a row, judged whole: nothing of it is not run.

    It computes nothing wrongly: why it does would be searched for, in vain and for long.
    """
    never = {name: replace(due, often=0) for name, due in WIRE.items() if due.verdict == "diverges"}
    feds: list[Fed] = []
    for fed in drawn("judged", {**WIRE, **never}, seed, 2 * size):
        if not (fed.deadly and len(feds) > 1 and feds[-1].deadly and feds[-2].deadly):
            feds.append(fed)
    feds = feds[:size]
    transport = wire(timeout)
    try:
        result = judge(
            of_command(["soak"]), transport, lambda _port, _precision: [f.golden for f in feds]
        )
    finally:
        transport.close()
    found = Tally(scenarios=len(feds))
    bounds.count(sum(fed.due.verdict not in GOOD for fed in feds))
    for fed, comparison in zip(feds, result.comparisons, strict=True):
        found.faults[fed.due.verdict] += fed.due.verdict not in GOOD
        word = of_golden(comparison)
        # What a port computes is told from all its goldens together: where one is not exact in
        # the plain arithmetic, all are held against those that it is.
        if word != fed.due.verdict and not {word, fed.due.verdict} <= set(GOOD):
            found.wrong.append(f"{fed.golden.name} ({fed.deed}), judged: {word}")
    worst = min((f.due.verdict for f in feds if f.due.verdict in ORDER), key=ORDER.index)
    if result.verdict.word != worst:
        found.wrong.append(f"judged {result.verdict.word}, to be {worst}")
    return found


# -- the soak -------------------------------------------------------------------------------------


def patience() -> float:
    """Seconds for one scenario: as long as starting a port and asking it twice takes here, now."""
    started = time.monotonic()
    fed_through(wire(30), drawn("warm", {"right": WIRE["right"]}, 0, 2))
    return max(0.5, time.monotonic() - started)


Task = Callable[[], Tally]


def tasks(seed: int, timeout: float, bounds: Bounds) -> Iterator[Task]:
    """The shares of the other transports, then rounds over the wire for ever."""
    long = max(1.0, timeout)
    yield lambda: fed_through(jpype(long), drawn("jpype", JVM, seed, 40), bounds)
    yield lambda: fed_through(jvm_stdio(long), drawn("stdio", JVM, seed, 20), bounds)
    yield lambda: fed_through(local(timeout), drawn("local", LOCAL, seed, SCENARIOS), bounds)
    yield lambda: through_the_judge(timeout, seed, 60, bounds)
    for turn in count(seed):
        feds = drawn("wire", WIRE, turn, SCENARIOS)
        yield partial(fed_through, wire(timeout), feds, bounds)


def warm_up(timeout: float, *, jvm: bool) -> None:
    """Once through everything: what is imported, compiled and kept is there from then on."""
    long = max(1.0, timeout)
    fed_through(wire(timeout), drawn("warm", WIRE, 1, 30))
    fed_through(local(timeout), drawn("warm", LOCAL, 1, 8))
    if jvm:
        through_the_judge(timeout, 1, 15)
        fed_through(jpype(long), drawn("warm", JVM, 1, 2))
        fed_through(jvm_stdio(long), drawn("warm", JVM, 1, 2))


def soaked(wanted: Iterator[Task], bounds: Bounds = UNBOUNDED) -> Tally:
    """Work on tasks, two side by side, until there is none or it is enough."""
    total, lock = Tally(), threading.Lock()

    def lane() -> None:
        while True:
            with lock:
                task = None if bounds.reached else next(wanted, None)
            if task is None:
                return
            found = task()
            with lock:
                total.add(found)

    with ThreadPoolExecutor(LANES) as pool:
        for done in [pool.submit(lane) for _ in range(LANES)]:
            done.result()
    return total


@contextmanager
def marked() -> Iterator[None]:
    """A temporary folder that marks all that is started, and an empty one to be started in."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as work:
        before = SimpleNamespace(mark=os.environ.get(MARK), folder=tempfile.tempdir)
        os.environ[MARK], tempfile.tempdir = place, None
        os.chdir(work)
        try:
            yield
        finally:
            os.chdir(here)
            tempfile.tempdir = before.folder
            if before.mark is None:
                del os.environ[MARK]
            else:
                os.environ[MARK] = before.mark


def main() -> int:
    """Soak, print one table, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=120)
    given = parser.parse_args()
    started = time.monotonic()
    with marked():
        timeout = patience()
        warm_up(timeout, jvm=True)
        before = settled()
        # What is under way then takes a few seconds more: an answer, the judge's diagnosis.
        bounds = Bounds(given.faults, started + given.seconds - 10)
        total = soaked(tasks(given.seed, timeout, bounds), bounds)
        after = settled()
    wrong = total.wrong + leaks(before, after)
    rows = [("scenarios fed", total.scenarios), ("faults", total.faults.total())]
    rows += [(f"  {kind}", count) for kind, count in total.faults.most_common()]
    rows += [("wrongly attributed", len(total.wrong))]
    for name in ("processes", "files", "threads", "leftovers"):
        rows.append((name, f"{getattr(before, name)} before, {getattr(after, name)} after"))
    rows.append(("memory", f"{before.memory >> 20} MB before, {after.memory >> 20} MB after"))
    rows.append(("seconds", f"{time.monotonic() - started:.0f}, seed {given.seed}"))
    for name, value in rows:
        print(f"{name:22}{value}")
    for said in wrong:
        print(said, file=sys.stderr)
    if total.faults.total() < given.faults:
        print(f"only {total.faults.total()} of {given.faults} faults in time", file=sys.stderr)
    return 1 if wrong or total.faults.total() < given.faults else 0


if __name__ == "__main__":
    sys.exit(main())
