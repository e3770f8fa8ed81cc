"""The definition: bit for bit the two lines it states, whatever the blocks and strides."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import harness
import python_ref
from python_ref.rmsprop import _BLOCK, _SMALL, RMSProp

DTYPES = [np.float64, np.float32]


def by_definition(
    optimizer: RMSProp, gradients: list[np.ndarray], weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The two lines, whole arrays at a time; returns the weights and the moving average."""
    number = weight.dtype.type
    lr, d, eps = map(number, (optimizer.learning_rate, optimizer.decay_rate, optimizer.epsilon))
    w, v = weight.copy(), np.zeros_like(weight)
    for g in gradients:
        v = d * v + (number(1) - d) * (g * g)
        w = w - (lr * g) / (np.sqrt(v) + eps)
    return w, v


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal in every bit, the NaNs' own aside."""
    return (
        a.dtype == b.dtype
        and bool(np.array_equal(a, b, equal_nan=True))
        and bool(np.array_equal(np.signbit(a)[~np.isnan(a)], np.signbit(b)[~np.isnan(b)]))
    )


def numbers(dtype: Any, **limits: Any) -> st.SearchStrategy[Any]:
    return hnp.from_dtype(np.dtype(dtype), **limits)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_every_bit_is_the_definitions(dtype: Any, data: st.DataObject) -> None:
    """Over every number there is: subnormals, overflow, infinities and NaN included."""
    size = data.draw(st.integers(0, 5))
    arrays = hnp.arrays(dtype, size, elements=numbers(dtype))
    gradients = data.draw(st.lists(arrays, min_size=1, max_size=4))
    weight = data.draw(arrays)
    rates = st.floats(0, 1)
    optimizer = RMSProp(data.draw(rates), data.draw(rates), data.draw(rates))
    with np.errstate(all="ignore"):
        w, v = by_definition(optimizer, gradients, weight)
        held = {"w": weight}
        for g in gradients:
            optimizer.update_weights({"w": g}, held)
    assert held["w"] is weight, "in place"
    assert same_bits(weight, w)
    assert same_bits(optimizer.moving_average["w"], v)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "size", [0, 1, _SMALL, _SMALL + 1, _BLOCK - 1, _BLOCK, _BLOCK + 1, 3 * _BLOCK + 17]
)
def test_blocks_leave_no_seam(dtype: Any, size: int) -> None:
    random = np.random.default_rng(size)
    gradients = [random.standard_normal(size).astype(dtype) for _ in range(3)]
    weight = random.standard_normal(size).astype(dtype)
    optimizer = RMSProp(0.01, 0.93, 1e-7)
    w, v = by_definition(optimizer, gradients, weight)
    for g in gradients:
        optimizer.update_weights({"w": g}, {"w": weight})
    assert same_bits(weight, w)
    assert same_bits(optimizer.moving_average["w"], v)


