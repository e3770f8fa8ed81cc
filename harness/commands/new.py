"""`new`: a port to begin with, in one of the languages there are starters in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.commands.common import OK


def new(
    language: Annotated[
        str, typer.Argument(metavar="LANGUAGE", help="One of those below.", show_default=False)
    ],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where: a new folder, or an empty one.")
    ],
    without_tools: Annotated[
        bool,
        typer.Option("--without-tools", help="Also where what it is built with is not installed."),
    ] = False,
) -> int:
    """Write a port to begin with, its build file and its CI."""
    from harness.report import terminal
    from harness.report.starters import written
    from harness.starters.starter import check_tools, named, texts, write

    name, starter = named(language)
    if not without_tools:
        check_tools(name, starter)
    write(texts(name, starter), folder)
    terminal.console().print(written(starter, folder))
    return OK
