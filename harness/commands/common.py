"""What the commands share: exit codes, options that several have, and writing files.

0 as expected or conforming, 1 not, 2 usage or bad input, 3 nothing to judge, 130 interrupted.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from harness.model.errors import ToolchainError, UsageError
from harness.report.destinations import Reports
from harness.report.progress import progress
from harness.report.registry import Kind, Report, of_kind

if TYPE_CHECKING:
    from harness.judging.options import Options
    from harness.judging.verdict import Result
    from harness.report.results import Circumstances

OK, DIFFERENT, USAGE, NOTHING, INTERRUPTED = 0, 1, 2, 3, 130

_Command = TypeVar("_Command", bound=Callable[..., int])


def exits(command: _Command) -> _Command:
    """Turn what a command returns or raises into the exit code, with one message."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            code = command(*args, **kwargs)
        except (UsageError, ToolchainError) as error:
            from harness.report.problems import problem

            problem(str(error))
            code = USAGE if isinstance(error, UsageError) else NOTHING
        except KeyboardInterrupt:
            code = INTERRUPTED  # the entry point says so
        except BrokenPipeError:  # the reader had enough: `rmsproof golden list | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            code = OK
        raise typer.Exit(code)

    return wrapped  # type: ignore[return-value]


def reporting(
    kind: Kind, hosted: Callable[[Mapping[str, Any]], bool] = lambda _: False
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Give a command the option of every report of what it judges; it gets them as `reports`.

    They are checked before the command begins, so that nothing is judged in vain.

    Args:
        kind: what it judges.
        hosted: whether what it is given will need a worker, which then starts beside our imports.
    """
    options = {
        report.option.removeprefix("--").replace("-", "_"): report
        for report in of_kind(kind)
        if report.help
    }

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        @wraps(command)
        def wrapped(**given: Any) -> int:
            version = given.pop(_CONTEXT).obj["version"]
            asked = {report.option: given.pop(name) for name, report in options.items()}
            if hosted(given):
                _begin_worker(given.get("env") or ())
            # Of a fresh installation every module is yet to be compiled, which takes seconds.
            with progress(text="starting", after=1.0):
                import_module("harness.judging.run")
            reports = Reports(kind, asked, version, given.values())
            return command(**given, reports=reports)

        hints = get_type_hints(command, include_extras=True)
        own = [
            parameter.replace(annotation=hints[name])
            for name, parameter in inspect.signature(command).parameters.items()
            if name != "reports"
        ]
        added = [_option(name, report) for name, report in options.items()]
        signature = inspect.Signature([_context(), *own, *added])
        wrapped.__signature__ = signature  # type: ignore[attr-defined]
        return wrapped

    return decorate


def _begin_worker(names: Iterable[str]) -> None:
    from harness.transport.ahead import begin

    begin({name: os.environ[name] for name in names if name in os.environ})


_CONTEXT = "context"


def _context() -> inspect.Parameter:
    """The parameter by which typer hands over what the entry knows: the version."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(_CONTEXT, kind, annotation=typer.Context)


def _option(name: str, report: Report) -> inspect.Parameter:
    """The parameter by which typer learns of a report's option."""
    taking: tuple[Any, Any] = (Path | None, None) if report.example else (bool, False)
    metavar = "FILE" if report.example else None
    option = typer.Option(report.option, metavar=metavar, help=report.help)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=taking[1],
        annotation=Annotated[taking[0], option],
    )


Claimed = Annotated[
    list[str] | None,
    typer.Option(
        "--dialect",
        metavar="NAME",
        help="What it is meant to be: a library (keras-3) or axis=value; may be repeated.",
    ),
]
GoldenPattern = Annotated[
    str,
    typer.Option(
        "--golden",
        metavar="PATTERN",
        help="Only the goldens (test cases) whose name matches, or the one in a FILE.json.",
    ),
]
Edge = Annotated[
    bool,
    typer.Option(
        "--edge", help="Let edge cases (overflow, division by zero, empty arrays) decide, too."
    ),
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", min=0.01, help="Time limit for one test case."),
]
Large = Annotated[
    bool,
    typer.Option("--large", help="Also run a million elements through a hundred steps."),
]
Transports = Annotated[
    list[str] | None,
    typer.Option(
        "--transport",
        metavar="NAME",
        help="jpype (in a JVM), stdio (as a command) or local (in Python); may be repeated.",
    ),
]


