"""`report`: saved reports shown otherwise, and those of shards put together."""

from __future__ import annotations

from os.path import realpath
from pathlib import Path
from typing import Annotated

import typer

from harness.commands.common import OK, reporting
from harness.model.errors import UsageError
from harness.report.destinations import Reports, check_file

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="A report that `--json FILE` has written."),
]


@reporting("saved")
def report_show(files: Files, *, reports: Reports) -> int:
    """Show saved reports: as a table, page, notebook or JUnit."""
    from harness.report.saved import read

    reports.write(tuple(read(path) for path in files))
    return OK


def report_merge(
    files: Files,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where the whole report goes.")
    ],
) -> int:
    """Put the reports of all shards together."""
    from harness.commands.common import write
    from harness.report import json as report_json
    from harness.report.merging import merged
    from harness.report.saved import plain

    check_file(out, f"--out {out}", "report.json")
    if realpath(out) in map(realpath, files):
        raise UsageError(f"--out {out}: is one of the reports to put together; name another file")
    whole = merged([(path, plain(path)) for path in files])
    write(out, report_json.text(whole))
    print(f"{out}: {whole['summary']['results']} results of {len(files)} shards")
    return OK
