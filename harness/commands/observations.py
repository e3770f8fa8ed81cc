"""`identify` and `power`: an observation explained, and which golden catches which deviation."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from harness.commands.common import DIFFERENT, OK, GoldenPattern, circumstances, reporting
from harness.report.destinations import Reports


@reporting("observation")
def identify(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="An observation (JSON): what an optimizer was given, and what it did.",
        ),
    ],
    seconds: Annotated[
        float,
        typer.Option(
            "--seconds",
            min=0.1,
            metavar="SECONDS",
            help="Processor time that the search may take.",
        ),
    ] = 20.0,
    *,
    reports: Reports,
) -> int:
    """Say which RMSProp an observation shows: as claimed, or another."""
    from harness.judging.identify import identify as explain
    from harness.judging.run import Outcome
    from harness.report.progress import searching
    from harness.report.results import PortResults

    started, begun = datetime.now(UTC), time.monotonic()
    with searching() as progress:
        result = explain(file, seconds, progress)
    made = circumstances(reports, "", ())
    taken = time.monotonic() - begun
    reports.write(PortResults(Outcome((result,)), started, taken, circumstances=made))
    return OK if result.as_expected else DIFFERENT


@reporting("power")
def power(
    golden: GoldenPattern = "*",
    *,
    reports: Reports,
) -> int:
    """Show which golden (test case) catches which deviation."""
    from harness.analysis.power import power as measure
    from harness.judging.goldens import Goldens
    from python_ref.dialects.dialect import Dialect

    goldens = Goldens(golden)
    goldens.check(Dialect())
    core = [g for g in goldens.of(Dialect(), "float64") if g.kind == "core"]
    reports.write(measure(core))
    return OK
