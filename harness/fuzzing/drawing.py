"""Hypothesis driven by us: the case of a number, what it is made of, and the least like it.

Every case is made of bytes, and those of (seed, number): any machine draws the same, in any
order. What Hypothesis writes of a case that is worth it is an `Entry`; it leads to the case again
and is what shrinking starts from.
"""

from __future__ import annotations

import hashlib
import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from unittest import SkipTest

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import HypothesisDeprecationWarning
from hypothesis.strategies import SearchStrategy

from harness.fuzzing.strategies import Case

# Other threads of a worker of dask's use Python's own random numbers; strategies do not.
warnings.filterwarnings("ignore", "Do not use the `random` module", HypothesisDeprecationWarning)

Entry = bytes
"""A case, as Hypothesis' database has it."""

# How the keys end under which Hypothesis keeps what it may shrink, and what is no failure.
_SHRINKABLE, _BESIDE = b".secondary", b".pareto"
# What a scenario is made of: the longest need some two thousand.
_BYTES = 4096


class Reached(Exception):
    """A case is what is looked for."""


class _One(ExampleDatabase):
    """Holds the last entry, whatever its key: that of the least case."""

    def __init__(self, entry: Entry | None = None) -> None:
        super().__init__()
        self.entry = entry

    def save(self, key: bytes, value: bytes) -> None:
        """Take the place of the last."""
        if not key.endswith(_BESIDE):
            self.entry = value

    def fetch(self, key: bytes) -> Iterator[bytes]:
        """As one that may be shrunk: what is of the first rank was, by an earlier run."""
        if self.entry is not None and key.endswith(_SHRINKABLE):
            yield self.entry

    def delete(self, key: bytes, value: bytes) -> None:
        """Nothing is lost: what was worth an entry may be flaky."""

    def move(self, src: bytes, dest: bytes, value: bytes) -> None:
        """What a lesser case replaces is not wanted any more."""


def buffer(campaign_seed: int, number: int) -> bytes:
    """What case `number` is made of."""
    digest = hashlib.sha256(f"{campaign_seed}/{number}".encode()).digest()
    return random.Random(digest).randbytes(_BYTES)


class Drawing:
    """Cases of a strategy.

    Args:
        strategy: what they are drawn from.
    """

    def __init__(self, strategy: SearchStrategy[Case]) -> None:
        self._strategy = strategy
        self._last: list[Case] = []
        self._each = self._test(None, (), self._last.append).hypothesis.fuzz_one_input

    def case(self, made_of: bytes) -> Case | None:
        """The case that bytes make; None where they do not suffice."""
        self._last.clear()
        self._each(made_of)
        return self._last[0] if self._last else None

    def entry(self, made_of: bytes) -> Entry:
        """The entry of the case that bytes make."""
        database = _One()

        def stop(_case: Case) -> None:
            raise Reached

        with suppress(Reached):
            self._test(database, (), stop).hypothesis.fuzz_one_input(made_of)
        assert database.entry is not None
        return database.entry

    def recalled(self, entry: Entry) -> Case | None:
        """The case of an entry; None where it is not one of this strategy."""
        seen: list[Case] = []
        with suppress(SkipTest):  # there was nothing to run
            self._test(_One(entry), (Phase.reuse,), seen.append)()
        return seen[0] if seen else None

    def least(self, entry: Entry, interesting: Callable[[Case], bool]) -> tuple[Entry, Case] | None:
        """The simplest case that Hypothesis finds from an entry on; None where even that is none.

        Args:
            entry: where it begins.
            interesting: whether a case is what is looked for; says the same whenever asked.
        """
        database, last = _One(entry), list[Case]()

        def stop(case: Case) -> None:
            if interesting(case):
                last[:] = [case]
                raise Reached

        with suppress(Reached, SkipTest):
            self._test(database, (Phase.reuse, Phase.shrink), stop)()
        return (database.entry or entry, last[0]) if last else None

    def _test(
        self,
        database: ExampleDatabase | None,
        phases: tuple[Phase, ...],
        look: Callable[[Case], object],
    ) -> Any:
        """A test of Hypothesis' that shows every case; it has a `fuzz_one_input`, too."""

        @settings(
            database=database,
            phases=phases,
            deadline=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        @seed(0)  # below the settings, whose database it would take away
        @given(self._strategy)
        def test(case: Case) -> None:
            look(case)

        return test
