"""`adapt`: an adapter for a source that is not bound as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from harness.commands.common import OK
from harness.commands.options import ClassPath, Interpreter, ProjectFolder


def adapt(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="A source file, a folder with port.toml, or module:Object."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where; beside the source if unsaid."),
    ] = None,
    class_name: Annotated[
        str | None,
        typer.Option("--class", metavar="NAME", help="The class or function to call."),
    ] = None,
    classpath: ClassPath = None,
    project: ProjectFolder = None,
    python: Interpreter = None,
) -> int:
    """Write ten lines through which your port is called. Loads its code."""
    from harness.judging.adapt import adapt as write
    from harness.ports.targets import own
    from harness.report import terminal
    from harness.report.adapters import written

    port = replace(own(target, (), class_name, classpath or (), project), python=python)
    adapted = write(port, out)
    terminal.console().print(written(adapted, (target, *port.needs())))
    return OK
