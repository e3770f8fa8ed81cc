"""Arrays that a step leaves out: what a port does then is a note, and decides nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from shapes.classes import judged, some
from support import golden, none_left

from harness.comparison.omitted import KEPT, treatment
from harness.judging.judge import Result, judge
from harness.ports.targets import of_command
from harness.report import words
from harness.report.notes import notes_of
from harness.transport.stdio import StdioTransport
from python_ref.dialects.dialect import Dialect

SOURCE = """
import numpy as np


class Base:
    inside = False

    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate, self.decay_rate, self.epsilon = learning_rate, decay_rate, epsilon
        self.v = {}

    def update(self, gradients, weights):
        self.prepare(gradients)
        for name, g in gradients.items():
            v = self.v.get(name, np.zeros_like(g))
            v = self.v[name] = self.decay_rate * v + (1 - self.decay_rate) * (g * g)
            root = np.sqrt(v + self.epsilon) if self.inside else np.sqrt(v) + self.epsilon
            weights[name] -= self.learning_rate * g / root

    def prepare(self, gradients):
        pass


class Keeps(Base):
    pass


class Forgets(Base):
    def prepare(self, gradients):
        self.v = {name: v for name, v in self.v.items() if name in gradients}


class Restarts(Base):
    def prepare(self, gradients):
        if set(self.v) != set(gradients):
            self.v = {}


class Decays(Base):
    def prepare(self, gradients):
        for name, v in self.v.items():
            if name not in gradients:
                self.v[name] = self.decay_rate * v


class MadeAtOnce(Base):
    def prepare(self, gradients):
        if not self.v:
            self.v = {name: np.zeros_like(g) for name, g in gradients.items()}
        self.v = {name: self.v[name] for name in self.v if gradients[name] is not None}


class Refuses(Base):
    def prepare(self, gradients):
        if self.v and set(self.v) != set(gradients):
            raise ValueError("other parameters than before")


class ForgetsInside(Forgets):
    inside = True
"""

SAID = {
    "Keeps": ("exact", []),
    "Forgets": ("exact", ["it forgets the average of arrays that a step leaves out"]),
    "Restarts": (
        "exact",
        ["it forgets every average as soon as a step has other arrays than the last"],
    ),
    "Decays": (
        "exact",
        ["the average of arrays that a step leaves out decays as if their gradient were 0"],
    ),
    "MadeAtOnce": (
        "exact",
        ["where a step leaves arrays out: crashes, step 4: KeyError: 'early' (left_out.py:50)"],
    ),
    "Refuses": (
        "exact",
        [
            "where a step leaves arrays out: crashes,"
            " step 3: ValueError: other parameters than before (left_out.py:56)"
        ],
    ),
    "ForgetsInside": ("diverges", ["it forgets the average of arrays that a step leaves out"]),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    path = tmp_path_factory.mktemp("left_out") / "left_out.py"
    path.write_text(SOURCE, encoding="utf-8")
    with none_left():
        return judged(path, list(SAID))


@pytest.mark.parametrize("name", SAID)
def test_what_happens_to_arrays_left_out_is_a_note(name: str, results: dict[str, Result]) -> None:
    found = results[name]
    assert (found.verdict.word, notes_of(found)) == SAID[name]
    assert found.deviations == (("epsilon=inside",) if name == "ForgetsInside" else ())


def test_the_goldens_that_leave_arrays_out_decide_nothing(tmp_path: Path) -> None:
    path = tmp_path / "left_out.py"
    path.write_text(SOURCE, encoding="utf-8")
    (found,) = judged(path, ["Keeps"], some(["late-array"])).values()
    assert (found.verdict.word, found.verdict.compared) == ("not-run", 2)


def test_goldens_where_it_differs_are_not_counted_as_equal(results: dict[str, Result]) -> None:
    assert "equal to the last bit in 16 test cases" in words.why(results["Keeps"])
    assert "equal to the last bit in 14 test cases" in words.why(results["Forgets"])


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_what_no_treatment_gives_is_given_no_name(precision: str) -> None:
    late = golden("late-array", precision)
    asked = late.scenario, precision, Dialect()
    assert treatment(*asked, late.weights) == KEPT
    assert treatment(*asked, late.weights[:2]) == KEPT
    assert treatment(*asked, late.weights[:0]) == ""
    assert treatment(*asked, late.weights + 0.001 * np.arange(1, 6)[:, None]) == ""


# -- over the wire --------------------------------------------------------------------------------

COMMAND = """
import json, math, sys

KIND = sys.argv[1]


def run(request):
    rate, d, eps = (request[k] for k in ("learning_rate", "decay_rate", "epsilon"))
    w, rows = request["weights"], []
    v = {name: [0.0] * len(row) for name, row in w.items()}
    for step in request["gradients"]:
        if len(step) < len(w) and KIND == "dies":
            raise KeyError("late")
        if len(step) < len(w) and KIND in ("error", "unsupported"):
            return {KIND: "not without all arrays"}
        if KIND == "zeros":
            step = {name: step.get(name, [0.0] * len(row)) for name, row in w.items()}
        for name, row in step.items():
            for i, g in enumerate(row):
                v[name][i] = d * v[name][i] + (1 - d) * (g * g)
                w[name][i] -= rate * g / (math.sqrt(v[name][i]) + eps)
        rows.append({n: list(row) for n, row in w.items() if n in step or KIND != "only"})
    return {"weights": rows}


for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "quit":
        break
    reply = {"protocol": 1, "name": "partial", "precision": "float64"}
    if request["do"] == "run":
        reply = run(request)
    print(json.dumps({"id": request["id"], **reply}), flush=True)
"""


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("right", None),
        (
            "only",
            "where a step leaves arrays out: garbled, weights, step 1: array 'late' is missing",
        ),
        ("error", "where a step leaves arrays out: crashes, not without all arrays"),
        ("unsupported", "where a step leaves arrays out: unsupported, not without all arrays"),
        (
            "dies",
            "where a step leaves arrays out: crashes, the process ended with exit code 1:"
            " KeyError: 'late' (port.py:13)",
        ),
        (
            "zeros",
            "the average of arrays that a step leaves out decays as if their gradient were 0",
        ),
    ],
)
def test_a_command_that_wants_all_arrays_is_right_otherwise(
    kind: str, note: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "port.py"
    path.write_text(COMMAND, encoding="utf-8")
    transport = StdioTransport(kind, [sys.executable, "-S", str(path), kind], timeout=20)
    fed = some(["page-ten-steps", "late-array", "mixed-arrays"])
    with none_left():
        try:
            found = judge(of_command([kind]), transport, fed)
        finally:
            transport.close()
    assert (found.verdict.word, notes_of(found)) == ("exact", [note] if note else [])
