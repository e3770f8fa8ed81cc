"""What ports do with numbers: lost, refused, narrowed, widened, flushed; each is said as that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from shapes.classes import judged, some
from support import golden, none_left

from harness.comparison.compare import compare
from harness.comparison.lost import lost, together
from harness.comparison.refusal import refused
from harness.judging.verdict import Result, of_port
from harness.model.observation import REPORTED, Fault, Observation
from harness.model.words import FLUSHED, WIDENED
from harness.report import words
from harness.report.notes import notes_of
from python_ref.numbers.arithmetic import PLAIN

SOURCE = '''
import numpy as np


class Base:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate, self.decay_rate, self.epsilon = learning_rate, decay_rate, epsilon
        self.v, self.t = {}, 0

    def update(self, gradients, weights):
        self.t += 1
        for name, g in gradients.items():
            v = self.v.get(name, np.zeros_like(g))
            v = self.v[name] = self.average(v, g)
            weights[name] = self.after(weights[name] - self.step(v, g))

    def average(self, v, g):
        return self.decay_rate * v + (1 - self.decay_rate) * (g * g)

    def step(self, v, g):
        return self.learning_rate * g / (np.sqrt(v) + self.epsilon)

    def after(self, w):
        return w


class LosesTheSecond(Base):
    def after(self, w):
        w[1:2] = np.nan
        return w


class LosesAll(Base):
    def after(self, w):
        return w * np.nan


class LosesTheFirstAndThirdLater(Base):
    def after(self, w):
        if self.t > 1:
            w[0:3:2] = np.inf
        return w


class LosesOneWeight(Base):
    def after(self, w):
        if len(w) == 12 and self.t == 2:
            w[7] = -np.inf
        return w


class LosesHalf(Base):
    def after(self, w):
        w[::2] = np.nan
        return w


class LosesOneBesideEpsilon(Base):
    def step(self, v, g):
        return self.learning_rate * g / np.sqrt(v + self.epsilon)

    def after(self, w):
        if len(w) == 12 and self.t == 2:
            w[7] = np.nan
        return w


class LosesForWantOfEpsilon(Base):
    def step(self, v, g):
        return self.learning_rate * g / np.sqrt(v)


class WrongInFloat(Base):
    def step(self, v, g):
        if g.dtype == np.float32:
            return self.learning_rate * g / np.sqrt(v + self.epsilon)
        return super().step(v, g)


class WrongOtherwiseInFloat(Base):
    def step(self, v, g):
        if g.dtype == np.float32:
            return self.learning_rate * g / np.sqrt(v)
        return self.learning_rate * g / np.sqrt(v + self.epsilon)


class Widens(Base):
    def after(self, w):
        return w.astype(np.float64)


class KeepsMoreThanItIsGiven:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.given = learning_rate, decay_rate, epsilon

    def update(self, w, g, state):
        learning_rate, decay_rate, epsilon = self.given
        state = np.zeros(w.shape) if state is None else state
        state = decay_rate * state + (1 - decay_rate) * (g * g)
        w -= learning_rate * g / (np.sqrt(state) + epsilon)
        return w, state


class Refuses(Base):
    def __init__(self, learning_rate, decay_rate, epsilon):
        if not learning_rate > 0:
            raise RateError(f"the rate is {learning_rate}")
        if not epsilon > 0:
            raise ValueError("epsilon must be positive")
        super().__init__(learning_rate, decay_rate, epsilon)


class RateError(ValueError):
    pass


class RefusesInTheStep(Base):
    def update(self, gradients, weights):
        assert self.learning_rate > 0, "no rate"
        super().update(gradients, weights)


class FailsWithoutRate(Base):
    def update(self, gradients, weights):
        1 / self.learning_rate
        super().update(gradients, weights)


class FailsLater(Base):
    def average(self, v, g):
        if self.learning_rate == 0 and self.t == 2:
            raise ValueError("in the second step")
        return super().average(v, g)


class Flushes(Base):
    def average(self, v, g):
        d, one = self.number(g, self.decay_rate), self.number(g, 1)
        return self.flush(self.flush(d * v) + self.flush((one - d) * self.flush(g * g)))

    def step(self, v, g):
        rate, epsilon = self.number(g, self.learning_rate), self.number(g, self.epsilon)
        return self.flush(self.flush(rate * g) / (np.sqrt(v) + epsilon))

    @staticmethod
    def number(g, value):
        return g.dtype.type(value)

    @staticmethod
    def flush(x):
        return np.where(np.abs(x) < np.finfo(x.dtype).tiny, x.dtype.type(0), x)


class FlushesAndIsWrongInFloat(Flushes):
    def step(self, v, g):
        if g.dtype == np.float32:
            return super().step(v, -g)
        return super().step(v, g)


class NarrowsEpsilon(Base):
    """With a buffer, so that a division by zero is no number from there on."""

    def __init__(self, learning_rate, decay_rate, epsilon):
        super().__init__(learning_rate, decay_rate, float(np.float32(epsilon)))
        self.b = {}

    def update(self, gradients, weights):
        for name, g in gradients.items():
            v = self.v[name] = self.average(self.v.get(name, np.zeros_like(g)), g)
            self.b[name] = 0.0 * self.b.get(name, np.zeros_like(g)) + self.step(v, g)
            weights[name] = weights[name] - self.b[name]

    def step(self, v, g):
        return self.learning_rate * g / np.sqrt(v + self.epsilon)
'''
FED = [
    *"page-ten-steps mixed-arrays mixed-scales many-arrays zero-gradients tiny-gradients".split(),
    *"subnormal-squares epsilon-as-large-as-the-gradient learning-rate-zero epsilon-zero".split(),
]
# What takes long to search: on less, or in the slow part.
LESS = "LosesForWantOfEpsilon"
LONG = ["WrongOtherwiseInFloat", "FlushesAndIsWrongInFloat"]
INSIDE = ("epsilon=inside",)

# Verdict, deviations, notes, and how the message begins.
SAID: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], str]] = {
    "LosesTheSecond": (
        "diverges",
        (),
        (),
        "element 1 of every array becomes NaN where numbers are expected; all others are as"
        " claimed; reference/float64/page-ten-steps, step 1, w1[1]: expected 0.50316227716",
    ),
    "LosesAll": (
        "diverges",
        (),
        (),
        "every value becomes NaN where numbers are expected; reference/float64/page-ten-steps, st",
    ),
    "LosesTheFirstAndThirdLater": (
        "diverges",
        (),
        (),
        "elements 0 and 2 of every array become infinite where numbers are expected",
    ),
    "LosesOneWeight": (
        "diverges",
        (),
        (),
        "6 of 1,532 values become infinite where numbers are expected; all others are as"
        " claimed; reference/float64/many-arrays, step 2, layer11[7]: expected ",
    ),
    "LosesHalf": ("diverges", (), (), ""),
    "LosesOneBesideEpsilon": ("diverges", INSIDE, (), "epsilon is added inside the square root"),
    "LosesForWantOfEpsilon": ("diverges", ("epsilon=none",), (), "no epsilon is added"),
    "WrongInFloat": (
        "diverges",
        INSIDE,
        (),
        "in float32 alone, epsilon is added inside the square root",
    ),
    "WrongOtherwiseInFloat": (
        "diverges",
        INSIDE,
        ("in float32 it is not the same: no epsilon is added [g / sqrt(v)], as in",),
        "epsilon is added inside the square root",
    ),
    "Widens": (
        "conforms",
        (),
        ("it turns float32 into float64",),
        "equal within rounding in 19 test cases, at most ",
    ),
    "KeepsMoreThanItIsGiven": ("conforms", (), (), "equal within rounding in 20 test cases"),
    "Refuses": (
        "exact",
        (),
        (
            "it refuses a learning rate of 0: the constructor: RateError: the rate is 0.0",
            "it refuses an epsilon of 0: the constructor: ValueError: epsilon must be positive",
        ),
        "equal to the last bit in 16 test cases",
    ),
    "RefusesInTheStep": (
        "exact",
        (),
        ("it refuses a learning rate of 0: step 1: AssertionError: no rate",),
        "equal to the last bit in 18 test cases",
    ),
    "FailsWithoutRate": (
        "crashes",
        (),
        ("in the other test cases: exact, ",),
        "test case reference/float64/learning-rate-zero: step 1: ZeroDivisionError",
    ),
    "FailsLater": (
        "crashes",
        (),
        ("in the other test cases: exact, ",),
        "test case reference/float64/learning-rate-zero: step 2: ValueError: in the second step",
    ),
    "Flushes": (
        "exact",
        (),
        ("it flushes subnormal numbers to zero, as TensorFlow and JAX do on the CPU",),
        "equal to the last bit in 20 test cases, subnormal numbers flushed to zero",
    ),
    "FlushesAndIsWrongInFloat": (
        "diverges",
        ("direction=ascent", "subnormals=flushed"),
        ("it flushes subnormal numbers to zero, as TensorFlow and JAX do on the CPU",),
        "in float32 alone, ",
    ),
    "NarrowsEpsilon": (
        "diverges",
        (*INSIDE, "float32_hyperparameters=epsilon"),
        (),
        "epsilon is added inside the square root",
    ),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("numbers") / "port.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def results(source: Path) -> dict[str, Result]:
    with none_left():
        found = judged(source, [name for name in SAID if name not in (LESS, *LONG)], some(FED))
        return found | judged(source, [LESS], some(FED[1:]))


@pytest.mark.parametrize("name", [name for name in SAID if name not in LONG])
def test_what_is_done_with_numbers_is_said(name: str, results: dict[str, Result]) -> None:
    must_be_said(name, results[name])


@pytest.mark.slow
def test_what_is_another_thing_in_float_is_said(source: Path) -> None:
    for name, result in judged(source, LONG, some(FED)).items():
        must_be_said(name, result)


def must_be_said(name: str, found: Result) -> None:
    verdict, deviations, notes, message = SAID[name]
    assert (found.verdict.word, found.deviations) == (verdict, deviations)
    assert words.why(found).startswith(message), words.why(found)
    said = notes_of(found)
    assert len(said) == len(notes)
    assert all(a.startswith(b) for a, b in zip(said, notes, strict=True)), said


def test_a_cause_is_never_empty_where_numbers_are_lost(results: dict[str, Result]) -> None:
    for name in ("LosesHalf", "LosesOneBesideEpsilon"):
        text = words.why(results[name])
        assert "NaN where numbers are expected" in text
        assert "; ; " not in f"; {text}; "


def test_goldens_that_are_edges_for_a_port_decide_nothing(results: dict[str, Result]) -> None:
    assert results["Flushes"].verdict.edge == (), "to the last bit as flushing has it"
    narrows = results["NarrowsEpsilon"]
    assert {c.golden.split("/")[-1] for c in narrows.comparisons if c.kind == "edge"} == {
        "subnormal-squares",
        "epsilon-zero",
    }


def test_unequal_numbers_are_never_nothing_apart(results: dict[str, Result]) -> None:
    """In the last place of what was returned, where a float cannot hold it."""
    text = words.why(results["Widens"])
    assert "ULP of float64 apart" in text
    assert "at most 0 ULP apart" not in text
    assert WIDENED in results["Widens"].notes
    assert FLUSHED not in results["Widens"].notes


def test_a_distance_is_told_by_what_was_returned() -> None:
    g = golden("page-ten-steps", "float32")
    wide = g.weights + 1e-12
    found = compare(g, Observation(wide), [PLAIN])
    assert found.first is not None
    assert (found.equal, found.within) == ((), True)
    assert found.first.ulp_of == found.ulp_of == "float64"
    assert (found.first.ulp or 0) > 1000 < (found.largest_ulp or 0)
    assert "ULP of float64 apart" in words.divergence(found.first)
    exact = compare(g, Observation(g.weights), [PLAIN])
    assert (exact.ulp_of, exact.largest_ulp) == ("", 0)


@pytest.mark.parametrize(
    ("fault", "steps", "said"),
    [
        (Fault("crashes", "", 0, error="ValueError"), 0, "learning_rate"),
        (Fault("crashes", "", 1, error="IllegalArgumentException"), 0, "learning_rate"),
        (Fault("crashes", "", 0, error="RuntimeException"), 0, "learning_rate"),
        (Fault("crashes", "", 1, error="RuntimeException"), 0, ""),
        (Fault("crashes", "", error=REPORTED), 0, "learning_rate"),
        (Fault("crashes", "", 2, error="ValueError"), 1, ""),
        (Fault("crashes", "", 1, error="ZeroDivisionError"), 0, ""),
        (Fault("crashes", "the process ended", fatal=True), 0, ""),
        (Fault("garbled", "", 1, error="ValueError"), 0, ""),
        (None, 2, ""),
    ],
)
def test_a_refusal_is_an_argument_checks_before_the_first_step(
    fault: Fault | None, steps: int, said: str
) -> None:
    assert refused(golden("learning-rate-zero").scenario, fault, steps) == said
    assert refused(golden("page-ten-steps").scenario, fault, steps) == ""


def test_a_refusal_alone_is_what_the_port_does_not_support() -> None:
    g = golden("learning-rate-zero")
    fault = Fault("crashes", "constructing: no rate", 0, error="ValueError")
    verdict = of_port([compare(g, Observation(g.weights[:0], fault=fault), [PLAIN])])
    assert (verdict.word, verdict.fault) == ("unsupported", fault)


def test_what_is_lost_is_counted_by_element() -> None:
    g = golden("many-arrays")
    observed = g.weights.copy()
    observed[-1, 0] = np.nan
    found = lost(g.scenario, g.weights, observed, ~np.isfinite(observed))
    assert (found.nan, found.infinite, found.alone, found.everywhere) == (1, 0, True, ())
    none = lost(g.scenario, g.weights, g.weights, np.zeros(g.weights.shape, bool))
    assert together([none, none]) is None
    both = together([found, none])
    assert both is not None
    assert (both.count, both.values) == (1, 2 * g.weights.size)
