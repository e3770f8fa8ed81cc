"""Ports that flush subnormals to zero: named as that, and no divergence of the formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from shapes.classes import judged, some
from support import observed, scenario

from harness.comparison.compare import compare_all
from harness.judging.flushing import where_flushed
from harness.judging.identify import identify
from harness.model.observation import Fault, Observation
from harness.model.words import FLUSHED
from harness.report.notes import notes_of
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make

NAMES = ("page-ten-steps", "mixed-arrays", "subnormal-squares")

SOURCE = '''
import numpy as np


class Right:
    inside = False

    def __init__(self, learning_rate, decay_rate, epsilon):
        self.given, self.v = (learning_rate, decay_rate, epsilon), {}

    def flushed(self, x):
        return x

    def update(self, gradients, weights):
        for name, g in gradients.items():
            learning_rate, decay_rate, epsilon = map(g.dtype.type, self.given)
            v = self.flushed(decay_rate * self.v.get(name, np.zeros_like(g)))
            v = self.flushed(v + self.flushed((1 - decay_rate) * self.flushed(g * g)))
            self.v[name] = v
            root = np.sqrt(v + epsilon) if self.inside else np.sqrt(v) + epsilon
            weights[name] -= self.flushed(self.flushed(learning_rate * g) / root)


class Flushes(Right):
    """As a processor does that is told to."""

    def flushed(self, x):
        return np.where(np.abs(x) < np.finfo(x.dtype).tiny, x.dtype.type(0), x)


class FlushesInside(Flushes):
    inside = True
'''


def test_a_port_that_is_right_but_for_subnormals_is_exact_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "ports.py"
    path.write_text(SOURCE, "utf-8")
    found = judged(path, ["Right", "Flushes", "FlushesInside"], some(NAMES))
    assert {name: result.verdict.word for name, result in found.items()} == {
        "Right": "exact",
        "Flushes": "exact",
        "FlushesInside": "diverges",
    }
    assert [name for name, result in found.items() if FLUSHED in result.notes] == ["Flushes"]
    assert "it flushes subnormal numbers to zero" in notes_of(found["Flushes"])[0]
    assert "epsilon=inside" in found["FlushesInside"].deviations


def pairs(found: Dialect, precision: str) -> list[tuple[Golden, Observation]]:
    """What a port in a dialect gives for goldens of the reference."""
    fed = [scenario(name, precision) for name in NAMES]
    return [(make(s, Dialect(), precision), observed(make(s, found, precision))) for s in fed]


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(
    ("deviations", "explains"),
    [
        (["subnormals=flushed"], True),
        ([], False),
        (["epsilon=inside"], False),
        (["epsilon=inside", "subnormals=flushed"], False),
    ],
)
def test_flushing_explains_what_it_alone_makes_differ(
    precision: str, deviations: list[str], explains: bool
) -> None:
    fed = pairs(Dialect(deviations), precision)
    before = compare_all(fed)
    after = where_flushed(fed, before)
    assert (after is not None) == explains
    if after is not None:
        assert not all(c.equal for c in before)
        assert all(c.equal for c in after)
        assert [c.golden for c in after] == [c.golden for c in before]


def test_flushing_explains_nothing_beside_anything_else() -> None:
    fed = pairs(Dialect(["subnormals=flushed"]), "float64")
    wrong = observed(fed[0][0], weights=fed[0][0].weights + 1e-3)
    spoiled = [(fed[0][0], wrong), *fed[1:]]
    assert where_flushed(spoiled, compare_all(spoiled)) is None


def test_a_port_within_rounding_that_flushing_would_contradict_does_not_flush() -> None:
    """Off by a last bit where the golden is subnormal; all the others are to the last bit."""
    fed = pairs(Dialect(), "float64")
    off = [
        (golden, observed(golden, weights=np.nextafter(golden.weights, np.inf)))
        if compare_all([(golden, flushing)])[0].first
        else (golden, right)
        for (golden, right), (_, flushing) in zip(
            fed, pairs(Dialect(["subnormals=flushed"]), "float64"), strict=True
        )
    ]
    before = compare_all(off)
    assert any(not c.equal for c in before)
    assert all(c.within for c in before)
    assert where_flushed(off, before) is None


def test_flushing_is_seen_beside_a_golden_at_which_the_port_fails() -> None:
    fed = pairs(Dialect(["subnormals=flushed"]), "float64")
    failed = observed(fed[0][0], weights=fed[0][0].weights[:2], fault=Fault("crashes", "it ended"))
    given = [(fed[0][0], failed), *fed[1:]]
    after = where_flushed(given, compare_all(given))
    assert after is not None
    assert [bool(c.equal) for c in after] == [False, True, True]
    assert after[0].fault is not None


def test_a_port_that_flushes_in_double_is_named_for_what_else_it_does_in_float(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ports.py"
    text = SOURCE.replace("class FlushesInside(Flushes):\n    inside = True\n", "").replace(
        "self.inside", "(self.inside and g.dtype == np.float32)"
    )
    path.write_text(text + "\n\nclass InsideInFloat(Flushes):\n    inside = True\n", "utf-8")
    found = judged(path, ["InsideInFloat"], some(NAMES))["InsideInFloat"]
    assert (found.verdict.word, found.diverging) == ("diverges", "float32")
    assert "epsilon=inside" in found.deviations
    assert FLUSHED in found.notes


def test_an_observation_that_is_flushed_is_said_to_be() -> None:
    golden, seen = pairs(Dialect(["subnormals=flushed"]), "float64")[-1]
    given = golden.scenario
    cuts = np.cumsum(given.lengths)[:-1]
    found = identify(
        {
            "precision": "float64",
            **given.hyperparameters,
            "weights": given.weights,
            "gradients": given.gradients,
            "observed": [
                dict(zip(given.names, np.split(row, cuts), strict=True)) for row in seen.weights
            ],
        }
    )
    assert (found.verdict.word, found.notes) == ("exact", (FLUSHED,))
