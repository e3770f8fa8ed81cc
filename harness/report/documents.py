"""An examined document on a terminal, in JSON, and as a patch of what was repaired."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from harness.documents.examined import GUESSED, Examination, Examined, Layer
from harness.model.words import UNDECIDED
from harness.report import json as report_json
from harness.report import words
from harness.report.notes import notes_of
from harness.report.places import of_block
from harness.report.printable import printable
from harness.report.results import DocumentResults
from harness.report.tables import LOG_WIDTH, arranged
from harness.report.terminal import colour
from python_ref.dialects.axes import AXES

_NO_NETWORK = "its code ran without a network"
_NETWORK = "its code ran WITH a network: the kernel does not let a process give it up here"


def table(examination: Examination, width: int = LOG_WIDTH) -> RenderableType:
    """Every block: its line, language, verdict and why; below it each repair and what it led to."""
    rows = []
    for row in examination.rows:
        # Below the table it is said what a question mark means.
        language = row.block.language + ("?" if row.block.guessed else "")
        title = printable(f"{language} {row.name}".strip())
        first = (Text(str(row.block.line)), Text(title))
        if not row.layers:
            cells = (*first, Text("other"), Text(printable(row.message)))
            rows.append(tuple(Text(cell.plain, style="dim") for cell in cells))
        for i, layer in enumerate(row.layers):
            result = layer.result
            verdict = Text(result.verdict.word, style=colour(result))
            start = first if i == 0 else _CONTINUED
            rows.append((*start, verdict, Text(words.brief(result))))
            if layer.repair:
                repair = Text(printable(layer.repair))
                rows.append((*_CONTINUED, Text("  repaired", style="dim"), repair))
        for note in _notes(row):
            if row.block.guessed and note == GUESSED.format(row.block.language):
                continue  # its question mark says so
            text = Text(printable(note))
            rows.append((*_CONTINUED, Text("  note", style="dim"), text))
    return arranged(width, ("line", "block", "verdict", "why"), rows, right=["line"])


_CONTINUED = (Text(), Text())


def _notes(row: Examined) -> Iterator[str]:
    if row.last is not None:
        yield from notes_of(row.last)
    yield from row.findings


def below(examination: Examination) -> Iterator[str]:
    """What concerns the whole document, a line each."""
    for formula in examination.formulas:
        yield f"formula at line {formula.line}: {AXES['epsilon'][formula.epsilon].sentence}"
    for finding in examination.findings:
        yield finding.sentence
    if any(row.block.guessed and row.block.language for row in examination.rows):
        yield "?: nothing names the language; the code looks like it"
    yield from examination.document.notes
    if examination.network_cut is not None:
        yield _NO_NETWORK if examination.network_cut else _NETWORK


def show(console: Console, results: DocumentResults) -> None:
    """Print each document's blocks, what concerns the whole of it, and a summary of all."""
    for examination in results.examinations:
        path = str(examination.document.path)
        console.print(path, style="bold")
        if examination.rows:
            console.print(table(examination, console.width))
        else:
            console.print("it has no block of code")
        for line in below(examination):
            console.print(line)
        for line in patch(examination) if results.patches else ():
            console.print(line, soft_wrap=True)
    if results.examinations:
        console.print(summary(results))


def summary(results: DocumentResults) -> str:
    """Counts and seconds in one line: blocks, what they show as published, and once repaired."""
    rows = [row for examination in results.examinations for row in examination.rows]
    published = _counted(result.verdict.word for result in results.judged)
    parts = [text for word, text in published if word not in UNDECIDED]
    verdicts = f": {', '.join(parts)}" if parts else ""
    beside = "".join(f", {text}" for word, text in published if word in UNDECIDED)
    mended = _counted(row.layers[-1].result.verdict.word for row in rows if len(row.layers) > 1)
    repaired = f"; once repaired {', '.join(text for _, text in mended)}" if mended else ""
    blocks = len(set(map(_block, rows)))
    judged = len({_block(row) for row in rows if any(map(_decided, row.layers))})
    cut = "INCOMPLETE, " if results.incomplete else ""
    return (
        f"{cut}{words.counted(blocks, 'block')}, {judged} of them judged{verdicts}{beside}"
        f"{repaired}; {results.seconds:.1f} s"
    )


