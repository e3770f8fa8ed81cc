"""Right Java ports are never accused, wherever they keep their average; see test_right_ports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shapes.classes import judged, some
from support import collected, none_left, spread

from harness.judging.verdict import Result
from harness.report import words
from harness.report.notes import notes_of

pytestmark = pytest.mark.jvm

SOURCE = Path(__file__).parent.parent / "shapes" / "right" / "RightPorts.java"
KINDS = re.findall(r"^(?:final )?class (?!RightPorts)(\w+)", SOURCE.read_text("utf-8"), re.M)
# What cannot do without all arrays says so where a step leaves some out, and nothing else.
LEFT_OUT = {
    "ByIdentityOfTheMap": "where a step leaves arrays out: diverges, ",
    "MapMadeAtFirstCall": "where a step leaves arrays out: crashes, step 3: "
    "java.lang.NullPointerException: ",
    "RefusesOtherParameters": "where a step leaves arrays out: crashes, step 3: "
    "java.lang.IllegalArgumentException: gradients of other parameters (RightPorts.java:",
}


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> dict[str, Result]:
    asked = [name for name in KINDS if name in collected(request)]
    with none_left():
        return judged(SOURCE, asked, some(["page-ten-steps", "mixed-arrays", "late-array"]))


@pytest.mark.parametrize("name", spread(KINDS, 3))
def test_a_right_port_is_exact_whatever_its_state(name: str, results: dict[str, Result]) -> None:
    found = results[name]
    assert found.verdict.word == "exact", words.why(found)
    notes = notes_of(found)
    assert len(notes) == (name in LEFT_OUT)
    assert all(note.startswith(LEFT_OUT[name]) for note in notes)


def test_the_kinds_are_many() -> None:
    assert len(KINDS) >= 10
