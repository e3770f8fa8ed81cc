"""Right ports are never accused, wherever they keep their average and however they are fed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from shapes.classes import judged, some
from support import collected, none_left, spread

from harness.judging.verdict import Result
from harness.model.words import SHARED
from harness.report import words
from harness.report.notes import notes_of

FOLDER = Path(__file__).parent.parent / "shapes" / "right"
# What kinds are made of.
PARTS = {"Parameter", "Optimizer", "State"}
# What cannot do without all arrays says so where a step leaves some out.
ALL_OR_NOTHING = (
    "ByIdOfTheMap ByLengthAndPlace MadeAtFirstCall in_a_rebound_global Flattened SeesTheSameMap"
).split()

# What objects of a class share is said.
SHARING = ["OnTheClass"]


def _names(path: Path) -> list[str]:
    return [
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        and node.name not in PARTS
        and not node.name.startswith("_")
    ]


KINDS = {path: _names(path) for path in sorted(FOLDER.glob("*.py")) if path.name != "base_port.py"}
ALL = [name for names in KINDS.values() for name in names]


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> dict[str, Result]:
    asked = collected(request)
    fed = some(["page-ten-steps", "mixed-arrays", "late-array"])
    with none_left():
        each = [
            judged(path, [name for name in names if name in asked], fed)
            for path, names in KINDS.items()
        ]
    return {name: result for results in each for name, result in results.items()}


@pytest.mark.parametrize("name", spread(ALL, 4))
def test_a_right_port_is_exact_whatever_its_state(name: str, results: dict[str, Result]) -> None:
    found = results[name]
    assert found.verdict.word == "exact", words.why(found)
    notes = [note for note in notes_of(found) if note != words.NOTES[SHARED]]
    assert (len(notes) < len(notes_of(found))) == (name in SHARING)
    assert all(note.startswith("where a step leaves arrays out: ") for note in notes)
    assert bool(notes) == (name in ALL_OR_NOTHING)


def test_the_kinds_are_many() -> None:
    assert len(ALL) == len(set(ALL)) >= 40
