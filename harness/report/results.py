"""What reports are about: what a command judged, and the circumstances it was judged in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from harness.judging.platforms import Platform
from harness.judging.run import Outcome
from harness.judging.verdict import Result
from harness.model.isolation import InForce
from harness.report import words
from harness.report.invocation import Invocation

if TYPE_CHECKING:
    from harness.documents.examined import Examination


@dataclass(frozen=True)
class Circumstances:
    """By what, on what and how results were made.

    Attributes:
        version: rmsproof's own.
        platform: the machine.
        goldens: the hash of all golden files.
        invocation: the command line.
        isolation: what stood between the ports and the machine; None where none was run.
    """

    version: str = ""
    platform: Platform = field(default_factory=Platform)
    goldens: str = ""
    invocation: Invocation = field(default_factory=Invocation)
    isolation: InForce | None = None


@dataclass(frozen=True)
class PortResults:
    """What `run`, `check` or `identify` came to.

    Attributes:
        outcome: the results.
        started: when it was begun, UTC.
        seconds: how long it took.
        edge: whether edge goldens decided too.
        errors: what could not be used at all, a message each.
        stale: known differences that apply to nothing, a sentence each.
        expectations: the file that they stand in, if there is one.
        update: the command that makes what was observed the expectation; "" where nothing differs.
        circumstances: by what and on what they were made.
    """

    outcome: Outcome
    started: datetime
    seconds: float
    edge: bool = False
    errors: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    expectations: Path | None = None
    update: str = ""
    circumstances: Circumstances = field(default_factory=Circumstances)

    def followed_by(self, later: PortResults) -> PortResults:
        """These results and those of what was judged next, as one."""
        outcome = replace(
            later.outcome,
            results=(*self.outcome.results, *later.outcome.results),
            errors=(*self.outcome.errors, *later.outcome.errors),
        )
        return replace(self, outcome=outcome, seconds=self.seconds + later.seconds)


@dataclass(frozen=True)
class DocumentResults:
    """What `doc` came to.

    Attributes:
        examinations: the documents in order, each with its blocks.
        started: when it was begun, UTC.
        seconds: how long it took.
        incomplete: the user interrupted before every block was looked at.
        errors: the documents that could not be read, a message each.
        patches: whether what repairs changed is printed.
        edge: whether edge goldens decided too.
        circumstances: by what and on what they were made.
    """

    examinations: tuple[Examination, ...]
    started: datetime
    seconds: float
    incomplete: bool = False
    errors: tuple[str, ...] = ()
    patches: bool = False
    edge: bool = False
    circumstances: Circumstances = field(default_factory=Circumstances)

    @property
    def judged(self) -> tuple[Result, ...]:
        """The results of the blocks that were judged, as published."""
        rows = [row for examination in self.examinations for row in examination.rows]
        return tuple(row.published for row in rows if row.published is not None)


def alike(results: Sequence[Result]) -> Iterator[list[Result]]:
    """Results in a row that say the same of a port, over several transports."""
    for _, same in groupby(results, key=_row):
        yield list(same)


def _row(result: Result) -> tuple[object, ...]:
    return (
        result.port.name,
        result.verdict.word,
        words.brief(result),
        result.notes,
        result.as_expected,
        result.unexpected,
    )
