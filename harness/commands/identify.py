"""`identify`: an observation explained."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import DIFFERENT, OK, USAGE, circumstances, reporting
from harness.commands.options import Dask
from harness.report.destinations import Reports

if TYPE_CHECKING:
    from harness.judging.verdict import Result


@reporting("observation")
def identify(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="An observation (JSON): what an optimizer was given, and what it did. Several, or"
            " a folder of them, are judged one by one.",
        ),
    ],
    seconds: Annotated[
        float,
        typer.Option(
            "--seconds", min=0.1, metavar="SECONDS", help="The time that a search may take."
        ),
    ] = 20.0,
    dask: Dask = None,
    *,
    reports: Reports,
) -> int:
    """Say which RMSProp an observation shows: as claimed, or another."""
    from harness.judging.run import Outcome
    from harness.report.problems import problem
    from harness.report.results import PortResults

    started, begun = datetime.now(UTC), time.monotonic()
    results, errors = _identified(files, seconds, dask)
    made = circumstances(reports, "", ())
    taken = time.monotonic() - begun
    outcome = Outcome(tuple(results), tuple(errors))
    try:
        reports.write(
            PortResults(outcome, started, taken, errors=outcome.errors, circumstances=made)
        )
    finally:
        for message in errors:
            problem(message)
    if errors:
        return USAGE
    return OK if all(result.as_expected for result in results) else DIFFERENT


def _identified(
    paths: list[Path], seconds: float, dask: str | None
) -> tuple[list[Result], list[str]]:
    """Judge one observation, or many here or by dask. Raises UsageError: the one is unreadable."""
    from harness.judging.identify import identify as explain
    from harness.judging.many import identify_all, observations
    from harness.machine.spread import spread
    from harness.report.progress import progress, searching

    files = observations(paths)
    if len(files) == 1 and dask is None:
        with searching() as tell:
            return [explain(files[0], seconds, tell)], []
    with progress(len(files)) as work, spread(dask) as where:
        return identify_all(files, seconds, where, work.advance)
