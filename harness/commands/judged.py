"""What `run` and `check` share: ports judged here or by dask, and what is said of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.common import DIFFERENT, INTERRUPTED, NOTHING, OK, exit_code
from harness.report.destinations import Reports

if TYPE_CHECKING:
    from harness.judging.options import Options
    from harness.ports.port import Port
    from harness.report.results import PortResults

Update = Annotated[
    bool,
    typer.Option(
        "--update-expectations",
        help="Make the results the expectations, in port.toml or FILE; comments stay.",
    ),
]


def hosted(given: Mapping[str, Any]) -> bool:
    """Whether ports will be hosted by workers in our own Python, for all that a line says."""
    elsewhere = given.get("python") or given.get("dask") or given.get("transport") == ["stdio"]
    return bool("only" in given or given["targets"]) and not elsewhere


def judge_ports(
    ports: list[Port], given: Options, *, every: bool, dask: str | None = None
) -> PortResults:
    """Judge the ports, here or by dask, with a bar on standard error."""
    from harness.judging.options import reached
    from harness.judging.run import run as run_ports
    from harness.judging.shards import part
    from harness.report.progress import progress
    from harness.report.results import PortResults

    started, begun = datetime.now(UTC), time.monotonic()
    jobs = part(reached(ports, given, every_transport=every), given.shard)
    with progress(len(jobs)) as work:
        if dask is None:
            outcome = run_ports(ports, given, every_transport=every, progress=work.advance)
        else:
            from harness.judging.many import run_all
            from harness.machine.spread import spread

            work.tell("waiting for dask's workers")
            with spread(dask) as where:
                tell = work.advance
                outcome = run_all(ports, given, every_transport=every, where=where, progress=tell)
    return PortResults(outcome, started, time.monotonic() - begun, edge=given.edge)


def reported(results: PortResults, reports: Reports, again: str = "") -> int:
    """Write the reports and say what could not be used; return the exit code.

    Args:
        results: what was judged.
        reports: where it goes.
        again: the command that makes these results the expectation, where they are not.
    """
    from harness.report.problems import problem

    outcome = results.outcome
    differs = bool(results.stale) or any(result.unexpected for result in outcome.judged)
    update = again if differs else ""
    errors = (*results.errors, *outcome.errors)
    try:
        reports.write(replace(results, errors=errors, update=update))
    finally:
        for message in errors:
            problem(message)
    if outcome.incomplete:
        return INTERRUPTED
    code = exit_code(outcome.results, errors)
    return DIFFERENT if results.stale and code in (OK, NOTHING) else code
