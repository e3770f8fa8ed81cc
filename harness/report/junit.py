"""Results as JUnit XML, which CI servers show: a suite a port or document, a test case a golden.

Two schemas are in use, that of Jenkins and that of Apache Ant. The second asks for more (a host,
a package, elements that may be empty) and forbids totals at the root: what is written is valid
against both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as Tree

from harness.documents.examined import Examined
from harness.model.errors import UsageError
from harness.model.words import UNDECIDED
from harness.report import json as report_json
from harness.report import words
from harness.report.cases import TestCase, joined, kind, of_row
from harness.report.printable import printable
from harness.report.results import DocumentResults, PortResults
from harness.report.saved import Report, of

_INCOMPLETE = "the run was interrupted: what had not been judged is missing or skipped"
# The schemas ask for a time, which older reports do not have.
_UNKNOWN = "1970-01-01T00:00:00"
# What XML 1.0 has no character for.
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class _Suite:
    name: str
    cases: Sequence[TestCase]
    seconds: float = 0.0
    notes: Sequence[str] = ()


def ports(results: PortResults) -> str:
    """The report of ports: a suite a port and transport."""
    return saved([of(report_json.of_ports(results))])


def saved(results: Sequence[Report]) -> str:
    """The report of saved ones: a suite a port and transport. Raises UsageError: of documents."""
    suites: list[_Suite] = []
    for report in results:
        if report.documents:
            raise UsageError(
                "--junit: a document's blocks are test cases only as `rmsproof doc --junit FILE`"
                " makes them; leave its report out"
            )
        suites += [
            _Suite(
                f"{row.port} ({row.transport})", of_row(row), row.seconds, (*row.notes, *row.edge)
            )
            for row in report.results
        ]
        update = report.expectations.update
        stale = [
            TestCase(text, "failure", "stale", "stale expectation", joined(text, update))
            for text in report.expectations.stale
        ]
        suites += [_Suite("expectations", stale)] if stale else []
        suites += _own(report.errors, report.summary.incomplete)
    started = min((report.started for report in results if report.started), default="")
    return _text(suites, datetime.fromisoformat(started or _UNKNOWN))


def documents(results: DocumentResults) -> str:
    """The report of documents: a suite a document, a test case a block that was judged."""
    suites = [
        _Suite(
            str(examination.document.path),
            [
                _of_block(row)
                for row in examination.rows
                if row.published is not None or row.contradicted
            ],
            examination.seconds,
            [finding.sentence for finding in examination.findings],
        )
        for examination in results.examinations
    ]
    return _text([*suites, *_own(results.errors, results.incomplete)], results.started)


def _own(errors: Sequence[str], incomplete: bool) -> Iterator[_Suite]:
    """What keeps the report from being whole, as a suite that fails."""
    made = [TestCase(error.splitlines()[0], "error", "usage", error, error) for error in errors]
    if incomplete:
        made.append(TestCase("completed", "error", "interrupted", _INCOMPLETE, _INCOMPLETE))
    if made:
        yield _Suite("rmsproof", made)


def _of_block(row: Examined) -> TestCase:
    name = f"line {row.block.line}: {row.block.language} {row.name}".rstrip()
    result = row.published
    if result is not None and result.verdict.word in UNDECIDED:
        reason = f"{result.verdict.word}: {words.why(result)}"
        return TestCase(name, "skipped", message=reason, seconds=row.seconds)
    if (result is None or result.as_expected) and not row.contradicted:
        return TestCase(name, seconds=row.seconds)
    if result is None or result.as_expected:
        message = "does not print what the document shows"
        text = joined(*row.findings)
        return TestCase(name, "failure", "contradicted", message, text, row.seconds)
    word = result.verdict.word
    text = joined(*_way(row), *row.findings)
    return TestCase(name, kind(word), word, words.brief(result), text, row.seconds)


def _way(row: Examined) -> Iterator[str]:
    """What a block shows, and behind each repair."""
    for layer in row.layers:
        yield f"{layer.result.verdict.word}: {words.why(layer.result)}"
        if layer.repair:
            yield f"repaired: {layer.repair}"


# -- XML -------------------------------------------------------------------------------------------


def _text(suites: Sequence[_Suite], started: datetime) -> str:
    root = Tree.Element("testsuites")
    for number, suite in enumerate(suites):
        _add_suite(root, number, suite, started)
    Tree.indent(root, " ")
    written = Tree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'


def _add_suite(root: Tree.Element, number: int, suite: _Suite, started: datetime) -> None:
    name = _legal(suite.name)
    kinds = [case.kind for case in suite.cases]
    element = Tree.SubElement(
        root,
        "testsuite",
        id=str(number),
        name=name,
        package=name,
        timestamp=started.strftime("%Y-%m-%dT%H:%M:%S"),
        hostname="localhost",
        tests=str(len(kinds)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=f"{suite.seconds:.3f}",
    )
    Tree.SubElement(element, "properties")
    for case in suite.cases:
        _add_case(element, name, case)
    Tree.SubElement(element, "system-out").text = _legal("\n".join(suite.notes))
    Tree.SubElement(element, "system-err")


def _add_case(suite: Tree.Element, classname: str, case: TestCase) -> None:
    element = Tree.SubElement(
        suite,
        "testcase",
        name=_legal(case.name),
        classname=classname,
        time=f"{case.seconds:.3f}",
    )
    if case.kind:
        inner = Tree.SubElement(element, case.kind, message=_legal(case.message))
        if case.type:  # what is skipped has none
            inner.set("type", case.type)
        inner.text = _legal(case.text)


def _legal(text: str) -> str:
    """A text without characters that XML does not have: they are shown, as on a terminal."""
    return _ILLEGAL.sub(lambda character: f"\\u{ord(character[0]):04x}", printable(text))
