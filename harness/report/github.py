"""Results for GitHub Actions: annotations on the lines of the sources, and a summary of the job.

An annotation is a workflow command on standard output, a line each. The summary is Markdown for
the file that $GITHUB_STEP_SUMMARY names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from harness.documents.examined import Examination, Examined
from harness.judging.verdict import Result
from harness.model.words import GOOD, UNDECIDED
from harness.report import documents, terminal, words
from harness.report.notes import edges_of, notes_of
from harness.report.places import Place, in_repository, of_block, of_port
from harness.report.printable import printable
from harness.report.results import DocumentResults, PortResults, alike

_INCOMPLETE = "interrupted: not everything was judged"
_TITLE = "rmsproof"


def port_annotations(results: PortResults) -> str:
    """What is not as expected of ports, and notes on the others; "" if there is nothing."""
    lines = [line for same in alike(results.outcome.results) for line in _of_results(same)]
    file = Place(results.expectations) if results.expectations else None
    for sentence in results.stale:
        text = f"{sentence}\n{results.update}".rstrip()
        lines.append(_annotation("error", f"{_TITLE}: stale expectation", text, file))
    return "".join([*lines, *_own(results.errors, results.outcome.incomplete)])


def document_annotations(results: DocumentResults) -> str:
    """What is not as expected of a document's blocks, and what its prose says otherwise."""
    lines = [line for examination in results.examinations for line in _of_document(examination)]
    return "".join([*lines, *_own(results.errors, results.incomplete)])


def _of_results(same: Sequence[Result]) -> Iterator[str]:
    """Annotations of a port that shows the same over several transports."""
    result = same[0]
    transports = ", ".join(result.transport for result in same)
    title = f"{result.port.name} ({transports}): {result.verdict.word}"
    place = of_port(result)
    if not result.as_expected:
        text = "; ".join([*result.unexpected, words.why(result)])
        yield _annotation(_level(result), title, text, place)
    for note in notes_of(result):
        yield _annotation("notice", title, note, place)
    if result.verdict.word in GOOD and (edges := edges_of(result)):
        yield _annotation("notice", f"{title}, but at the edges", "\n".join(edges), place)


def _of_document(examination: Examination) -> Iterator[str]:
    path = examination.document.path
    whole = Place(path) if examination.document.counted else None  # its lines are not the file's
    for row in examination.rows:
        yield from _of_block(row, whole or of_block(path, row.block, row.published))
    for finding in examination.findings:
        place = whole or Place(path, finding.line)
        yield _annotation("warning", _TITLE, finding.sentence, place)


def _of_block(row: Examined, place: Place) -> Iterator[str]:
    result = row.published
    name = f"{row.block.language} {row.name}".rstrip()
    if result is not None and not result.as_expected:
        repairs = [f"repaired: {layer.repair}" for layer in row.layers if layer.repair]
        text = "\n".join([words.why(result), *repairs])
        yield _annotation(_level(result), f"{name}: {result.verdict.word}", text, place)
    if row.contradicted:
        title = f"{name}: does not print what the document shows"
        yield _annotation("error", title, "\n".join(row.findings), place)


def _own(errors: Sequence[str], incomplete: bool) -> Iterator[str]:
    """What keeps the results from being whole."""
    yield from (_annotation("error", _TITLE, error) for error in errors)
    if incomplete:
        yield _annotation("warning", _TITLE, _INCOMPLETE)


def _level(result: Result) -> str:
    return "warning" if result.verdict.word in UNDECIDED else "error"


# -- workflow commands -----------------------------------------------------------------------------

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def _annotation(level: str, title: str, message: str, place: Place | None = None) -> str:
    """One workflow command, a line; without a place it stands with the job."""
    properties = {"title": title}
    if place is not None:
        file = in_repository(place.file)
        properties = {"file": file, "line": str(place.line), **properties}
    given = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items())
    return f"::{level} {given}::{_escaped(message, _DATA)}\n"


def _escaped(text: str, table: dict[str, str]) -> str:
    """A text inside a workflow command; it can neither end the command nor begin another."""
    escaped = "".join(table.get(character, character) for character in text)
    return printable(escaped)


# -- the summary -----------------------------------------------------------------------------------


def port_summary(results: PortResults) -> str:
    """A table of ports in Markdown."""
    outcome = results.outcome
    counts = terminal.summary(outcome.judged, results.seconds, len(outcome.results))
    rows = [
        _row(same[0], ", ".join(result.transport for result in same))
        for same in alike(outcome.judged)
    ]
    stale = [f"stale expectation: {sentence}" for sentence in results.stale]
    return _markdown(counts, rows, [*stale, *results.errors])


def document_summary(results: DocumentResults) -> str:
    """A table of the blocks that were judged, in Markdown."""
    rows = [_row(result, result.transport) for result in results.judged]
    findings = [
        f"{examination.document.path.name}:{finding.line}: {finding.sentence}"
        for examination in results.examinations
        for finding in examination.findings
    ]
    return _markdown(documents.summary(results), rows, [*findings, *results.errors])


def _row(result: Result, transports: str) -> str:
    word = result.verdict.word if result.as_expected else f"**{result.verdict.word}**"
    why = "; ".join([*result.unexpected, words.brief(result)])
    cells = (_plain(result.port.name), _plain(transports), word, _plain(why))
    return f"| {' | '.join(cells)} |"


def _markdown(counts: str, rows: Sequence[str], remarks: Sequence[str]) -> str:
    """A section: it begins with an empty line, whatever the file holds before it."""
    table = ["| port | transport | verdict | why |", "| --- | --- | --- | --- |", *rows]
    lines = ["", f"### {_TITLE}", "", _plain(counts), ""]
    lines += [*table, ""] if rows else []
    lines += [*(f"- {_plain(remark)}" for remark in remarks), ""] if remarks else []
    return "\n".join(lines) + "\n"


# Whatever Markdown may take for its own: emphasis, code, links, HTML, cells, entities, formulas.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~&$#@]")


def _plain(text: str) -> str:
    """A text that Markdown shows as it is, in one line."""
    escaped = _MARKUP.sub(lambda mark: f"\\{mark[0]}", printable(text))
    return "<br>".join(escaped.splitlines())
