"""The rows and columns of the matrix: ports by goldens, a cell where one met the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as Tree

from harness.model.words import GOOD, ORDER, UNDECIDED
from harness.report import saved
from harness.report.html.elements import anchor, element, link
from harness.report.saved import GoldenRow, Platform, Report, Row

MARKS = {
    "exact": "=",
    "conforms": "\u2248",
    "diverges": "\u2260",
    "no-update": "0",
    "crashes": "!",
    "times-out": "\u221e",
    "garbled": "?",
    "does-not-compile": "\u00d7",
    "unsupported": "\u2013",
    "not-run": "\u00b7",
}
"""What a cell shows, so that no verdict is told by its colour alone."""
# From worst to best, for sorting.
_RANK = {
    word: i
    for i, word in enumerate((*ORDER[:-2], "no-update", *reversed(UNDECIDED), *reversed(GOOD)))
}


@dataclass(frozen=True)
class Cell:
    """A port at one golden, and the id of its details."""

    golden: GoldenRow
    anchor: str

    @property
    def href(self) -> str:
        """The address of its details."""
        return link(self.anchor)


@dataclass(frozen=True)
class PortRow:
    """A port, over all transports at which it shows the same.

    Attributes:
        result: the first of its results.
        ways: the transports, and where several reports are on the page, the platform.
        platform: what it was judged on.
        anchor: the id of its details.
        cells: by the golden's label.
    """

    result: Row
    ways: str
    platform: str
    anchor: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The port's name."""
        return self.result.port

    @property
    def href(self) -> str:
        """The address of its details."""
        return link(self.anchor)

    @property
    def rank(self) -> int:
        """How bad its verdict is, 0 the worst."""
        return _RANK.get(self.result.verdict or "", len(_RANK))


def of(reports: Sequence[Report]) -> list[PortRow]:
    """The rows of reports, in their order, each with an id of its own."""
    made: list[PortRow] = []
    taken: set[str] = set()
    several = len({report.platform for report in reports}) > 1
    for report in reports:
        platform = _platform(report.platform)
        for same in saved.alike(report.results):
            result = same[0]
            ways = ", ".join(dict.fromkeys(each.transport for each in same if each.transport))
            if several:
                ways = "; ".join(filter(None, (ways, platform)))
            own = _unique(anchor(result.port), taken)
            cells = {
                golden.label: Cell(golden, _unique(f"{own}/{anchor(golden.label)}", taken))
                for golden in result.goldens
            }
            made.append(PortRow(result, ways or "not judged", platform, own, cells))
    return made


def _platform(platform: Platform) -> str:
    java = f"Java {platform.java}" if platform.java else ""
    return ", ".join(filter(None, (platform.system, platform.machine, platform.python, java)))


def _unique(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken or name == "matrix":
        number += 1
        name = f"{wanted}~{number}"
    taken.add(name)
    return name


def columns(rows: Sequence[PortRow]) -> list[str]:
    """The goldens that any port met: those of a dialect and precision together, the usual first."""
    met = Counter(label for row in rows for label in row.cells)
    groups: dict[str, list[str]] = {}
    for label in met:
        groups.setdefault(group(label), []).append(label)
    by_use = sorted(groups.values(), key=lambda labels: -sum(met[label] for label in labels))
    return [label for labels in by_use for label in labels]


def group(label: str) -> str:
    """The dialect and precision of a golden."""
    return label.rpartition("/")[0]


def badge(verdict: str) -> Tree.Element:
    """A verdict as people see it."""
    return element("span", verdict, class_=f"badge {verdict}")
