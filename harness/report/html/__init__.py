"""One self-contained page: ports by goldens, and behind each cell the diagnosis and the numbers.

Everything is in the file: text, plots, style and the script, which only filters, sorts and moves
the focus. The page reads without it, and its policy forbids every other script and the network.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from string import Template
from xml.etree import ElementTree as Tree

from harness.model.words import GOOD
from harness.report import documents as report_documents
from harness.report import json as report_json
from harness.report import saved, words
from harness.report.html import details, rows
from harness.report.html.elements import element, markup
from harness.report.html.rows import MARKS, PortRow, badge
from harness.report.results import DocumentResults, PortResults
from harness.report.saved import Report
from harness.report.words import counted


def ports(results: PortResults) -> str:
    """The page of ports that were just judged."""
    return page([saved.of(report_json.of_ports(results))])


def documents(results: DocumentResults) -> str:
    """The page of documents that were just examined."""
    return page([saved.of(report_documents.of_documents(results))])


def page(results: Sequence[Report]) -> str:
    """The page of reports."""
    port_rows = rows.of(results)
    style, script = _file("page.css"), _file("page.js")
    articles = [
        article
        for row in port_rows
        for article in (
            details.of_port(row),
            *(details.of_cell(row, cell) for cell in row.cells.values()),
        )
    ]
    return Template(_file("page.html")).substitute(
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'",
        title=escape(_title(results, port_rows)),
        style=style,
        script=script,
        summary=markup(_summary(results, port_rows)),
        remarks=markup(_remarks(results)),
        matrix=markup(_matrix(port_rows)),
        details="\n".join(map(markup, articles)),
        made=markup(_made(results)),
    )


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What a policy calls a script or a style by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _title(results: Sequence[Report], port_rows: Sequence[PortRow]) -> str:
    names = [each.document for report in results for each in report.documents]
    if names:  # of which more may be wrong than their blocks
        return f"{', '.join(names)}: {counted(len(port_rows), 'block')}"
    verdicts = {row.title: row.result.verdict or "other" for row in port_rows}
    if len(port_rows) == 1:
        ((name, verdict),) = verdicts.items()
        return f"{name}: {verdict}"
    wrong = [row.result for row in port_rows if not row.result.as_expected]
    known = any(result.unexpected for result in wrong)
    kind = f"{len(wrong)} not as expected" if known else f"{len(wrong)} not conforming"
    return f"{counted(len(verdicts), 'port')}: {kind if wrong else 'all as expected'}"


def _summary(results: Sequence[Report], port_rows: Sequence[PortRow]) -> Tree.Element:
    """A button a verdict, which shows or hides its ports."""
    counts = Counter(row.result.verdict or "other" for row in port_rows)
    order = dict.fromkeys(
        row.result.verdict or "other" for row in sorted(port_rows, key=lambda row: row.rank)
    )
    buttons = [
        element(
            "button",
            element("b", str(counts[word])),
            f" {word}",
            type="button",
            class_=f"badge {word}",
            data_verdict=word,
            aria_pressed="true",
        )
        for word in order
    ]
    compared = sum(report.summary.compared for report in results)
    seconds = sum(report.summary.seconds for report in results)
    text = f"{counted(compared, 'comparison')} in {seconds:.1f} s"
    return element("div", *buttons, element("span", text), class_="summary")


def _remarks(results: Sequence[Report]) -> Tree.Element:
    """What keeps the results from being whole, and what concerns a whole document."""
    remarks = []
    for report in results:
        if report.summary.incomplete:
            remarks.append("INCOMPLETE: interrupted before everything was judged")
        if report.shard:
            remarks.append(f"shard {report.shard.index} of {report.shard.of} alone")
        remarks += report.errors
        remarks += [
            f"{each.document}, line {finding.line}: {finding.message}"
            for each in report.documents
            for finding in each.findings
        ]
        remarks += [f"stale expectation: {text}" for text in report.expectations.stale]
        if report.expectations.update:
            command = report.expectations.update
            remarks.append(f"to make these results the expectation: {command}")
    return element("ul", *(element("li", text) for text in remarks), class_="remarks")


def _made(results: Sequence[Report]) -> Tree.Element:
    lines = dict.fromkeys(
        ", ".join(
            filter(
                None,
                (
                    f"{report.tool.name} {report.tool.version}".strip(),
                    report.platform.system,
                    report.platform.machine,
                    report.platform.python,
                    report.platform.java and f"Java {report.platform.java}",
                    report.started and f"begun {report.started}",
                ),
            )
        )
        for report in results
    )
    sentences = dict.fromkeys(words.isolation(r.isolation) for r in results if r.isolation)
    return element("div", *(element("p", line) for line in (*lines, *sentences)))


# -- the matrix ------------------------------------------------------------------------------------


def _matrix(port_rows: Sequence[PortRow]) -> Tree.Element:
    labels = rows.columns(port_rows)
    body = element("tbody", *(_row(row, place, labels) for place, row in enumerate(port_rows)))
    return element("table", *_heads(labels), body, class_="matrix")


def _heads(labels: Sequence[str]) -> list[Tree.Element]:
    """A group of columns a dialect and precision, and the names of goldens below it."""
    groups = [(name, list(each)) for name, each in groupby(labels, rows.group)]
    first = [element("th", "port", scope="col", rowspan="2")]
    first += [
        element("th", name, scope="colgroup", colspan=str(len(each)), class_="group")
        for name, each in groups
    ]
    starts = {each[0] for _, each in groups}
    second = [
        element(
            "th",
            element("span", label.rpartition("/")[2]),
            scope="col",
            data_golden=label,
            title=label,
            class_="start" if label in starts else None,
        )
        for label in labels
    ]
    return [element("thead", element("tr", *first), element("tr", *second))]


def _row(row: PortRow, place: int, labels: Sequence[str]) -> Tree.Element:
    result = row.result
    verdict = result.verdict or "other"
    brief = "; ".join([*result.unexpected, result.brief or result.message])
    known = None
    if verdict not in (*GOOD, "other") and (result.as_expected or result.unexpected):
        known = element("small", "as expected" if result.as_expected else "NOT as expected")
    head = element(
        "th",
        element("a", row.title, href=row.href, class_="name"),
        element("small", f" {row.ways}"),
        element("div", badge(verdict), known),
        element("div", brief, class_="brief"),
        scope="row",
    )
    searched = " ".join((row.title, row.ways, verdict, brief, *result.deviations))
    wrong = sum(cell.golden.verdict not in GOOD for cell in row.cells.values())
    tr = element(
        "tr",
        head,
        class_="unexpected" if not result.as_expected else None,
        data_text=searched.lower(),
        data_verdict=verdict,
        data_place=str(place),
        data_name=row.title.lower(),
        data_rank=str(row.rank),
        data_wrong=str(wrong),
    )
    starts = {next(each) for _, each in groupby(labels, rows.group)}
    for label in labels:
        start = " start" if label in starts else ""
        tr.append(_cell(row, label, start))
    return tr


def _cell(row: PortRow, label: str, start: str) -> Tree.Element:
    cell = row.cells.get(label)
    if cell is None:
        return element("td", class_=f"none{start}")
    golden = cell.golden
    kind = "" if golden.decides else " idle"
    named = f"{row.title}, {golden.label}: {golden.verdict}"
    mark = element(
        "a",
        MARKS.get(golden.verdict, "?"),
        href=cell.href,
        class_=f"cell {golden.verdict}{kind}",
        title=named if golden.decides else f"{named} ({golden.kind}, does not decide)",
        aria_label=named,
    )
    return element("td", mark, class_=start.strip() or None)
