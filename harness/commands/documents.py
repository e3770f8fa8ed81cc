"""`doc` and `tutorial`: documents examined, and our own made."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import (
    DIFFERENT,
    INTERRUPTED,
    OK,
    USAGE,
    Claimed,
    Edge,
    GoldenPattern,
    Json,
    Timeout,
    exit_code,
    options,
    output,
)
from harness.model.errors import UsageError

if TYPE_CHECKING:
    from harness.documents.examined import Examination
    from harness.judging.run import Options
    from python_ref.dialects.dialect import Dialect


def doc(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Markdown, text with fences, or a notebook."),
    ],
    dialect: Claimed = None,
    show_repaired: Annotated[
        bool, typer.Option("--show-repaired", help="Print the repairs as a patch.")
    ] = False,
    golden: GoldenPattern = "*",
    edge: Edge = False,
    timeout: Timeout = 10.0,
    json: Json = None,
) -> int:
    """Judge the code blocks of documents where they are published. Executes their code."""
    from harness.judging.goldens import Goldens
    from harness.ports.port import dialect as dialect_of
    from harness.report import documents, terminal
    from harness.report.words import problem
    from python_ref.dialects.dialect import Dialect

    started = time.monotonic()
    claim = dialect_of(dialect) if dialect else Dialect()
    Goldens(golden).check(claim)
    given = options(None, golden, edge, timeout, False)
    examined: list[Examination] = []
    errors: list[str] = []
    incomplete = False
    for path in files:
        try:
            examined.append(_examined(path, claim, given))
        except UsageError as error:
            errors.append(str(error))
        except KeyboardInterrupt:  # while it was read
            incomplete = True
        incomplete = incomplete or any(found.incomplete for found in examined)
        if incomplete:
            break
    seconds = time.monotonic() - started
    if json is not None:
        output(json, documents.dumps(examined, seconds, incomplete))
    if str(json) != "-" and examined:
        console = terminal.console()
        for found in examined:
            console.print(str(found.document.path), style="bold", markup=False, highlight=False)
            if found.rows:
                console.print(documents.table(found))
            for line in documents.below(found):
                console.print(line, markup=False, highlight=False)
            if show_repaired:
                for line in documents.patch(found):
                    console.print(line, markup=False, highlight=False, soft_wrap=True)
        said = documents.summary(examined, seconds, incomplete)
        console.print(said, markup=False, highlight=False)
    for message in errors:
        problem(message)
    if incomplete:
        return INTERRUPTED
    if not examined or errors:
        return USAGE
    code = exit_code(documents.results(examined), errors)
    contradicted = any(row.contradicted for found in examined for row in found.rows)
    return DIFFERENT if contradicted else code


def tutorial(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Folder for the plots and the notebook.")
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
    """RMSProp at work: four demonstrations, their plots and an executed notebook."""
    from harness.commands.tutorial import write

    written = write(folder, epochs)
    for line in (*written.lines, "", *map(str, written.files)):
        print(line)
    return OK


def _examined(path: Path, claim: Dialect, given: Options) -> Examination:
    from rich.console import Console

    from harness.documents.examine import examine
    from harness.report import terminal

    with terminal.progress(Console(stderr=True), 1) as bar:

        def progress(text: str, done: int) -> None:
            bar.update(bar.task_ids[0], description=text, advance=done)

        def begun(blocks: int) -> None:
            bar.update(bar.task_ids[0], total=blocks)

        return examine(path, claim, given, progress, begun)
