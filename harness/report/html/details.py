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
    golden = cell.golden
    parts: list[Tree.Element | None] = [_sentence(golden), _idle(golden)]
    parts += [_expected(golden.as_expected, known=golden.verdict not in GOOD)]
    if golden.first_divergence:
        parts.append(_divergence(golden.first_divergence))
    first = golden.first_divergence.step if golden.first_divergence else None
    parts += [_figure(trajectory, first) for trajectory in golden.trajectories]
    parts.append(_command(golden.reproduce))
    parts.append(element("p", element("a", f"all of {row.title}", href=row.href), class_="further"))
    return _article(cell.anchor, golden.label, row, golden.verdict, parts)


def of_port(row: PortRow) -> Tree.Element:
    """The details of a port over all goldens."""
    result = row.result
    parts: list[Tree.Element | None] = [element("p", result.message, class_="diagnosis")]
    parts += [element("p", text, class_="unexpected") for text in result.unexpected]
    if result.source and result.source.text:
        line = f"{result.source.line:>4}  {result.source.text}"
        parts.append(element("pre", element("code", line)))
    parts.append(_facts(row))
    if result.first_divergence:
        parts.append(_divergence(result.first_divergence, named=True))
    parts.append(_list("Notes", result.notes))
    parts.append(_list("At the edges", result.edge))
    steps = [
        f"{layer.verdict}: {layer.message}" + (f"; repaired: {layer.repair}" * bool(layer.repair))
        for layer in result.layers
    ]
    parts.append(_list("From the block as published", steps if len(steps) > 1 else []))
    parts.append(_command(result.reproduce))
    return _article(row.anchor, row.title, row, result.verdict or "other", parts)


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


def _sentence(golden: GoldenRow) -> Tree.Element:
    """Why, without the first divergence, which stands below it."""
    text = golden.brief
    if golden.verdict == "exact":
        text = "Equal to the last bit."
    elif golden.verdict == "conforms":
        distance = (
            "" if golden.largest_ulp is None else f": at most {ulps(golden.largest_ulp)} apart"
        )
        text = f"Equal within rounding{distance}."
    elif not golden.first_divergence:
        text = golden.message
    return element("p", text, class_="diagnosis")


def _idle(golden: GoldenRow) -> Tree.Element | None:
    if golden.decides or golden.kind not in _IDLE:
        return None
    return element("p", _IDLE[golden.kind], class_="remark")


def _expected(as_expected: bool, *, known: bool) -> Tree.Element | None:
    """That a difference is known, which is why nothing fails."""
    return element("p", "As expected.", class_="remark") if as_expected and known else None


def _divergence(first: Divergence, *, named: bool = False) -> Tree.Element:
    place = f"step {first.step}, {first.array}[{first.index}]"
    distance = "one of them is no number" if first.ulp is None else f"{ulps(first.ulp)} apart"
    return element(
        "dl",
        element("dt", "First divergence"),
        element("dd", f"{first.golden}, {place}" if named else place),
        element("dt", "expected"),
        element("dd", element("code", decimal(from_json(first.expected)))),
        element("dt", "observed"),
        element("dd", element("code", decimal(from_json(first.observed))), f", {distance}"),
    )


def _facts(row: PortRow) -> Tree.Element:
    result = row.result
    facts: dict[str, str] = {
        "deviations": ", ".join(result.deviations),
        "fits as well": "; ".join(" and ".join(each) for each in result.alternatives),
        "own constants": ", ".join(f"{k} = {v}" for k, v in result.constants.items()),
        "cannot be told": ", ".join(result.masked),
        "order of evaluation": result.arithmetic or "",
        "weights": result.where,
        "source": f"{result.source.file}:{result.source.line}" if result.source else "",
        "compared with": f"{result.compared} test cases" if result.compared else "",
        "took": f"{result.seconds:.1f} s" if result.seconds else "",
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


def _figure(trajectory: Trajectory, first: int | None) -> Tree.Element:
    name = f"{trajectory.array}[{trajectory.index}]"
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
        element("div", weights(trajectory, first), distances(trajectory, first), class_="plots"),
        element(
            "details",
            element("summary", "The numbers"),
            element("div", _table(trajectory, first), class_="scroll"),
        ),
    )


def _table(trajectory: Trajectory, first: int | None) -> Tree.Element:
    head = element("tr", *(element("th", name, scope="col") for name in _TABLE))
    return element("table", element("thead", head), element("tbody", *_numbers(trajectory, first)))


def _numbers(trajectory: Trajectory, first: int | None) -> Iterator[Tree.Element]:
    columns = (
        trajectory.steps,
        trajectory.expected,
        trajectory.observed,
        trajectory.ulp,
        trajectory.envelope_ulp,
    )
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
