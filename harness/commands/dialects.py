"""`dialects list|show|compare`: libraries' RMSProps and their relatives."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.commands.common import OK
from harness.model.errors import UsageError


def dialects_list() -> int:
    """List every named dialect with its deviations, and the axes."""
    from harness.report import terminal
    from harness.report.dialects import listing

    terminal.console().print(listing())
    return OK


def dialects_show(name: str) -> int:
    """Show one dialect: in words, as formulas, and its source."""
    from harness.ports.claims import claimed_dialect
    from harness.report import terminal
    from harness.report.dialects import details
    from python_ref.dialects.libraries import LIBRARIES, find

    dialect = claimed_dialect([name])
    known = None
    if "=" not in name and name not in ("reference", "formula"):
        known = LIBRARIES[find(name).name]
    terminal.console().print(details(known.name if known else name, dialect, known))
    return OK


def dialects_compare(
    first: str,
    second: str,
    settings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME=VALUE...]",
            help="Settings of the first, a library: also translate them to the second.",
        ),
    ] = None,
) -> int:
    """Compare two dialects: axes, defaults, and by how much."""
    from harness.analysis.compare_dialects import compare_dialects
    from harness.analysis.translate.translation import (
        Source,
        different_defaults,
        library_calls,
        read,
        translate,
    )
    from harness.ports.claims import claimed_dialect
    from harness.report import terminal
    from harness.report.dialects import comparison
    from harness.report.translation import defaults, show

    console = terminal.console()
    if settings:
        translation = translate(read(first, settings, "settings"), second)
    console.print(
        comparison(
            first, second, compare_dialects(claimed_dialect([first]), claimed_dialect([second]))
        )
    )
    try:
        home, target = (library_calls(name, "")[0] for name in (first, second))
    except UsageError:  # no libraries, or ones that nobody calls
        return OK
    if settings:
        console.print()
        show(console, translation)
        return OK
    for sentence in defaults(different_defaults(Source(home, {}), target), home, target):
        console.print(sentence)
    return OK
