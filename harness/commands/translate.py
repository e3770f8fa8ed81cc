"""`translate`: the call of one library's RMSProp, as another library has it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.commands.common import DIFFERENT, OK


def translate(
    settings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=VALUE...",
            help="Settings by the names of the library they come from; others are its defaults.",
        ),
    ] = None,
    *,
    source: Annotated[
        str, typer.Option("--from", metavar="LIBRARY", help="Where it comes from, such as torch.")
    ],
    target: Annotated[
        str, typer.Option("--to", metavar="LIBRARY", help="Where it goes, such as keras-3.")
    ],
    verify: Annotated[
        bool, typer.Option("--verify", help="Also run both calls, where both are installed.")
    ] = False,
    python: Annotated[
        Path | None,
        typer.Option("--python", metavar="PATH", help="The Python, or its folder, that has them."),
    ] = None,
) -> int:
    """Say which settings of another library compute the same RMSProp."""
    from harness.analysis.translate.translation import read
    from harness.analysis.translate.translation import translate as solve
    from harness.report import terminal
    from harness.report.translation import show

    translation = solve(read(source, settings or []), target)
    ran = None
    if verify:
        from harness.analysis.translate.verify import verify as run
        from harness.languages.interpreter import given

        ran = run(translation, str(given(python)) if python else "")
    show(terminal.console(), translation, ran)
    return OK if translation.solution.sameness == "always" else DIFFERENT