def _block(row: Examined) -> tuple[int, int]:
    """What tells a row's block from others."""
    return id(row.block), row.block.index


def _decided(layer: Layer) -> bool:
    return layer.result.verdict.word not in UNDECIDED


def _counted(found: Iterable[str]) -> list[tuple[str, str]]:
    """Words, each with how many there are of it, the most first."""
    ordered = sorted(Counter(found).items(), key=lambda x: (-x[1], x[0]))
    return [(word, f"{n} {word}") for word, n in ordered]


def patch(examination: Examination) -> Iterator[str]:
    """What the repairs changed, as a patch of the document's own lines."""
    name = examination.document.path.name
    for row in examination.rows:
        if row.repaired is None or row.whole is None:
            continue
        before, after = row.whole.split("\n"), row.repaired.split("\n")
        title = f"{name}:{row.block.line}"
        hunks = difflib.unified_diff(before, after, title, "repaired", lineterm="")
        for i, line in enumerate(hunks):
            yield printable(line if i < 2 else _shifted(line, row.block.line - 1))


def _shifted(line: str, by: int) -> str:
    """A hunk's header with the document's line numbers; any other line as it is."""
    if not line.startswith("@@"):
        return line
    numbers = []
    for part in line.split()[1:3]:
        start, comma, count = part[1:].partition(",")
        numbers.append(f"{part[0]}{int(start) + by}{comma}{count}")
    return f"@@ {' '.join(numbers)} @@"


def dumps(results: DocumentResults) -> str:
    """The report as JSON."""
    return report_json.text(of_documents(results))


def of_documents(results: DocumentResults) -> dict[str, Any]:
    """The report as plain values."""
    report = report_json.document(
        results.judged, results.seconds, results.incomplete, results.started
    )
    report |= report_json.circumstances(results.circumstances)
    report["errors"] = list(results.errors)
    report["results"] = [_row(results, e, row) for e in results.examinations for row in e.rows]
    report["summary"]["results"] = len(report["results"])
    report["documents"] = [
        {
            "document": str(examination.document.path),
            "formulas": [
                {"line": f.line, "text": f.text, "deviations": _formula(f.epsilon)}
                for f in examination.formulas
            ],
            "findings": [{"line": f.line, "message": f.sentence} for f in examination.findings],
            "notes": list(examination.document.notes),
            "network_cut": examination.network_cut,
        }
        for examination in results.examinations
    ]
    return report


def _formula(epsilon: str) -> list[str]:
    return [] if epsilon == "outside" else [f"epsilon={epsilon}"]


def _row(results: DocumentResults, examination: Examination, row: Examined) -> dict[str, Any]:
    block, invocation = row.block, results.circumstances.invocation
    if row.published is None:
        report = report_json.unjudged(
            f"{examination.document.path.name}:{block.line}", block.language
        )
        report["message"] = row.message
    else:
        report = report_json.row(row.published)
        path = examination.document.path
        place = of_block(path, block, row.published)
        report |= report_json.detail(
            row.published, invocation, (str(path),), place, edge=results.edge
        )
    report["notes"] = list(dict.fromkeys([*report["notes"], *_notes(row)]))
    report["block"] = {"index": block.index, "line": block.line, "language": block.language}
    if row.name:
        report["block"]["name"] = row.name
    report["kind"] = row.kind
    report["layers"] = [
        {
            "verdict": layer.result.verdict.word,
            "message": words.why(layer.result),
            "deviations": list(layer.result.deviations),
            "repair": layer.repair,
        }
        for layer in row.layers
    ]
    return report
