"""`atlas`: the page of all libraries, from their table and the recorded guests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.commands.common import OK, write
from harness.model.errors import UsageError


def atlas(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FOLDER", help="Write atlas.md and atlas.svg there; else print it."
        ),
    ] = None,
) -> int:
    """Make the page of all libraries: defaults, formulas, drift."""
    from harness.analysis.atlas import atlas as measure
    from harness.judging.guests import FOLDER, guests, recordings
    from harness.judging.identify import identify
    from harness.report.atlas import PICTURE, page, picture

    if out is not None and not out.is_dir():
        raise UsageError(f"--out {out}: there is no such folder")
    there = guests(FOLDER)
    ran = {
        guest.library: [identify(path) for path in paths]
        for guest in there
        if (paths := recordings(guest))
    }
    measured = measure()
    text = page(measured, there, ran)
    if out is None:
        print(text, end="")
    else:
        write(out / "atlas.md", text)
        write(out / PICTURE, picture(measured))
    return OK
