"""`run`, `check`, `identify`, `power`: ports and observations held against the reference."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import (
    DIFFERENT,
    OK,
    USAGE,
    Claimed,
    Edge,
    GoldenPattern,
    Json,
    Large,
    Timeout,
    Transports,
    exit_code,
    options,
    output,
)
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.port import Port
    from harness.run import Options


def run(
    only: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EDITION]...", help="java/double, or a language; all if none."),
    ] = None,
    transport: Transports = None,
    golden: GoldenPattern = "*",
    edge: Edge = False,
    timeout: Timeout = 10.0,
    large: Large = False,
    json: Json = None,
) -> int:
    """Judge the bundled editions over both transports, against what they are known to show."""
    from harness.port import bundled

    ports = bundled()
    if only:
        chosen = {p.name: p for name in only for p in _matching(ports, name)}
        ports = list(chosen.values())
    return _judged(ports, options(transport, golden, edge, timeout, large), every=True, json=json)


def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET...",
            help="A source file, a folder with port.toml, module:Object, or -- COMMAND ARGS.",
        ),
    ] = None,
    dialect: Claimed = None,
    class_name: Annotated[
        str | None,
        typer.Option(
            "--class", metavar="NAME", help="The class or function to bind, where several fit."
        ),
    ] = None,
    transport: Transports = None,
    golden: GoldenPattern = "*",
    edge: Edge = False,
    timeout: Timeout = 10.0,
    large: Large = False,
    json: Json = None,
    command: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> int:
    """Judge somebody's own port. Executes its code."""
    from dataclasses import replace

    from harness import port as ports_of
    from harness.report.words import problem

    errors: list[str] = []
    ports: list[Port] = []
    for target in targets or []:
        try:
            ports.append(ports_of.of_target(target))
        except UsageError as error:
            errors.append(str(error))
    if command is not None:
        ports.append(ports_of.of_command(command.split("\0")))
    if not ports and not errors:
        raise UsageError("check wants a TARGET; `rmsproof check --help` says what that may be")
    ports = [replace(ports_of.with_class(port, class_name), expectation=None) for port in ports]
    if dialect:
        claim = ports_of.dialect(dialect)
        ports = [replace(port, claim=claim) for port in ports]
    for message in errors:
        problem(message)
    chosen = options(transport, golden, edge, timeout, large)
    code = _judged(ports, chosen, every=False, json=json) if ports else USAGE
    return USAGE if errors else code


def _matching(ports: list[Port], name: str) -> list[Port]:
    found = [p for p in ports if name in (p.name, p.language)]
    if not found:
        known = ", ".join(p.name for p in ports)
        raise UsageError(f"no edition {name!r}; there are {known}")
    return found


def _judged(ports: list[Port], given: Options, *, every: bool, json: Path | None) -> int:
    """Run the ports, show the table (or write the report), return the exit code."""
    from rich.console import Console

    from harness.report import json as report_json
    from harness.report import terminal
    from harness.report.words import problem
    from harness.run import run as run_ports

    started = time.monotonic()
    errors = Console(stderr=True)
    jobs = sum(len(port.transports) if every else 1 for port in ports)
    with terminal.progress(errors, jobs) as bar:

        def progress(text: str, done: int) -> None:
            bar.update(bar.task_ids[0], description=text, advance=done)

        outcome = run_ports(ports, given, every_transport=every, progress=progress)
    seconds = time.monotonic() - started
    if json is not None:
        output(json, report_json.dumps(outcome.results, seconds))
    if str(json) != "-" and outcome.results:
        console = terminal.console()
        console.print(terminal.table(outcome.results))
        for line in terminal.edge_table(outcome.results):
            console.print(line, style="dim", markup=False, highlight=False)
        console.print(terminal.summary(outcome.results, seconds), markup=False, highlight=False)
    for message in outcome.errors:
        problem(message)
    return exit_code(outcome.results, outcome.errors)


def identify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An observation (JSON).")],
    json: Json = None,
) -> int:
    """Explain an observation: the same as claimed, or what it does instead."""
    from harness.identify import identify as explain
    from harness.report import json as report_json
    from harness.report import terminal

    started = time.monotonic()
    found = explain(file)
    if json is not None:
        output(json, report_json.dumps([found.result], time.monotonic() - started))
    if str(json) != "-":
        terminal.console().print(terminal.identified(found.result), markup=False, highlight=False)
    return OK if found.result.as_expected else DIFFERENT


def power(
    golden: GoldenPattern = "*",
    json: Json = None,
) -> int:
    """Which golden catches which single deviation, the weakest spot first."""
    from dataclasses import asdict
    from json import dumps

    from harness.power import power as measure
    from harness.report import terminal
    from harness.report.dialects import matrix
    from harness.run import Goldens
    from python_ref.dialects import Dialect

    goldens = Goldens(golden)
    goldens.check(Dialect())
    found = measure([g for g in goldens.of(Dialect(), "float64") if g.kind == "core"])
    if json is not None:
        output(json, dumps({"format": "rmsproof.power/1", **asdict(found)}, indent=1) + "\n")
    if str(json) != "-":
        terminal.console().print(matrix(found))
    return OK
