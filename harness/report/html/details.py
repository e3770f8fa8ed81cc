"""What stands behind a cell of the matrix, and behind a port's name: the diagnosis in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as Tree

from harness.model.words import GOOD
from harness.report.html.elements import element
from harness.report.html.plots import distances, weights
from harness.report.html.rows import Cell, PortRow, badge
from harness.report.saved import Divergence, GoldenRow, Trajectory
from harness.report.words import ulps
from python_ref.numbers.text import decimal, from_json

_IDLE = {
    "edge": "An edge case: what a port does there is compared, and does not decide.",
    "partial": "Some arrays have no gradient in a step: what a port does there does not decide.",
}
_TABLE = ("step", "expected", "observed", "ULP apart", "ULP that rounding explains")


def of_cell(row: PortRow, cell: Cell) -> Tree.Element:
    """The details of a port at one golden."""
    found = cell.golden
    parts: list[Tree.Element | None] = [_sentence(found), _idle(found)]
    parts += [_expected(found.as_expected, known=found.verdict not in GOOD)]
    if found.first_divergence:
        parts.append(_divergence(found.first_divergence))
    first = found.first_divergence.step if found.first_divergence else None
    parts += [_figure(trajectory, first) for trajectory in found.trajectories]
    parts.append(_command(found.reproduce))
    parts.append(element("p", element("a", f"all of {row.title}", href=row.href), class_="further"))
    return _article(cell.anchor, found.label, row, found.verdict, parts)


def of_port(row: PortRow) -> Tree.Element:
    """The details of a port over all goldens."""
    found = row.result
    parts: list[Tree.Element | None] = [element("p", found.message, class_="diagnosis")]
    parts += [element("p", text, class_="unexpected") for text in found.unexpected]
    if found.source and found.source.text:
        line = f"{found.source.line:>4}  {found.source.text}"
        parts.append(element("pre", element("code", line)))
    parts.append(_facts(row))
    if found.first_divergence:
        parts.append(_divergence(found.first_divergence, named=True))
    parts.append(_list("Notes", found.notes))
    parts.append(_list("At the edges", found.edge))
    steps = [
        f"{layer.verdict}: {layer.message}" + (f"; repaired: {layer.repair}" * bool(layer.repair))
        for layer in found.layers
    ]
    parts.append(_list("From the block as published", steps if len(steps) > 1 else []))
    parts.append(_command(found.reproduce))
    return _article(row.anchor, row.title, row, found.verdict or "other", parts)


def _article(
    anchor: str, title: str, row: PortRow, verdict: str, parts: Sequence[Tree.Element | None]
) -> Tree.Element:
    head = element(
        "header",
        element("h2", title, tabindex="-1"),
        element("p", badge(verdict), f" {row.title}, {row.ways}"),
        element("a", "Close", href="#matrix", class_="close", title="Escape"),
    )
    return element("article", head, *parts, id=anchor, class_="detail", aria_label=title)


def _sentence(found: GoldenRow) -> Tree.Element:
    """Why, without the first divergence, which stands below it."""
    text = found.brief
    if found.verdict == "exact":
        text = "Equal to the last bit."
    elif found.verdict == "conforms":
        distance = "" if found.largest_ulp is None else f": at most {ulps(found.largest_ulp)} apart"
        text = f"Equal within rounding{distance}."
    elif not found.first_divergence:
        text = found.message
    return element("p", text, class_="diagnosis")


def _idle(found: GoldenRow) -> Tree.Element | None:
    if found.decides or found.kind not in _IDLE:
        return None
    return element("p", _IDLE[found.kind], class_="remark")


def _expected(as_expected: bool, *, known: bool) -> Tree.Element | None:
    """That a difference is known, which is why nothing fails."""
    return element("p", "As expected.", class_="remark") if as_expected and known else None


def _divergence(found: Divergence, *, named: bool = False) -> Tree.Element:
    place = f"step {found.step}, {found.array}[{found.index}]"
    distance = "one of them is no number" if found.ulp is None else f"{ulps(found.ulp)} apart"
    return element(
        "dl",
        element("dt", "First divergence"),
        element("dd", f"{found.golden}, {place}" if named else place),
        element("dt", "expected"),
        element("dd", element("code", decimal(from_json(found.expected)))),
        element("dt", "observed"),
        element("dd", element("code", decimal(from_json(found.observed))), f", {distance}"),
    )


def _facts(row: PortRow) -> Tree.Element:
    found = row.result
    facts: dict[str, str] = {
        "deviations": ", ".join(found.deviations),
        "fits as well": "; ".join(" and ".join(each) for each in found.alternatives),
        "own constants": ", ".join(f"{k} = {v}" for k, v in found.constants.items()),
        "cannot be told": ", ".join(found.masked),
        "order of evaluation": found.arithmetic or "",
        "weights": found.where,
        "source": f"{found.source.file}:{found.source.line}" if found.source else "",
        "compared with": f"{found.compared} test cases" if found.compared else "",
        "took": f"{found.seconds:.1f} s" if found.seconds else "",
        "judged on": row.platform,
    }
    pairs = [
        part
        for name, text in facts.items()
        if text
        for part in (element("dt", name), element("dd", text))
    ]
    return element("dl", *pairs)


def _list(title: str, sentences: Sequence[str]) -> Tree.Element | None:
    if not sentences:
        return None
    items = [element("li", sentence) for sentence in sentences]
    return element("section", element("h3", title), element("ul", *items))


def _command(line: str) -> Tree.Element | None:
    if not line:
        return None
    return element(
        "section", element("h3", "Judge it again"), element("pre", element("code", line))
    )


def _figure(found: Trajectory, first: int | None) -> Tree.Element:
    name = f"{found.array}[{found.index}]"
    key = [
        element("span", text, class_=f"key {class_}")
        for class_, text in (
            ("expected", "expected"),
            ("observed", "observed"),
            ("ulp", "distance"),
            ("envelope", "what rounding explains"),
        )
    ]
    return element(
        "figure",
        element("figcaption", element("strong", name), *key),
        element("div", weights(found, first), distances(found, first), class_="plots"),
        element(
            "details",
            element("summary", "The numbers"),
            element("div", _table(found, first), class_="scroll"),
        ),
    )


def _table(found: Trajectory, first: int | None) -> Tree.Element:
    head = element("tr", *(element("th", name, scope="col") for name in _TABLE))
    return element("table", element("thead", head), element("tbody", *_numbers(found, first)))


def _numbers(found: Trajectory, first: int | None) -> Iterator[Tree.Element]:
    columns = (found.steps, found.expected, found.observed, found.ulp, found.envelope_ulp)
    for step, expected, observed, ulp, bound in zip(*columns, strict=True):
        explained = from_json(bound)
        texts = (
            str(step),
            decimal(from_json(expected)),
            decimal(from_json(observed)),
            "no number" if ulp is None else f"{ulp:,}",
            "unbounded" if math.isnan(explained) else f"{explained:.3g}",
        )
        cells = [element("td", text) for text in texts]
        yield element("tr", *cells, class_="first" if step == first else None)
