"""The command line: parses, dispatches, and turns outcomes into exit codes.

0 as expected or conforming, 1 not, 2 usage or bad input, 3 nothing to judge, 130 interrupted.
Heavy libraries are imported by the command that needs them, so that --help is quick.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from harness.errors import ToolchainError, UsageError

if TYPE_CHECKING:
    from harness.port import Port
    from harness.run import Options, Outcome

OK, DIFFERENT, USAGE, NOTHING, INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="rmsproof",
    help="Hold any RMSProp against the Python reference: the same one or not, and what differs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
golden_app = typer.Typer(
    help="The goldens: what every port is held against.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(golden_app, name="golden")
dialects_app = typer.Typer(
    help="The dialects: libraries' RMSProps and their relatives.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(dialects_app, name="dialects")

_Command = TypeVar("_Command", bound=Callable[..., int])


def _exits(command: _Command) -> _Command:
    """Turn what a command returns or raises into the exit code, with one message."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            code = command(*args, **kwargs)
        except (UsageError, ToolchainError) as error:
            from harness.report.words import problem

            problem(str(error))
            code = USAGE if isinstance(error, UsageError) else NOTHING
        except KeyboardInterrupt:
            print("rmsproof: interrupted", file=sys.stderr)
            code = INTERRUPTED
        except BrokenPipeError:  # the reader had enough: `rmsproof golden list | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            code = OK
        raise typer.Exit(code)

    return wrapped  # type: ignore[return-value]


_Json = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Write the report as JSON; - for standard output."),
]
_Golden = Annotated[
    str, typer.Option("--golden", metavar="PATTERN", help="Only the goldens whose name matches.")
]
_Edge = Annotated[bool, typer.Option("--edge", help="Let the edge goldens decide too.")]
_Timeout = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0.01, help="For one scenario.")
]
_Large = Annotated[
    bool,
    typer.Option("--large", help="Also stream a million elements and a hundred steps."),
]
_Transport = Annotated[
    list[str] | None,
    typer.Option("--transport", metavar="NAME", help="jpype, stdio or local; may be repeated."),
]


@app.command()
@_exits
def run(
    only: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EDITION]...", help="java/double, or a language; all if none."),
    ] = None,
    transport: _Transport = None,
    golden: _Golden = "*",
    edge: _Edge = False,
    timeout: _Timeout = 10.0,
    large: _Large = False,
    json: _Json = None,
) -> int:
    """Judge the bundled editions over both transports, against what they are known to show."""
    from harness.port import bundled

    ports = bundled()
    if only:
        chosen = {p.name: p for name in only for p in _matching(ports, name)}
        ports = list(chosen.values())
    return _judged(ports, _options(transport, golden, edge, timeout, large), every=True, json=json)


@app.command()
@_exits
def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET...",
            help="A source file, a folder with port.toml, module:Object, or -- COMMAND ARGS.",
        ),
    ] = None,
    dialect: Annotated[
        list[str] | None,
        typer.Option(
            "--dialect",
            metavar="NAME",
            help="What it claims to be: a library's name or axis=value; may be repeated.",
        ),
    ] = None,
    class_name: Annotated[
        str | None,
        typer.Option(
            "--class", metavar="NAME", help="The class or function to bind, where several fit."
        ),
    ] = None,
    transport: _Transport = None,
    golden: _Golden = "*",
    edge: _Edge = False,
    timeout: _Timeout = 10.0,
    large: _Large = False,
    json: _Json = None,
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
    options = _options(transport, golden, edge, timeout, large)
    code = _judged(ports, options, every=False, json=json) if ports else USAGE
    return USAGE if errors else code


def _options(
    transport: list[str] | None, golden: str, edge: bool, timeout: float, large: bool
) -> Options:
    from harness.run import Options

    for name in transport or []:
        if name not in ("jpype", "stdio", "local"):
            raise UsageError(f"--transport {name!r}: there are jpype, stdio and local")
    return Options(tuple(transport) if transport else None, golden, edge, timeout, large)


def _matching(ports: list[Port], name: str) -> list[Port]:
    found = [p for p in ports if name in (p.name, p.language)]
    if not found:
        known = ", ".join(p.name for p in ports)
        raise UsageError(f"no edition {name!r}; there are {known}")
    return found


def _judged(ports: list[Port], options: Options, *, every: bool, json: Path | None) -> int:
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

        outcome = run_ports(ports, options, every_transport=every, progress=progress)
    seconds = time.monotonic() - started
    if json is not None:
        _output(json, report_json.dumps(outcome.results, seconds))
    if str(json) != "-" and outcome.results:
        console = terminal.console()
        console.print(terminal.table(outcome.results))
        for line in terminal.edge_table(outcome.results):
            console.print(line, style="dim", markup=False, highlight=False)
        console.print(terminal.summary(outcome.results, seconds), markup=False, highlight=False)
    for message in outcome.errors:
        problem(message)
    return exit_code(outcome)


def exit_code(outcome: Outcome) -> int:
    """2 goes before 1, 1 before 3."""
    from harness.verdict import UNDECIDED

    if outcome.errors:
        return USAGE
    undecided = [r for r in outcome.results if r.verdict.word in UNDECIDED]
    if any(not r.as_expected for r in outcome.results if r not in undecided):
        return DIFFERENT
    if len(undecided) == len(outcome.results):
        return NOTHING
    return DIFFERENT if any(not r.as_expected for r in undecided) else OK


def _output(path: Path, text: str) -> None:
    """Write a report to a file, or to standard output for "-"."""
    if str(path) == "-":
        sys.stdout.write(text)
    else:
        _write(path, text)