LAYOUTS = {
    "every second": lambda a: np.repeat(a, 2)[::2],
    "backwards": lambda a: a[::-1].copy()[::-1],
    "transposed": lambda a: np.ascontiguousarray(a.reshape(4, -1).T).T,
    "Fortran's order": lambda a: np.asfortranarray(a.reshape(4, -1)),
    "three dimensions": lambda a: a.reshape(4, 3, -1),
    "a column": lambda a: np.stack([a, a], axis=1)[:, 0],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("of_weights", LAYOUTS)
@pytest.mark.parametrize("of_gradients", LAYOUTS)
@pytest.mark.parametrize("size", [4 * 3 * 50, 3 * _BLOCK // 2])
def test_layout_changes_nothing(dtype: Any, of_weights: str, of_gradients: str, size: int) -> None:
    random = np.random.default_rng(5)
    gradients = [random.standard_normal(size).astype(dtype) for _ in range(2)]
    start = random.standard_normal(size).astype(dtype)
    optimizer = RMSProp(0.01)
    w, v = by_definition(optimizer, gradients, start)
    weight = LAYOUTS[of_weights](start)
    laid_out = [LAYOUTS[of_gradients](g).reshape(weight.shape) for g in gradients]
    if weight.ndim == 1:
        laid_out = [LAYOUTS[of_gradients](g) for g in gradients]
        if laid_out[0].ndim != 1:
            weight = weight.reshape(laid_out[0].shape)
    for g in laid_out:
        optimizer.update_weights({"w": g}, {"w": weight})
    assert same_bits(np.ascontiguousarray(weight).reshape(-1), w)
    assert same_bits(optimizer.moving_average["w"].reshape(-1), v)


def test_layout_may_change_from_step_to_step() -> None:
    """The state is laid out by its own rule and not as the first gradients happened to be."""
    random = np.random.default_rng(6)
    gradients = [random.standard_normal((4, 30)) for _ in range(4)]
    weight = random.standard_normal((4, 30))
    optimizer = RMSProp(0.01)
    w, v = by_definition(optimizer, gradients, weight)
    for t, g in enumerate(gradients):
        laid_out = np.ascontiguousarray(g) if t % 2 else np.asfortranarray(g)
        optimizer.update_weights({"w": laid_out}, {"w": weight})
    assert same_bits(weight, w)
    assert same_bits(optimizer.moving_average["w"], v)


def test_a_step_takes_no_memory_beyond_its_blocks() -> None:
    optimizer, weights = RMSProp(), {"w": np.ones((80, 60, 200))}
    gradients = {"w": np.ones((80, 60, 200))}
    optimizer.update_weights(gradients, weights)
    tracemalloc.start()
    try:
        optimizer.update_weights(gradients, weights)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    blocks = 2 * _BLOCK * 8
    assert blocks <= peak < 2 * blocks < weights["w"].nbytes


@pytest.mark.parametrize("name", ["learning_rate", "decay_rate", "epsilon"])
def test_a_hyperparameter_that_is_set_anew_counts_from_then_on(name: str) -> None:
    optimizer, renewed = RMSProp(), RMSProp()
    weights, others = {"w": np.ones(2)}, {"w": np.ones(2)}
    gradients = {"w": np.array([0.1, -0.2])}
    optimizer.update_weights(gradients, weights)
    renewed.update_weights(gradients, others)
    setattr(optimizer, name, 0.5)
    optimizer.update_weights(gradients, weights)
    fresh = RMSProp(**{"learning_rate": 0.001, "decay_rate": 0.9, "epsilon": 1e-8, name: 0.5})
    fresh.moving_average = renewed.moving_average
    fresh.update_weights(gradients, others)
    assert same_bits(weights["w"], others["w"])


def test_the_state_is_kept_by_name() -> None:
    optimizer = RMSProp()
    weights = {"a": np.ones(2), "b": np.ones(3)}
    optimizer.update_weights({"a": np.ones(2), "unused": np.ones(9)}, {"a": weights["a"]})
    assert set(optimizer.moving_average) == {"a"}
    optimizer.update_weights({"b": np.ones(3), "a": np.full(2, 2.0)}, weights)
    assert optimizer.moving_average["a"] == pytest.approx(0.9 * 0.1 + 0.1 * 4, abs=1e-15)
    assert optimizer.moving_average["b"] == pytest.approx(0.1, abs=1e-16)


def test_gradients_are_left_as_they_are() -> None:
    gradients = {"w": np.array([0.1, -0.2])}
    RMSProp().update_weights(gradients, {"w": np.zeros(2)})
    assert gradients["w"].tolist() == [0.1, -0.2]


def test_the_first_step_of_the_page() -> None:
    """Its two arrays, as NumPy prints them."""
    weights = {"w1": np.array([0.5, 0.5]), "w2": np.array([0.6, 0.6])}
    RMSProp().update_weights({"w1": np.array([0.1, -0.2]), "w2": np.array([0.4, -0.5])}, weights)
    assert {name: str(array) for name, array in weights.items()} == {
        "w1": "[0.49683772 0.50316228]",
        "w2": "[0.59683772 0.60316228]",
    }


@pytest.mark.parametrize(
    ("gradient", "weight", "error", "message"),
    [
        (np.zeros(2, int), np.zeros(2, int), TypeError, "w: gradients are int64, weights int64;"),
        (np.zeros(2, np.float32), np.zeros(2), TypeError, "gradients are float32, weights float64"),
        (np.zeros(2), np.zeros(2, np.float32), TypeError, "gradients are float64, weights float32"),
        (np.zeros(2, np.float16), np.zeros(2, np.float16), TypeError, "both must be float64 or"),
        (np.zeros(3), np.zeros(2), ValueError, r"w: gradients \(3,\), weights \(2,\)"),
        (np.zeros((1, 2)), np.zeros(2), ValueError, r"w: gradients \(1, 2\), weights \(2,\)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_by_name(
    gradient: np.ndarray, weight: np.ndarray, error: type[Exception], message: str
) -> None:
    optimizer = RMSProp()
    with pytest.raises(error, match=message):
        optimizer.update_weights({"w": gradient}, {"w": weight})
    assert optimizer.moving_average == {}, "a refused array leaves no state"


def test_a_weight_without_gradient_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="w2"):
        RMSProp().update_weights({"w1": np.zeros(1)}, {"w1": np.zeros(1), "w2": np.zeros(1)})


def modules_with_examples() -> list[str]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [
        module.name
        for package in (harness, python_ref)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if module.name != "harness.transport.jvm_host"
        and any(test.examples for test in finder.find(importlib.import_module(module.name)))
    ]


def test_examples_in_docstrings_hold() -> None:
    names = modules_with_examples()
    assert len(names) > 1
    for name in names:
        results = doctest.testmod(importlib.import_module(name))
        assert results.attempted > 0, name
        assert results.failed == 0, name
