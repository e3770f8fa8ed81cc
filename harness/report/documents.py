"""An examined document on a terminal, in JSON, and as a patch of what was repaired."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from harness.documents.examined import GUESSED, Examination, Examined
from harness.judging.judge import Result
from harness.report import json as report_json
from harness.report import words
from harness.report.terminal import colour

_NO_NETWORK = "its code ran without a network"
_NETWORK = "its code ran WITH the network: the kernel lets no process give it up here"


def table(found: Examination) -> Table:
    """Every block: its line, language, verdict and why; below it each repair and what it led to."""
    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    shown.add_column("line", justify="right", no_wrap=True)
    shown.add_column("block", no_wrap=True)
    shown.add_column("verdict", no_wrap=True)
    shown.add_column("why", ratio=1)
    for row in found.rows:
        # A question mark: nothing names the language, it is read from the code.
        language = row.block.language + ("?" if row.block.guessed else "")
        title = words.printable(f"{language} {row.name}".strip())
        line = str(row.block.line)
        if not row.layers:
            shown.add_row(line, title, "other", words.printable(row.message), style="dim")
        for i, layer in enumerate(row.layers):
            result = layer.result
            verdict = Text(result.verdict.word, style=colour(result))
            first = (line, title) if i == 0 else ("", "")
            shown.add_row(*first, verdict, Text(words.brief(result)))
            if layer.repair:
                shown.add_row(
                    "", "", Text("  repaired", style="dim"), Text(words.printable(layer.repair))
                )
        for note in _notes(row):
            if row.block.guessed and note == GUESSED.format(row.block.language):
                continue  # its question mark says so
            shown.add_row("", "", Text("  note", style="dim"), Text(words.printable(note)))
    return shown


def _notes(row: Examined) -> Iterator[str]:
    if row.last is not None:
        yield from words.notes(row.last)
    yield from row.findings


def below(found: Examination) -> Iterator[str]:
    """What concerns the whole document, a line each."""
    for formula in found.formulas:
        yield f"formula at line {formula.line}: epsilon={formula.epsilon}"
    for finding in found.findings:
        yield finding.sentence
    yield from found.document.notes
    if found.network_cut is not None:
        yield _NO_NETWORK if found.network_cut else _NETWORK


def summary(examined: Sequence[Examination], seconds: float, incomplete: bool = False) -> str:
    """Counts and seconds in one line; `incomplete` if the run was interrupted."""
    rows = [row for found in examined for row in found.rows]
    judged = results(examined)
    counts = Counter(result.verdict.word for result in judged)
    parts = [f"{n} {word}" for word, n in sorted(counts.items(), key=lambda x: (-x[1], x[0]))]
    said = f": {', '.join(parts)}" if parts else ""
    blocks = len({(id(row.block), row.block.index) for row in rows})
    cut = "INCOMPLETE, " if incomplete else ""
    return f"{cut}{blocks} blocks, {len(judged)} of them judged{said}; {seconds:.1f} s"


def results(examined: Sequence[Examination]) -> list[Result]:
    """The results of what was judged, as published."""
    return [row.published for found in examined for row in found.rows if row.published is not None]


def patch(found: Examination) -> Iterator[str]:
    """What the repairs changed, as a patch of the document's own lines."""
    name = found.document.path.name
    for row in found.rows:
        if row.repaired is None or row.whole is None:
            continue
        before, after = row.whole.split("\n"), row.repaired.split("\n")
        title = f"{name}:{row.block.line}"
        hunks = difflib.unified_diff(before, after, title, "repaired", lineterm="")
        for i, line in enumerate(hunks):
            yield words.printable(line if i < 2 else _shifted(line, row.block.line - 1))


def _shifted(line: str, by: int) -> str:
    """A hunk's header with the document's line numbers; any other line as it is."""
    if not line.startswith("@@"):
        return line
    numbers = []
    for part in line.split()[1:3]:
        start, comma, count = part[1:].partition(",")
        numbers.append(f"{part[0]}{int(start) + by}{comma}{count}")
    return f"@@ {' '.join(numbers)} @@"


def dumps(examined: Sequence[Examination], seconds: float, incomplete: bool = False) -> str:
    """The report as JSON; `incomplete` if the run was interrupted."""
    report = report_json.document(results(examined), seconds, incomplete)
    report["results"] = [_row(found, row) for found in examined for row in found.rows]
    report["summary"]["results"] = len(report["results"])
    report["documents"] = [
        {
            "document": str(found.document.path),
            "formulas": [
                {"line": f.line, "text": f.text, "deviations": _formula(f.epsilon)}
                for f in found.formulas
            ],
            "findings": [{"line": f.line, "message": f.sentence} for f in found.findings],
            "notes": list(found.document.notes),
            "network_cut": found.network_cut,
        }
        for found in examined
    ]
    return report_json.text(report)


def _formula(epsilon: str) -> list[str]:
    return [] if epsilon == "outside" else [f"epsilon={epsilon}"]


def _row(found: Examination, row: Examined) -> dict[str, Any]:
    block = row.block
    if row.published is None:
        shown = report_json.unjudged(f"{found.document.path.name}:{block.line}", block.language)
        shown["message"] = row.message
    else:
        shown = report_json.row(row.published)
    shown["notes"] = list(dict.fromkeys([*shown["notes"], *_notes(row)]))
    shown["block"] = {"index": block.index, "line": block.line, "language": block.language}
    if row.name:
        shown["block"]["name"] = row.name
    shown["kind"] = row.kind
    shown["layers"] = [
        {
            "verdict": layer.result.verdict.word,
            "message": words.why(layer.result),
            "deviations": list(layer.result.deviations),
            "repair": layer.repair,
        }
        for layer in row.layers
    ]
    return shown