def _write(path: Path, text: str) -> None:
    from python_ref.golden import write_beside

    try:
        write_beside(path, text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


@app.command()
@_exits
def identify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An observation (JSON).")],
    json: _Json = None,
) -> int:
    """Explain an observation: the same as claimed, or what it does instead."""
    from harness.identify import identify as explain
    from harness.report import json as report_json
    from harness.report import terminal

    started = time.monotonic()
    found = explain(file)
    if json is not None:
        _output(json, report_json.dumps([found.result], time.monotonic() - started))
    if str(json) != "-":
        terminal.console().print(terminal.identified(found.result), markup=False, highlight=False)
    return OK if found.result.as_expected else DIFFERENT


@app.command()
@_exits
def power(
    golden: _Golden = "*",
    json: _Json = None,
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
        _output(json, dumps({"format": "rmsproof.power/1", **asdict(found)}, indent=1) + "\n")
    if str(json) != "-":
        terminal.console().print(matrix(found))
    return OK


# -- dialects --------------------------------------------------------------------------------


@dialects_app.command("list")
@_exits
def dialects_list() -> int:
    """Every named dialect with its deviations, and the axes."""
    from harness.report import terminal
    from harness.report.dialects import listing

    terminal.console().print(listing())
    return OK


@dialects_app.command("show")
@_exits
def dialects_show(name: str) -> int:
    """One dialect (a name or axis=value): formulas, words, where it is written."""
    from harness.port import dialect
    from harness.report import terminal
    from harness.report.dialects import details
    from python_ref.libraries import LIBRARIES, find

    found = dialect([name])
    known = None
    if "=" not in name and name not in ("reference", "formula"):
        known = LIBRARIES[find(name).name]
    terminal.console().print(details(known.name if known else name, found, known))
    return OK


@dialects_app.command("compare")
@_exits
def dialects_compare(first: str, second: str) -> int:
    """Two dialects: which axes differ, by how much, and when they are the same."""
    from harness.dialects import compare_dialects
    from harness.port import dialect
    from harness.report import terminal
    from harness.report.dialects import comparison

    found = compare_dialects(dialect([first]), dialect([second]))
    terminal.console().print(comparison(first, second, found))
    return OK


# -- goldens ---------------------------------------------------------------------------------


@golden_app.command("list")
@_exits
def golden_list() -> int:
    """Name, class and purpose of every golden."""
    from harness.report import terminal
    from harness.report.goldens import listing

    terminal.console().print(listing(_goldens()))
    return OK


@golden_app.command("show")
@_exits
def golden_show(name: str) -> int:
    """One golden: its inputs and the trajectory it defines."""
    from harness.report import terminal
    from harness.report.goldens import details

    found = [g for g in _goldens() if name in (g.name, g.id)]
    if not found:
        raise UsageError(f"no golden {name!r}; `rmsproof golden list` shows them")
    terminal.console().print(details(found[0]))
    return OK


@golden_app.command("verify")
@_exits
def golden_verify(
    directory: Annotated[
        Path | None, typer.Argument(help="Where they are, if not bundled.")
    ] = None,
) -> int:
    """Recompute every golden file; fail on any byte, id, orphan or missing one.

    Core goldens are also certified against ball arithmetic, where python-flint is installed.
    """
    from harness.report import terminal
    from harness.report.words import problem
    from python_ref import golden
    from python_ref.exact import OracleMissingError

    _existing(directory)
    with terminal.working("computing every golden anew"):
        problems = golden.verify(directory)
        count = len(golden.paths(directory))
    certified, missing = 0, ""
    if not problems:
        try:
            with terminal.working("certifying the core goldens in ball arithmetic"):
                certified, problems = golden.certified(directory)
        except OracleMissingError as error:
            missing = str(error)
    for message in problems:
        problem(message)
    if problems:
        print(f"{len(problems)} problems; `rmsproof golden regenerate` writes the files anew")
        return DIFFERENT
    print(f"{count} goldens verified byte for byte")
    if missing:
        print(missing)
    else:
        print(f"{certified} core goldens certified in ball arithmetic")
    return OK


@golden_app.command("regenerate")
@_exits
def golden_regenerate(
    directory: Annotated[Path | None, typer.Argument(help="Where they go, if not bundled.")] = None,
) -> int:
    """Write every golden file anew; says which changed."""
    from python_ref import golden

    try:
        changed = golden.regenerate(directory)
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be written: {error.strerror}") from error
    for path in changed:
        print(path)
    print(f"{len(changed)} files changed")
    return OK


@golden_app.command("export")
@_exits
def golden_export(directory: Path) -> int:
    """Copy the goldens and their schema to a folder, for other tools."""
    from python_ref import golden

    goldens = _goldens()
    for found in goldens:
        _write(directory / f"{found.name}.json", golden.dumps(found))
    _write(
        directory / "schema.json", (golden.DIRECTORY / "schema.json").read_text(encoding="utf-8")
    )
    print(f"{len(goldens)} goldens and schema.json written to {directory}")
    return OK


def _goldens() -> Any:
    from python_ref import golden

    try:
        return golden.bundled()
    except golden.GoldenError as error:
        raise UsageError(str(error)) from error


def _existing(directory: Path | None) -> None:
    if directory is not None and not directory.is_dir():
        raise UsageError(f"{directory}: is no folder")


# -- entry -------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["check"] and "--" in given:
        # What follows -- is one command, not more targets.
        at = given.index("--")
        if given[at + 1 :]:
            given[at:] = ["--command", "\0".join(given[at + 1 :])]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app(args=given, prog_name="rmsproof")
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else OK
    return OK


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
