"""Every figure of the project beside what it is measured against, in one table.

Run: uv run python -m tests.benchmarks [--rows PATTERN,...] [--json FILE] [--markdown FILE]
    [--peers PYTHON] [--bowtie PYTHON] [--keep]

Each row's jobs are measured in turn, so that what the machine does besides strikes all alike;
figures are medians with their spread. Ratios are compared with those of the last run that was
committed; --keep writes these, and the table of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import table
from measuring import Row, noise
from rich.console import Console
from rows import commands, diagnosis, editions, growth, reference, transports

GROUPS: dict[str, Callable[[argparse.Namespace], Sequence[Row]]] = {
    "commands": commands.rows,
    "comparisons": transports.comparisons,
    "wire": transports.wire,
    "arrays": transports.arrays,
    "reference": reference.rows,
    "editions": editions.rows,
    "diagnosis": diagnosis.rows,
    "growth": growth.rows,
}


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    made = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.add_argument("--rows", default="*", help=f"of these, by pattern: {', '.join(GROUPS)}")
    made.add_argument("--json", type=Path, metavar="FILE", help="also as JSON")
    made.add_argument("--markdown", type=Path, metavar="FILE", help="also as a page's table")
    made.add_argument("--peers", metavar="PYTHON", help="an interpreter with PyTorch and Optax")
    bowtie = "a Python of 3.13 or newer that Bowtie is installed for, as uv takes it"
    made.add_argument("--bowtie", metavar="PYTHON", default="3.13", help=bowtie)
    made.add_argument("--rounds", type=int, default=5, help="how often each job is measured")
    made.add_argument("--keep", action="store_true", help="make these ratios the committed ones")
    return made


def chosen(patterns: str) -> list[str]:
    """The groups that patterns name. Raises SystemExit: one names none."""
    found: list[str] = []
    for pattern in patterns.split(","):
        named = [name for name in GROUPS if fnmatchcase(name, pattern)]
        if not named:
            raise SystemExit(f"--rows {pattern}: there are {', '.join(GROUPS)}")
        found += [name for name in named if name not in found]
    return found


def main() -> None:
    """Measure, print, keep."""
    arguments = parser().parse_args()
    names, before = chosen(arguments.rows), table.kept()
    console, begun = Console(), time.monotonic()
    rows: list[Row] = []
    busy = noise()
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            rows += GROUPS[name](arguments)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            rows.append(Row(name, f"{name}, as a whole", reason=str(error)))
    console.print(table.table(rows, before))
    took = f"{time.monotonic() - begun:.0f} s"
    console.print(f"{busy}; {arguments.rounds} rounds of each; {took} in all", highlight=False)
    if arguments.json:
        arguments.json.write_text(table.report(rows, before, busy), encoding="utf-8")
    if arguments.markdown:
        arguments.markdown.write_text(table.markdown(rows, before), encoding="utf-8")
    if arguments.keep:
        table.RATIOS.write_text(table.document(rows, before), encoding="utf-8")
        page = table.page(table.DOCUMENT.read_text(encoding="utf-8"), rows)
        table.DOCUMENT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
