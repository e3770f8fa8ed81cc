"""`doc`: documents examined, each block as published and repaired."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import (
    DIFFERENT,
    INTERRUPTED,
    USAGE,
    circumstances,
    exit_code,
    reporting,
)
from harness.commands.options import Claimed, Edge, GoldenPattern, Interpreter, Timeout, options
from harness.model.errors import UsageError
from harness.model.limits import SCENARIO_SECONDS
from harness.report.destinations import Reports

if TYPE_CHECKING:
    from harness.documents.examined import Examination
    from harness.judging.memory import Memory
    from harness.judging.options import Options
    from python_ref.dialects.dialect import Dialect


@reporting("documents")
def doc(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Markdown, reStructuredText, AsciiDoc, Org, TeX, HTML, text with fences,"
            " or a notebook.",
        ),
    ],
    dialect: Claimed = None,
    show_repaired: Annotated[
        bool, typer.Option("--show-repaired", help="Print the repairs as a patch.")
    ] = False,
    golden: GoldenPattern = "*",
    edge: Edge = False,
    timeout: Timeout = SCENARIO_SECONDS,
    python: Interpreter = None,
    *,
    reports: Reports,
) -> int:
    """Judge the code blocks of documents as published. Executes their code."""
    from harness.judging.memory import Memory
    from harness.languages import interpreter
    from harness.ports.claims import claimed_dialect
    from harness.report.problems import problem
    from harness.report.results import DocumentResults
    from python_ref.dialects.dialect import Dialect

    started, begun = datetime.now(UTC), time.monotonic()
    claim = claimed_dialect(dialect) if dialect else Dialect()
    memory = Memory(golden)
    memory.goldens.check(claim)
    given = options(None, golden, edge, timeout, False)
    program = "" if python is None else str(interpreter.given(python))
    examined: list[Examination] = []
    errors: list[str] = []
    incomplete = False
    for path in files:
        try:
            examined.append(_examined(path, claim, given, memory, program))
        except UsageError as error:
            errors.append(str(error))
        except KeyboardInterrupt:  # while it was read
            incomplete = True
        incomplete = incomplete or any(examination.incomplete for examination in examined)
        if incomplete:
            break
    blocks = (row.block for examination in examined for row in examination.rows if row.layers)
    made = circumstances(
        reports,
        "doc",
        (block.language for block in blocks),
        dialect=dialect,
        golden=golden,
        edge=edge,
        timeout=timeout,
        python=python and str(python),
    )
    results = DocumentResults(
        tuple(examined),
        started,
        time.monotonic() - begun,
        incomplete,
        errors=tuple(errors),
        patches=show_repaired,
        edge=edge,
        circumstances=made,
    )
    try:
        reports.write(results)
    finally:
        for message in errors:
            problem(message)
    if incomplete:
        return INTERRUPTED
    if not examined or errors:
        return USAGE
    code = exit_code(results.judged, errors)
    contradicted = any(row.contradicted for examination in examined for row in examination.rows)
    return DIFFERENT if contradicted else code


def _examined(
    path: Path, claim: Dialect, given: Options, memory: Memory, python: str
) -> Examination:
    from harness.documents.examine import examine
    from harness.report.progress import progress

    started = time.monotonic()
    with progress(1, path.name) as work:

        def begun(blocks: int) -> None:
            work.tell(path.name, total=blocks)

        examination = examine(path, claim, given, work.advance, begun, memory, python)
    return replace(examination, seconds=time.monotonic() - started)
