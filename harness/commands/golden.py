"""`golden list|show|verify|regenerate`: what every port is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from harness.commands.common import DIFFERENT, OK
from harness.model.errors import UsageError


def golden_list(
    pattern: Annotated[
        str, typer.Argument(metavar="PATTERN", help="Only those whose name matches, 'page-*'.")
    ] = "*",
    kind: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="core, edge or partial.")
    ] = None,
    precision: Annotated[
        str | None, typer.Option(metavar="NAME", help="float64, float32 or float32_double.")
    ] = None,
    dialect: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A library (keras-3) or axis=value; may be repeated."),
    ] = None,
) -> int:
    """List the goldens: class, size, name, what each catches.

    Core goldens decide a verdict; edge ones (overflow, division by zero) only with --edge.
    """
    from harness.model.patterns import matches
    from harness.ports.claims import claimed_dialect
    from harness.report import terminal
    from harness.report.goldens import listing

    goldens = _goldens()
    choices = claimed_dialect(dialect).choices() if dialect else None
    for option, given, known in (
        ("--class", kind, {g.kind for g in goldens}),
        ("--precision", precision, {g.precision for g in goldens}),
    ):
        if given not in (None, *known):
            raise UsageError(f"{option} {given!r}: there is {', '.join(sorted(known))}")
    chosen = [
        g
        for g in goldens
        if matches(g.name, pattern)
        and kind in (None, g.kind)
        and precision in (None, g.precision)
        and choices in (None, g.dialect.choices())
    ]
    if not chosen:
        raise UsageError(
            f"none of the {len(goldens)} goldens kept in files is one of these;"
            " `rmsproof golden list` shows all, and `check` makes those of other dialects"
        )
    for line in listing(chosen, terminal.columns()):
        print(line)
    return OK


def golden_show(name: str) -> int:
    """Show one golden: its inputs and the weights after every step."""
    from harness.report import terminal
    from harness.report.goldens import details

    matching = [g for g in _goldens() if name in (g.name, g.id)]
    if not matching:
        raise UsageError(f"no golden {name!r}; `rmsproof golden list` shows them")
    terminal.console().print(details(matching[0]))
    return OK


def golden_verify(
    directory: Annotated[
        Path | None, typer.Argument(help="Folder of the goldens; the bundled ones by default.")
    ] = None,
) -> int:
    """Recompute the golden files, and compare them byte for byte.

    A file too many and one that is missing are problems too. All but those of edges are certified
    in ball arithmetic as well, where python-flint is installed.
    """
    from harness.report.problems import problem
    from harness.report.progress import progress
    from harness.report.words import counted
    from python_ref import golden
    from python_ref.rounding.envelope import OracleMissingError

    _existing(directory)
    with progress(text="recomputing every golden"):
        problems = golden.verify(directory)
        count = len(golden.paths(directory))
    certified, missing = 0, ""
    if not problems:
        try:
            with progress(text="certifying them in ball arithmetic"):
                certified, problems = golden.certified(directory)
        except OracleMissingError as error:
            missing = str(error)
    for message in problems:
        problem(message)
    if problems:
        how_many = counted(len(problems), "problem")
        print(f"{how_many}; `rmsproof golden regenerate` rewrites the files")
        return DIFFERENT
    print(f"{count} goldens verified byte for byte")
    if missing:
        print(missing)
    else:
        print(f"{certified} goldens certified in ball arithmetic, all but those of edges")
    return OK


def golden_regenerate(
    directory: Annotated[
        Path | None, typer.Argument(help="Folder to write to; that of the bundled ones by default.")
    ] = None,
) -> int:
    """Rewrite every golden file; prints which changed."""
    from harness.report.words import counted
    from python_ref import golden

    try:
        changed = golden.regenerate(directory)
    except golden.GoldenError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be written: {error.strerror}") from error
    for path in changed:
        print(path)
    print(f"{counted(len(changed), 'file')} changed")
    return OK


def _goldens() -> Any:
    from python_ref import golden

    try:
        return golden.bundled()
    except golden.GoldenError as error:
        raise UsageError(str(error)) from error


def _existing(directory: Path | None) -> None:
    if directory is not None and not directory.is_dir():
        raise UsageError(f"{directory}: is not a folder")
