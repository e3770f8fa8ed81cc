"""Arrays that a step leaves out: what a port does then is a note, and decides nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from shapes.classes import judged, some
from support import golden, none_left

from harness.comparison.omitted import KEPT, treatment
from harness.judging.judge import Result
from harness.report import words
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
    assert (found.verdict.word, words.notes(found)) == SAID[name]
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
