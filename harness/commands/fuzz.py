"""`fuzz`: the input on which a port and its claim differ, or two ports."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import DIFFERENT, INTERRUPTED, NOTHING, OK, reporting, write
from harness.commands.options import (
    Claimed,
    Dask,
    Edge,
    Environment,
    Interpreter,
    Seed,
    Timeout,
    Transports,
    options,
)
from harness.model.errors import UsageError
from harness.model.limits import SCENARIO_SECONDS
from harness.report.destinations import Reports, check_directory

if TYPE_CHECKING:
    from harness.fuzzing.fuzz import Fuzzed
    from harness.ports.port import Port
    from harness.report.invocation import Invocation

# What ends in some ten seconds where a case takes its usual few milliseconds.
_CASES = 1_000


@reporting("fuzz")
def fuzz(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET [TARGET]",
            help="What `check` takes: one is held against what it claims to be, two against each"
            " other.",
            show_default=False,
        ),
    ] = None,
    dialect: Claimed = None,
    cases: Annotated[
        int | None,
        typer.Option(
            "--cases",
            metavar="N",
            help=f"Feed so many cases; {_CASES:,} unless --seconds is given.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", metavar="S", help="Feed cases for so long.", show_default=False),
    ] = None,
    seed: Seed = None,
    edge: Edge = False,
    database: Annotated[
        Path | None,
        typer.Option(
            "--database",
            metavar="DIR",
            help="Where Hypothesis remembers what was found; else the per-user cache.",
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DIR", help="Where what is found is written: a golden and a test each."
        ),
    ] = Path("fuzz-findings"),
    dask: Dask = None,
    transport: Transports = None,
    timeout: Timeout = SCENARIO_SECONDS,
    env: Environment = None,
    python: Interpreter = None,
    command: Annotated[str | None, typer.Option(hidden=True)] = None,
    *,
    reports: Reports,
) -> int:
    """Search for the input on which two differ, and make it small. Executes their code."""
    _check_budget(cases, seconds)
    check_directory(out, f"--out {out}")
    _check_installed()
    from harness.fuzzing.campaign import Budget
    from harness.fuzzing.fuzz import fuzz as search
    from harness.ports.targets import own
    from harness.report.fuzz import FuzzResults
    from harness.report.invocation import Invocation
    from harness.report.progress import progress

    named: list[str | list[str]] = [*(targets or ())]
    named += [command.split("\0")] if command is not None else []
    if not 1 <= len(named) <= 2:
        raise UsageError(f"fuzz takes one TARGET or two, not {len(named)}")
    ports = [replace(own(target, dialect or []), python=python) for target in named]
    given = options(transport, "*", edge, timeout, False, env, None, seed)
    budget = Budget(_CASES if cases is None and seconds is None else cases, seconds)
    begun = time.monotonic()
    with progress(budget.cases or 0, "starting") as work:
        fuzzed = search(ports, given, budget, database=database, dask=dask, progress=work.advance)
    invocation = Invocation("check").with_options(
        dialect=tuple(dialect or ()),
        transport=tuple(transport or ()),
        timeout=None if timeout == SCENARIO_SECONDS else timeout,
        env=tuple(env or ()),
        python=None if python is None else str(python),
    )
    results = FuzzResults(fuzzed, invocation, time.monotonic() - begun)
    results = replace(results, files=_written(fuzzed, invocation, ports, out))
    reports.write(results)
    return _code(fuzzed)


def _check_budget(cases: int | None, seconds: float | None) -> None:
    for option, given in (("--cases", cases), ("--seconds", seconds)):
        if given is not None and not given > 0:
            raise UsageError(f"{option} {given:g}: nothing would be fed; give more than 0")


def _check_installed() -> None:
    """Raise UsageError: Hypothesis is not there; says how to install it."""
    from importlib.util import find_spec

    if find_spec("hypothesis") is None:
        raise UsageError(
            "fuzz needs Hypothesis, which is not installed; install it: pip install"
            " 'rmsproof[fuzz]'"
        )


def _written(
    fuzzed: Fuzzed, invocation: Invocation, ports: list[Port], out: Path
) -> dict[int, tuple[Path, Path]]:
    """Write the files of the findings; by the place of each, its golden and its test."""
    from harness.fuzzing.findings import UNSTEADY, replayable
    from harness.report.fuzz import cause
    from harness.report.fuzz_files import file_names, test
    from python_ref import golden

    files = {}
    for place, finding in enumerate(fuzzed.outcome.findings if fuzzed.outcome else ()):
        if finding.cause[0] == UNSTEADY:
            continue
        made = replayable(finding, ports)
        if made is not None:
            pair = tuple(out / name for name in file_names(made))
            write(pair[0], golden.dumps(made))
            write(pair[1], test(made, fuzzed.results, invocation, cause(fuzzed, finding)))
            files[place] = (pair[0], pair[1])
    return files


def _code(fuzzed: Fuzzed) -> int:
    """The exit code: what differs goes before what could not be fed."""
    from harness.model.words import GOOD, UNDECIDED

    outcome, words = fuzzed.outcome, [result.verdict.word for result in fuzzed.results]
    if outcome is None:
        return NOTHING if any(word in UNDECIDED for word in words) else DIFFERENT
    if outcome.interrupted:
        return INTERRUPTED
    wrong = len(words) == 1 and words[0] not in GOOD
    if outcome.findings or wrong or outcome.ended == "deaths":
        return DIFFERENT
    if outcome.lost:
        return NOTHING
    compared = sum(outcome.kinds.get(kind, 0) for kind in ("equal", "rounding"))
    return OK if compared else NOTHING
