"""What the commands share: exit codes, the options of reports, and writing files.

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
