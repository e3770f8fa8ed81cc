"""Reports that were saved as JSON: read again, and what the other reports are made of.

HTML, JUnit and the notebook are functions of this, so that a page made from a file shows what one
made on the spot does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.model.errors import UsageError
from harness.model.isolation import InForce
from python_ref import files
from python_ref.numbers.text import Number

FORMAT = "rmsproof.report/1"
LARGEST = 256 << 20
"""Bytes of a file; a run of the bundled editions makes half a megabyte."""


class Tool(msgspec.Struct, frozen=True):
    """What wrote a report."""

    name: str = "rmsproof"
    version: str = ""


class Platform(msgspec.Struct, frozen=True):
    """What ports were judged on."""

    system: str = ""
    machine: str = ""
    python: str = ""
    java: str | None = None


class Divergence(msgspec.Struct, frozen=True):
    """Where expected and observed part."""

    golden: str
    step: int
    array: str
    index: int
    expected: Number
    observed: Number
    ulp: int | None


class Trajectory(msgspec.Struct, frozen=True):
    """One element at some steps; a value for each of them in each list."""

    array: str
    index: int
    steps: list[int]
    expected: list[Number]
    observed: list[Number]
    ulp: list[int | None]
    envelope: list[Number]
    envelope_ulp: list[Number]

    def __post_init__(self) -> None:
        """Raise ValueError: the lists are of several lengths."""
        lists: Sequence[Sequence[Any]] = (
            self.expected,
            self.observed,
            self.ulp,
            self.envelope,
            self.envelope_ulp,
        )
        if any(len(each) != len(self.steps) for each in lists):
            raise ValueError("a trajectory has a value for each of its steps")


class GoldenRow(msgspec.Struct, frozen=True):
    """A result at one golden."""

    golden: str
    label: str
    kind: str
    decides: bool
    verdict: str
    as_expected: bool
    first_divergence: Divergence | None
    largest_ulp: int | None
    brief: str
    message: str
    seconds: float
    reproduce: str
    trajectories: list[Trajectory]


class Source(msgspec.Struct, frozen=True):
    """A line of a file."""

    file: str
    line: int
    text: str = ""


class Block(msgspec.Struct, frozen=True):
    """A block of a document."""

    index: int
    line: int
    language: str
    name: str = ""


class Layer(msgspec.Struct, frozen=True):
    """What a block showed behind a repair."""

    verdict: str
    message: str
    deviations: list[str]
    repair: str


class Row(msgspec.Struct, frozen=True):
    """One result. Those of older versions lack what has a default here."""

    port: str
    language: str
    transport: str
    verdict: str | None
    deviations: list[str]
    constants: dict[str, Number]
    explained: bool
    alternatives: list[list[str]]
    arithmetic: str | None
    first_divergence: Divergence | None
    message: str
    edge: list[str]
    compared: int
    as_expected: bool
    masked: list[str] = []
    where: str = ""
    notes: list[str] = []
    unexpected: list[str] = []
    brief: str = ""
    seconds: float = 0.0
    target: list[str] = []
    reproduce: str = ""
    source: Source | None = None
    goldens: list[GoldenRow] = []
    block: Block | None = None
    layers: list[Layer] = []


class Summary(msgspec.Struct, frozen=True):
    """Counts over all results."""

    results: int
    as_expected: int
    verdicts: dict[str, int]
    compared: int
    seconds: float
    incomplete: bool


class Expectations(msgspec.Struct, frozen=True):
    """What is wrong with what was expected."""

    stale: list[str] = []
    update: str = ""


class Invocation(msgspec.Struct, frozen=True):
    """The command line that judged."""

    command: str = ""
    options: dict[str, str | float | bool | list[str]] = {}


class Shard(msgspec.Struct, frozen=True):
    """Which part of a whole: all shards have `jobs` results, those that the hash `whole` is of."""

    index: int
    of: int
    jobs: int
    whole: str = ""


class Finding(msgspec.Struct, frozen=True):
    """What a document says otherwise than its code does."""

    line: int
    message: str


class Document(msgspec.Struct, frozen=True):
    """What concerns a document as a whole."""

    document: str
    findings: list[Finding] = []


class Report(msgspec.Struct, frozen=True):
    """A whole report, without what only one reader asks for."""

    format: Literal["rmsproof.report/1"]
    results: list[Row]
    summary: Summary
    tool: Tool = Tool()
    platform: Platform = Platform()
    goldens: str = ""
    invocation: Invocation = Invocation()
    started: str = ""
    errors: list[str] = []
    expectations: Expectations = Expectations()
    shard: Shard | None = None
    seed: int | None = None
    documents: list[Document] = []
    isolation: InForce | None = None


def is_golden(name: str) -> bool:
    """Whether a name is a golden's, DIALECT/PRECISION/SCENARIO, which --golden takes.

    A scenario that is streamed and an observation are compared, too, and have other names.
    """
    return name.count("/") >= 2


def of(document: Mapping[str, Any]) -> Report:
    """A report from the plain values that JSON has. Raises msgspec.ValidationError."""
    return msgspec.convert(document, Report)


def plain(path: Path) -> dict[str, Any]:
    """The plain values of a report's file, of whatever version wrote it.

    Raises:
        UsageError: it is no report; says which file, what is wrong and what makes one.
    """
    makes = "`rmsproof run` and `rmsproof check` write one with --json FILE"
    try:
        document = files.document(path, LARGEST, "judge fewer ports at once")
    except files.UnreadableError as error:
        raise UsageError(f"{error}; {makes}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        named = document.get("format") if isinstance(document, dict) else None
        what = f"its format is {files.quoted(str(named))}" if named else "it names no format"
        raise UsageError(f"{path}: is no report of the format {FORMAT}: {what}; {makes}")
    try:
        of(document)
    except (msgspec.ValidationError, ValueError) as error:
        raise UsageError(f"{path}: is no whole report: {error}; {makes}") from error
    return document


def read(path: Path) -> Report:
    """A report from its file. Raises UsageError as `plain` does."""
    return of(plain(path))


def of_version(report: Report, path: Path, version: str, goldens: str) -> Report:
    """The report, if this version wrote it, with these goldens. Raises UsageError saying which."""
    wrote = report.tool.version
    if wrote != version:
        by = f"rmsproof {wrote}" if wrote else "a version of rmsproof that does not name itself"
        raise UsageError(
            f"{path}: was written by {by}, this is {version or 'one without a version'};"
            " judge the port again, or use the version that wrote it"
        )
    if report.goldens != goldens:
        raise UsageError(
            f"{path}: was judged with other goldens than those of this rmsproof; judge the port"
            " again, or use the rmsproof that wrote it"
        )
    return report


def alike(results: Sequence[Row]) -> Iterator[list[Row]]:
    """Results in a row that show the same of a port, over several transports."""
    for _, same in groupby(results, key=_essence):
        yield list(same)


def _essence(result: Row) -> Row:
    """A result without what differs between transports though it shows the same."""
    goldens = [
        msgspec.structs.replace(golden, seconds=0.0, reproduce="") for golden in result.goldens
    ]
    return msgspec.structs.replace(
        result, transport="", seconds=0.0, reproduce="", message="", goldens=goldens
    )