Environment = Annotated[
    list[str] | None,
    typer.Option(
        "--env",
        metavar="NAME",
        help="Pass a variable of your environment on to the port; may be repeated.",
    ),
]

ShardOf = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Judge the I-th of N parts, one a machine; `report merge` puts their reports"
        " together.",
    ),
]


Dask = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Spread the work over the workers of a dask scheduler; `local` for a process a core.",
    ),
]

ClassPath = Annotated[
    list[str] | None,
    typer.Option(
        "--classpath",
        metavar="ENTRY",
        help="What a JVM source needs: a jar, a folder or group:artifact:version; may be repeated.",
    ),
]

ProjectFolder = Annotated[
    Path | None,
    typer.Option(
        "--project",
        metavar="DIR",
        help="The project a source is part of: its sources, built classes and declared"
        " dependencies are used; nothing of its build is run.",
    ),
]

Interpreter = Annotated[
    Path | None,
    typer.Option(
        "--python", metavar="PATH", help="The Python (or environment) that a port runs in."
    ),
]

Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        min=1,
        help="Draw the scenarios that no golden has from this seed, as a report says it.",
    ),
]


def options(
    transport: list[str] | None,
    golden: str,
    edge: bool,
    timeout: float,
    large: bool,
    env: Sequence[str] | None = None,
    shard: str | None = None,
    seed: int | None = None,
) -> Options:
    """What a command line says of all ports alike.

    Raises:
        UsageError: no such transport, variable or shard.
    """
    from harness.judging.options import Options
    from harness.judging.shards import Shard

    for name in transport or []:
        if name not in ("jpype", "stdio", "local"):
            raise UsageError(
                f"--transport {name!r}: no such transport; choose jpype, stdio or local"
            )
    for name in env or []:
        if "=" in name:
            raise UsageError(
                f"--env {name.partition('=')[0]}: give the name alone; its value is that of your"
                " environment"
            )
        if name not in os.environ:
            raise UsageError(f"--env {name}: no such variable is set; export it, or leave it out")
    return Options(
        tuple(transport) if transport else None,
        golden,
        edge,
        timeout,
        large,
        {name: os.environ[name] for name in env or []},
        None if shard is None else Shard.parse(shard),
        seed,
    )


def circumstances(
    reports: Reports, command: str, languages: Iterable[str], **given: Any
) -> Circumstances:
    """By what, on what and by which command line results are made.

    Args:
        reports: where they go.
        command: its name.
        languages: those of the ports judged.
        given: its options, by name; those that say nothing are left out.
    """
    from harness.judging.platforms import here
    from harness.machine.isolation.sandbox import in_force
    from harness.model.limits import SCENARIO_SECONDS
    from harness.report.invocation import Invocation
    from harness.report.results import Circumstances
    from python_ref.golden import DIRECTORY
    from python_ref.golden.sums import together

    usual = {"timeout": SCENARIO_SECONDS, "golden": "*"}
    options = {
        name.rstrip("_"): tuple(value) if isinstance(value, list) else value
        for name, value in given.items()
        if usual.get(name) != value
    }
    invocation = Invocation(command).with_options(**options)
    isolation = in_force("network" if command == "doc" else "processes") if command else None
    machine, goldens = here(languages), together(DIRECTORY)
    return Circumstances(reports.version, machine, goldens, invocation, isolation)


def exit_code(results: Sequence[Result], errors: Sequence[str]) -> int:
    """2 goes before 1, 1 before 3."""
    from harness.model.words import UNDECIDED

    if errors:
        return USAGE
    undecided = [r for r in results if r.verdict.word in UNDECIDED]
    if any(not r.as_expected for r in results if r not in undecided):
        return DIFFERENT
    if len(undecided) == len(results):
        return NOTHING
    return DIFFERENT if any(not r.as_expected for r in undecided) else OK


def write(path: Path, text: str) -> None:
    """Write a file whole. Raises UsageError naming it."""
    from python_ref.golden import write_beside

    try:
        write_beside(path, text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
