"""Numbers that NumPy has no type for: every operation settles, and nothing else changes."""

from __future__ import annotations

import struct
from dataclasses import replace

import naive
import numpy as np
import pytest

from python_ref.dialects.dialect import Dialect
from python_ref.numbers.algebra import ALGEBRAS
from python_ref.numbers.narrow import BFloat16, Flushed, bfloat16
from python_ref.rounding.envelope import running_envelopes
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay


def nearest(x: float) -> float:
    """The bfloat16 nearest to a float, ties to even, by looking at both neighbours."""
    (bits,) = struct.unpack(">I", struct.pack(">f", x))
    below = bits & 0xFFFF0000
    ends = [struct.unpack(">f", struct.pack(">I", b))[0] for b in (below, below + 0x10000)]
    gaps = [abs(x - end) for end in ends]
    if gaps[0] == gaps[1]:
        return float(ends[(below >> 16) & 1])
    return float(ends[gaps.index(min(gaps))])


def test_bfloat16_is_the_nearest_and_ties_go_to_even() -> None:
    rng = np.random.default_rng(3)
    floats = (rng.standard_normal(2000) * 10.0 ** rng.integers(-30, 30, 2000)).astype(np.float32)
    ties = (np.arange(64, dtype=np.uint32) << 16 | 0x3F808000).view(np.float32)
    for values in floats, ties:
        expected = [nearest(float(x)) for x in values]
        np.testing.assert_array_equal(bfloat16(values), np.array(expected, dtype=np.float32))
    special = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0], dtype=np.float32)
    np.testing.assert_array_equal(bfloat16(special), special)


def test_every_operation_settles() -> None:
    x = BFloat16.of(np.array([1.0, 3.0, 200.0], dtype=np.float32))
    for result in (x + 0.001, x / 3, np.sqrt(x), 1 - x, x * x, x[:2] - x[1:]):
        assert type(result) is BFloat16
        np.testing.assert_array_equal(result, bfloat16(np.asarray(result)))
    assert type(x > 1.0) is not BFloat16
    tiny = np.finfo(np.float64).tiny
    y = Flushed.of(np.array([tiny, -tiny, tiny / 4, 1.0]))
    assert y.tolist() == [tiny, -tiny, 0.0, 1.0]
    assert (y / 2).tolist() == [0.0, -0.0, 0.0, 0.5]
    assert np.signbit(np.asarray(y / 2)).tolist() == [False, True, False, False]


@pytest.mark.parametrize("precision", ["bfloat16", "bfloat16_float32", "float64_flushed"])
def test_methods_keep_their_kind(precision: str) -> None:
    a = ALGEBRAS[precision]
    x, y = a.load(a.given(np.array([[0.1, 0.7]]))), a.load(a.given(np.array([[1e-3, 3.3]])))
    everything = [
        a.zeros((1, 2)), a.store(x), a.load(x), a.sqrt(x, nonnegative=True), a.maximum(x, y),
        a.where(np.array([True, False]), x, y), a.fma(x, y, x), a.incremental(x, y, x),
        a.pow_square(x), a.sum_along(x), a.concatenate([x, y], 0), a.repeat(x, 3),
        a.correction(x.T, np.array([3, 3])), a.power(x.T, np.array([[2], [3]])),
    ]  # fmt: skip
    assert {type(each) for each in everything} == {type(x)}
    np.testing.assert_array_equal(a.store(x), a.store(a.store(x)))


def rounded(scenario_precision: str) -> tuple[np.ndarray, np.ndarray]:
    """The reference in bfloat16, one rounded operation after the other."""
    fed, r = naive.fed(scenario_precision), bfloat16
    lr, d, eps = (r(np.array(x)) for x in (fed.learning_rate, fed.decay_rate, fed.epsilon))
    w = {k: r(x) for k, x in fed.weights.items()}
    v = {k: np.zeros_like(x) for k, x in w.items()}
    rows, averages = [], []
    for step in fed.gradients:
        for name, given in step.items():
            g = r(given)
            v[name] = r(r(d * v[name]) + r(r(1 - d) * r(g * g)))
            w[name] = r(w[name] - r(r(lr * g) / r(r(np.sqrt(v[name])) + eps)))
        rows.append(np.concatenate(list(w.values())))
        averages.append(np.concatenate(list(v.values())))
    return np.array(rows), np.array(averages)


def test_the_reference_in_bfloat16_is_its_formula_rounded_at_every_operation() -> None:
    replayed = replay(naive.fed("float64"), [Hypothesis(Dialect(["precision=bfloat16"]))])
    weights, averages = rounded("float64")
    np.testing.assert_array_equal(replayed.weights[0], weights)
    np.testing.assert_array_equal(replayed.moving_average[0], averages)


@pytest.mark.parametrize(
    "precision", ["float16", "float16_float32", "bfloat16", "bfloat16_float32"]
)
def test_narrow_ports_stay_inside_their_envelope(precision: str) -> None:
    """The exact trajectory of the narrowed inputs, to double, is within the bound of each."""
    fed = naive.fed("float32")
    narrow = Dialect([f"precision={precision}"])
    algebra = ALGEBRAS[precision]
    stored = {k: np.asarray(algebra.given(x), dtype=float) for k, x in fed.weights.items()}
    gradients = [
        {k: np.asarray(algebra.given(x), dtype=float) for k, x in step.items()}
        for step in fed.gradients
    ]
    given = replace(
        fed, weights=stored, gradients=gradients, learning_rate=0.375, decay_rate=0.25,
        epsilon=0.0625,
    )  # fmt: skip
    apart = np.abs(
        replay(given, [Hypothesis(narrow)]).weights - replay(given, [Hypothesis()]).weights
    )
    bound = running_envelopes(given, "float64", [narrow])
    known = ~np.isnan(bound)
    assert known.mean() > 0.5
    assert (apart <= bound)[known].all()
    assert (apart > bound / 1000).any(), "a bound a thousand times too wide says nothing"


def test_flushing_shows_where_squares_are_subnormal_and_nowhere_else() -> None:
    from support import scenario

    flushed = Hypothesis(Dialect(["subnormals=flushed"]))
    quiet = scenario("mixed-arrays")
    np.testing.assert_array_equal(
        replay(quiet, [flushed]).weights, replay(quiet, [Hypothesis()]).weights
    )
    loud = scenario("subnormal-squares")
    assert (replay(loud, [flushed]).weights != replay(loud, [Hypothesis()]).weights).any()
