"""Results and examinations made by hand, for the tests of reports."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support import PARTED, compared

from harness.comparison.compare import Comparison
from harness.comparison.traces import Trace
from harness.diagnosis.diagnose import Diagnosis, Explanation
from harness.documents.blocks import Block, Document
from harness.documents.examined import Examination, Examined, Layer
from harness.judging.platforms import Platform
from harness.judging.run import Outcome
from harness.judging.verdict import Result, conclude, of_port
from harness.model.observation import Fault
from harness.ports.port import Port
from harness.report import words
from harness.report.invocation import Invocation
from harness.report.results import Circumstances, DocumentResults, PortResults

STARTED = datetime(2024, 2, 29, 23, 59, 58, tzinfo=UTC)
INSIDE = Diagnosis(Explanation((("epsilon", "inside"),)))
INSIDE_SAID = words.explanation(INSIDE, Port("p", "python").claim)
"""What the diagnosis says of a port, in whatever words."""


def golden(name: str, word: str = "exact", **changes: Any) -> Comparison:
    """What a port gave for a golden; its first divergence, if any, is there."""
    found = compared(word, golden=name, **{"seconds": 0.25, **changes})
    if found.first is not None:
        found = replace(found, first=replace(PARTED, golden=name))
    return found


TRACE = Trace(
    array="w",
    index=2,
    steps=(2, 3, 4, 9),
    expected=(0.5, 0.5, math.inf, 0.25),
    observed=(0.5, 0.75, math.nan, 0.125),
    ulp=(0, 2**51, None, 2**52),
    envelope=(1e-16, 2e-16, math.nan, 4e-16),
    envelope_ulp=(1.0, 2.0, math.nan, 8.0),
)
"""Before a divergence, at it, where numbers are lost, and later."""


def result(*comparisons: Comparison, **changes: Any) -> Result:
    """A port of one's own that gave this, over one transport; `changes` replace its parts."""
    verdict = of_port(comparisons)
    found = Result(
        Port("mine.py", "python", source=(Path("mine.py"),)),
        "python",
        "local",
        verdict,
        comparisons=comparisons,
        diagnosis=INSIDE if verdict.word == "diverges" else None,
        as_expected=verdict.word in ("exact", "conforms"),
        seconds=1.5,
    )
    return replace(found, **changes)


def stopped(word: str, message: str, **changes: Any) -> Result:
    """A port that could not be asked anything."""
    port = changes.pop("port", Port("mine.py", "python", source=(Path("mine.py"),)))
    return replace(conclude(port, "local", fault=Fault(word, message)), seconds=1.5, **changes)


MADE = Circumstances(
    version="9.8.7",
    platform=Platform("Linux 6.1", "x86_64", "CPython 3.12.1", "17.0.2"),
    goldens="0123456789abcdef",
    invocation=Invocation("check", {"dialect": ("keras-3",), "golden": "page*", "timeout": 2.5}),
)
"""By what, on what and how."""


def ports(*results: Result, incomplete: bool = False, **changes: Any) -> PortResults:
    """What a run came to."""
    outcome = Outcome(results, incomplete=incomplete)
    found = PortResults(outcome, STARTED, 12.3456, circumstances=MADE)
    return replace(found, **changes)


def row(found: Result | None, line: int = 5, language: str = "python", **changes: Any) -> Examined:
    """A block of three lines that came to this."""
    block = Block(0, line, language, "one\ntwo\nthree")
    layers = (Layer(found),) if found else ()
    return replace(Examined(block, "optimizer", layers=layers, seconds=0.75), **changes)


def documents(
    rows: Sequence[Examined] = (), findings: Sequence[Any] = (), **changes: Any
) -> DocumentResults:
    """What the examination of page.md came to."""
    document = Document(Path("page.md"), tuple(found.block for found in rows))
    examination = Examination(document, tuple(rows), findings=tuple(findings), seconds=2.0)
    return replace(DocumentResults((examination,), STARTED, 2.5), **changes)
