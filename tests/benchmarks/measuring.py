"""Taking the time of jobs side by side: what a machine does besides strikes all of them alike.

Figures are ratios of jobs that were measured in turn, round after round: the median over the
rounds, and the lowest and highest of them as the spread. Seconds are said beside them only.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Job = Callable[[], object]


@dataclass(frozen=True)
class Cost:
    """What a job took, in seconds.

    Attributes:
        wall: what went by.
        processor: of this process and of those that ended in it, all cores together.
    """

    wall: float
    processor: float


def cost(job: Job) -> Cost:
    """Do a job once."""
    wall, processor = time.perf_counter(), _processor()
    job()
    return Cost(time.perf_counter() - wall, _processor() - processor)


def _processor() -> float:
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


Costs = dict[str, list[Cost]]


def interleaved(jobs: Mapping[str, Job], rounds: int, warm: int = 1) -> Costs:
    """Do every job once a round, in turn.

    Args:
        jobs: by name.
        rounds: how often each is measured.
        warm: rounds before those, which do not count.
    """
    for _ in range(warm):
        for job in jobs.values():
            job()
    found: Costs = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            found[name].append(cost(job))
    return found


def command(
    *words: str, environment: Mapping[str, str] | None = None, codes: Sequence[int] = (0,)
) -> Job:
    """A command whose output nobody reads. Raises RuntimeError if it ends with another code."""

    def run() -> None:
        done = subprocess.run(
            words,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode not in codes:
            said = done.stderr.decode("utf-8", "replace")[-300:]
            raise RuntimeError(f"{words[0]} ended with {done.returncode}: {said}")

    return run


@dataclass(frozen=True)
class Figure:
    """A ratio, or a plain number, over the rounds.

    Attributes:
        median: of the rounds.
        low: the lowest of them.
        high: the highest.
    """

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> Figure:
        """What some rounds gave."""
        return Figure(statistics.median(values), min(values), max(values))

    def times(self, scale: float) -> Figure:
        """The figure where what was measured stands for so many."""
        return Figure(self.median * scale, self.low * scale, self.high * scale)


def ratio(above: Sequence[Cost], below: Sequence[Cost], what: str = "wall") -> Figure:
    """How many times as long one job took as another, round by round."""
    pairs = zip(above, below, strict=True)
    return Figure.of([getattr(a, what) / max(getattr(b, what), 1e-9) for a, b in pairs])


def seconds(costs: Sequence[Cost], what: str = "wall") -> Figure:
    """The seconds of a job."""
    return Figure.of([getattr(one, what) for one in costs])


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        name: what it is selected by, and kept under.
        what: what is measured, against what.
        figure: what came of it; None where it could not be measured.
        unit: of the figure: "times", "s", "a second".
        goal: what it should be; None where it is only reported.
        most: the figure should be at most the goal; else at least.
        seen: the figures behind it, for people.
        reason: why it could not be measured, or why it misses its goal.
        portable: the figure is a ratio, which is compared with the one kept.
    """

    name: str
    what: str
    figure: Figure | None = None
    unit: str = "times"
    goal: float | None = None
    most: bool = False
    seen: str = ""
    reason: str = ""
    portable: bool = field(default=True)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none, or no figure."""
        if self.figure is None or self.goal is None:
            return None
        found = self.figure.median
        return found <= self.goal if self.most else found >= self.goal


def noise(rounds: int = 15) -> str:
    """How busy the machine is otherwise: the same work, again and again."""

    def work() -> int:
        return sum(i * i for i in range(100_000))

    costs = interleaved({"work": work}, rounds)["work"]
    walls = sorted(one.wall for one in costs)
    spread = statistics.median(walls) / walls[0]
    kept = statistics.median(one.processor / one.wall for one in costs)
    busy = os.getloadavg()[0]
    return (
        f"machine noise: the same work took {spread:.2f} times its fastest at the median and"
        f" {walls[-1] / walls[0]:.2f} at most, with {kept:.0%} of a processor; load average"
        f" {busy:.1f} on {os.cpu_count()} processors"
    )
