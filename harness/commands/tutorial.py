"""`tutorial`: RMSProp at work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.commands.common import OK


def tutorial(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder for the plots and the notebook.")
    ] = Path("rmsproof-tutorial"),
    epochs: Annotated[
        int | None,
        typer.Option(
            "--epochs",
            min=4,
            metavar="N",
            help="Epochs of the training on diamonds; 500 by default.",
        ),
    ] = None,
) -> int:
    """RMSProp at work: four demonstrations, plots and a notebook."""
    from harness.commands.demonstrations import write

    written = write(folder, epochs)
    for line in (*written.lines, "", *map(str, written.files)):
        print(line)
    return OK
