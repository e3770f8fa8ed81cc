"""`run`, `check`, `identify`, `power`: ports and observations held against the reference."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import (
    DIFFERENT,
    INTERRUPTED,
    NOTHING,
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
    write,
)
from harness.model.errors import UsageError

if TYPE_CHECKING:
    from harness.expectations.known import Held, Known
    from harness.judging.run import Options, Outcome
    from harness.ports.port import Port

Update = Annotated[
    bool,
    typer.Option(
        "--update-expectations",
        help="Make the results the expectations, in port.toml or FILE; comments stay.",
    ),
]


def run(
    only: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EDITION]...", help="An edition (java/double) or a language; all by default."
        ),
    ] = None,
    transport: Transports = None,
    golden: GoldenPattern = "*",
    edge: Edge = False,
    timeout: Timeout = 10.0,
    large: Large = False,
    update_expectations: Update = False,
    json: Json = None,
) -> int:
    """Judge the bundled editions over each transport, and compare with their expectations."""
    from harness.ports.port import bundled

    ports = bundled()
    if only:
        chosen = {p.name: p for name in only for p in _matching(ports, name)}
        ports = list(chosen.values())
    if update_expectations and (transport or golden != "*" or edge):
        raise UsageError(
            "--update-expectations needs a whole run: leave out --transport, --golden and --edge"
        )
    given = options(transport, golden, edge, timeout, large)
    outcome, seconds = _run(ports, given, every=True)
    if update_expectations and not outcome.incomplete and not outcome.errors:
        return _update_manifests(outcome)
    wrong = [r.port.name for r in outcome.judged if r.unexpected]
    again = ["run", *dict.fromkeys(wrong), "--update-expectations"] if wrong else []
    return _shown(outcome, seconds, json, again)


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
    expect: Annotated[
        Path | None,
        typer.Option(
            "--expect",
            metavar="FILE",
            help="Known differences (TOML): the check passes if these show, and no others.",
        ),
    ] = None,
    update_expectations: Update = False,
    json: Json = None,
    command: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> int:
    """Judge your own port: is it the RMSProp of the reference? Executes its code."""
    from dataclasses import replace

    from harness.expectations.known import read
    from harness.ports import port as ports_of
    from harness.report.words import problem

    if update_expectations and (expect is None or golden != "*"):
        raise UsageError(
            "--update-expectations needs --expect FILE, and cannot be used with --golden"
        )
    known = [] if expect is None or (update_expectations and not expect.exists()) else read(expect)
    claims = dialect or []
    ports_of.dialect(claims)
    errors: list[str] = []
    ports: list[Port] = []
    for target in targets or []:
        try:
            ports.append(ports_of.own(target, claims, class_name))
        except UsageError as error:
            errors.append(str(error))
    if command is not None:
        ports.append(ports_of.own(command.split("\0"), claims, class_name))
    if not ports and not errors:
        raise UsageError("check needs a TARGET; `rmsproof check --help` says what that may be")
    for message in errors:
        problem(message)
    if not ports:
        return USAGE
    given = options(transport, golden, edge, timeout, large)
    outcome, seconds = _run(ports, given, every=False)
    if expect is None or outcome.incomplete:
        code = _shown(outcome, seconds, json, [])
        return code if code == INTERRUPTED or not errors else USAGE
    held = _held(outcome, known, given)
    if update_expectations and not outcome.errors and not errors:
        return _update_known(expect, known, held, edge)
    again = ["check", *(targets or [])]
    for option, values in (("--dialect", dialect), ("--transport", transport)):
        again += [word for value in values or [] for word in (option, value)]
    again += ["--class", class_name] if class_name else []
    again += ["--edge"] if edge else []
    again += ["--expect", str(expect), "--update-expectations"]
    again += ["--", *command.split("\0")] if command else []
    code = _shown(replace(outcome, results=held.results), seconds, json, again, held.stale)
    return USAGE if errors else code


def _matching(ports: list[Port], name: str) -> list[Port]:
    found = [p for p in ports if name in (p.name, p.language)]
    if not found:
        known = ", ".join(p.name for p in ports)
        raise UsageError(f"no edition {name!r}; choose one of {known}")
    return found


def _run(ports: list[Port], given: Options, *, every: bool) -> tuple[Outcome, float]:
    """Judge the ports, with a bar on standard error; the seconds it took."""
    from rich.console import Console

    from harness.judging.run import run as run_ports
    from harness.report import terminal

    started = time.monotonic()
    jobs = sum(len(port.transports) if every else 1 for port in ports)
    with terminal.progress(Console(stderr=True), jobs) as bar:

        def progress(text: str, done: int) -> None:
            bar.update(bar.task_ids[0], description=text, advance=done)

        outcome = run_ports(ports, given, every_transport=every, progress=progress)
    return outcome, time.monotonic() - started


def _shown(
    outcome: Outcome,
    seconds: float,
    json: Path | None,
    again: list[str],
    stale: tuple[str, ...] = (),
) -> int:
    """Show the table and write the report; return the exit code.

    Args:
        outcome: the results.
        seconds: how long they took.
        json: where the report goes.
        again: the command that makes what was shown the expectation, where it is not.
        stale: stale expectations, a sentence each.
    """
    from harness.report import json as report_json
    from harness.report import terminal
    from harness.report.words import problem

    differs = bool(stale) or any(result.unexpected for result in outcome.judged)
    command = shlex.join(["rmsproof", *again]) if differs and again else ""
    if json is not None:
        text = report_json.dumps(
            outcome.results, seconds, outcome.incomplete, stale=stale, update=command
        )
        output(json, text)
    if str(json) != "-" and outcome.judged:
        console = terminal.console()
        console.print(terminal.table(outcome.judged))
        for line in terminal.edge_table(outcome.judged):
            console.print(line, style="dim", markup=False, highlight=False)
        said = terminal.summary(outcome.judged, seconds, len(outcome.results))
        console.print(said, markup=False, highlight=False)
        for sentence in stale:
            console.print(f"stale expectation: {sentence}", markup=False, highlight=False)
        if command:
            console.print("to make these results the expectation:", markup=False, highlight=False)
            console.print(f"  {command}", markup=False, highlight=False, soft_wrap=True)
    for message in outcome.errors:
        problem(message)
    if outcome.incomplete:
        return INTERRUPTED
    code = exit_code(outcome.results, outcome.errors)
    return DIFFERENT if stale and code in (OK, NOTHING) else code


def _held(outcome: Outcome, known: list[Known], given: Options) -> Held:
    from harness.expectations.known import hold

    return hold(outcome.results, known, edge_decides=given.edge, whole=given.pattern == "*")


def _update_manifests(outcome: Outcome) -> int:
    """Write what the editions show to their port.toml."""
    from harness.expectations.update import manifests

    changes = manifests(outcome.results)
    for path, (text, change) in changes.items():
        write(path, text)
        print(f"{path}: {change}")
    print(f"{len(changes)} expectations changed")
    return OK


def _update_known(path: Path, known: list[Known], held: Held, edge: bool) -> int:
    """Write what the ports show to the file of known differences."""
    from harness.expectations.update import known as updated

    text, changes = updated(path, known, held, edge_decides=edge)
    if changes or not path.exists():
        write(path, text)
    for change in changes:
        print(f"{path}: {change}")
    print(f"{path}: {len(changes)} changes")
    return OK


def identify(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="An observation (JSON): what an optimizer was given, and what it did.",
        ),
    ],
    json: Json = None,
) -> int:
    """Say which RMSProp an observation shows: the one claimed, or what it does instead."""
    from harness.judging.identify import identify as explain
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
    """Show which golden (test case) catches which deviation, the least caught first."""
    from dataclasses import asdict
    from json import dumps

    from harness.analysis.power import power as measure
    from harness.judging.goldens import Goldens
    from harness.report import terminal
    from harness.report.dialects import matrix
    from python_ref.dialects.dialect import Dialect

    goldens = Goldens(golden)
    goldens.check(Dialect())
    found = measure([g for g in goldens.of(Dialect(), "float64") if g.kind == "core"])
    if json is not None:
        output(json, dumps({"format": "rmsproof.power/1", **asdict(found)}, indent=1) + "\n")
    if str(json) != "-":
        terminal.console().print(matrix(found))
    return OK
