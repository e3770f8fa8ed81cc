"""`guests`: real libraries, each in an environment of its own, observed and identified."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from harness.commands.common import DIFFERENT, NOTHING, OK, write
from harness.model.errors import UsageError

Names = Annotated[
    list[str] | None, typer.Argument(metavar="NAME...", help="Which guests; all if none.")
]
Quick = Annotated[bool, typer.Option("--quick", help="Only those that take seconds to install.")]
Python = Annotated[
    Path | None,
    typer.Option(
        "--python", metavar="PATH", help="A Python that has the guests already, in place of theirs."
    ),
]
# They mostly wait for what they install.
_AT_ONCE = 2


def guests_list() -> int:
    """List the guests: library, version, language, variants."""
    from harness.judging.guests import FOLDER, guests
    from harness.report import terminal
    from harness.report.guests import listing

    terminal.console().print(listing(guests(FOLDER)))
    return OK


def guests_run(names: Names = None, quick: Quick = False, python: Python = None) -> int:
    """Install and run guests, and say what each computes."""
    return _visit(names, quick, python, None)


def guests_record(
    names: Names = None,
    quick: Quick = False,
    python: Python = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the observations go.")
    ],
) -> int:
    """Run guests and keep what they did as observations."""
    if not out.is_dir():
        raise UsageError(f"--out {out}: there is no such folder")
    return _visit(names, quick, python, out)


def _visit(names: list[str] | None, quick: bool, python: Path | None, out: Path | None) -> int:
    from harness.judging.guests import FOLDER, guests, visit
    from harness.judging.platforms import here
    from harness.languages.interpreter import given
    from harness.model.words import GOOD
    from harness.report import terminal
    from harness.report.guests import table

    begun = time.monotonic()
    program = given(python) if python else None
    wanted = guests(FOLDER, names or (), quick)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        visits = [
            visited for some in pool.map(lambda g: [*visit(g, program)], wanted) for visited in some
        ]
    if out is not None:
        circumstances = {
            "platform": f"{here(()).system.partition('-')[0]} {here(()).machine}",
            "date": datetime.now(UTC).date().isoformat(),
        }
        index = out / "recorded.json"
        known = json.loads(index.read_text(encoding="utf-8")) if index.is_file() else {}
        for visited in visits:
            if visited.observation is not None:
                name = f"{visited.observation['name']}.json"
                write(out / name, json.dumps(visited.observation) + "\n")
                flags = {"settings": [*visited.variant.settings], **visited.guest.environment}
                version = visited.guest.version
                known[name] = {"version": version, **circumstances, "flags": flags}
        write(index, json.dumps(known, indent=1, sort_keys=True) + "\n")
    terminal.console().print(table(visits, time.monotonic() - begun))
    results = [visited.result for visited in visits if visited.result is not None]
    if not results:
        return NOTHING
    good = all(result.verdict.word in GOOD for result in results)
    return OK if good else DIFFERENT
