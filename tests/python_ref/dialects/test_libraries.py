"""The dialects of libraries: what their sources say, and their names found again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from python_ref.dialects.calls import named_by_package
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import LIBRARIES, find, named
from python_ref.scenarios.catalogue import scenarios
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay


def deviations(name: str) -> set[str]:
    return set(find(name).dialect.deviations)


def test_the_reference_is_what_some_libraries_do() -> None:
    assert {"PyTorch", "MLX", "Tribuo", "MXNet 2", "Chainer"} <= set(named(Dialect()))


def test_epsilon_inside_is_what_others_do() -> None:
    names = named(Dialect(["epsilon=inside"]))
    assert {"Keras 3", "Optax", "MXNet 1.9", "Lasagne", "TensorFlow.js"} <= set(names)
    assert "PyTorch" not in names


def test_relatives_are_points_in_the_same_space() -> None:
    assert deviations("SGD") == {"average=none"}
    assert deviations("AdaGrad") == {"average=sum"}
    assert deviations("Adam") == {
        "numerator=mean_gradient", "mean_decay=ignored", "bias_correction=yes",
    }  # fmt: skip
    assert find("Adam").dialect.constants == {"mean_decay": 0.9}


def test_a_name_is_found_whatever_constants_are() -> None:
    assert named(Dialect(["average=none", "momentum=lr_out_of_buffer"], {"momentum": 0.5})) == [
        "SGD momentum"
    ]


def test_encog_adds_every_square_twice() -> None:
    """d*(v + g*g) + (1-d)*g*g, its source, is the leaky sum that it is listed as."""
    given = next(s for s in scenarios() if s.name == "mixed-arrays")
    listed = replay(given, [Hypothesis(find("Encog").dialect)]).weights[0]
    d, lr, eps = given.decay_rate, given.learning_rate, given.epsilon
    w = np.concatenate(list(given.weights.values()))
    v = np.zeros_like(w)
    for t, gradients in enumerate(given.gradients):
        g = np.concatenate(list(gradients.values()))
        v = v + g * g
        v = d * v + (1 - d) * g * g
        w = w + lr * g / (np.sqrt(v) + eps)
        np.testing.assert_allclose(listed[t], w, rtol=1e-13)


@pytest.mark.parametrize(("inc", "dec"), [(1.0, 1.0), (1.2, 0.75)])
def test_cntk_is_what_is_listed_where_its_step_sizes_stay(inc: float, dec: float) -> None:
    """The loop of its source: an average from g1*g1, and a step size an element."""
    given = next(s for s in scenarios() if s.name == "mixed-arrays")
    given = replace(given, epsilon=1e-6)
    listed = replay(given, [Hypothesis(find("CNTK").dialect)]).weights[0]
    d, lr = given.decay_rate, given.learning_rate / 0.02
    w = np.concatenate(list(given.weights.values()))
    gradients = [np.concatenate(list(step.values())) for step in given.gradients]
    v, signs, sizes = gradients[0] ** 2, np.zeros_like(w), np.full_like(w, 0.02)
    for g in gradients:
        v = d * v + (1 - d) * (g * g)
        same = signs * np.sign(g) > 0
        sizes = np.where(same, np.minimum(sizes * inc, 10), np.maximum(sizes * dec, 0.001))
        w = w - lr * g * (sizes / np.sqrt(v + 1e-6))
        signs = np.sign(g)
    assert np.allclose(listed[-1], w, rtol=1e-12) == (inc == dec == 1)


def test_adam_is_the_published_algorithm() -> None:
    given = next(s for s in scenarios() if s.name == "mixed-arrays")
    listed = replay(given, [Hypothesis(find("Adam").dialect)]).weights[0]
    b1, b2, lr, eps = 0.9, given.decay_rate, given.learning_rate, given.epsilon
    w = np.concatenate(list(given.weights.values()))
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, gradients in enumerate(given.gradients, 1):
        g = np.concatenate(list(gradients.values()))
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        w = w - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
        np.testing.assert_allclose(listed[t - 1], w, rtol=1e-13)


def test_names_differ_even_without_case() -> None:
    assert len({name.casefold() for name in LIBRARIES}) == len(LIBRARIES)


def test_rejects_an_unknown_name_and_lists_what_is_near() -> None:
    with pytest.raises(ValueError, match="no dialect is called 'keras 4'; similar are") as raised:
        find("keras 4")
    assert "Keras 3" in str(raised.value)
    with pytest.raises(ValueError, match="`rmsproof dialects list` has them all"):
        find("nothing like it")


def test_every_library_says_where_it_is_written_and_what_is_particular() -> None:
    for known in LIBRARIES.values():
        library = known.library
        assert library.version
        assert library.source
        assert library.particular


@pytest.mark.parametrize("written", ["Keras 3", "keras-3", "KERAS3", " keras_3 "])
def test_a_name_is_found_whatever_the_case_and_the_spaces(written: str) -> None:
    assert find(written).name == "Keras 3"


@pytest.mark.parametrize(
    ("written", "name"),
    [("torch", "PyTorch"), ("keras", "Keras 3"), ("tf-keras", "tf-keras"), ("Optax", "Optax")],
)
def test_a_package_stands_for_its_library_where_no_dialect_has_its_name(
    written: str, name: str
) -> None:
    assert named_by_package(written).name == name
    with pytest.raises(ValueError, match="no dialect is called 'torchh'; similar are"):
        named_by_package("torchh")


def test_a_setting_follows_the_librarys_name() -> None:
    known = find("Keras 3 centered on torch")
    assert known.name == "Keras 3 centered on torch"
    assert known.library.name == "Keras 3"
    assert known.dialect.deviations == (
        "epsilon=inside", "centered=yes", "order=epsilon_before_centring",
    )  # fmt: skip
    assert not known.dialect.constants
    assert find("Keras 3").library is known.library


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("optax adam", "; similar are " + ", ".join(n for n in LIBRARIES if n.startswith("Optax"))),
        ("dfdx-2", "; similar are dfdx"),
        ("kears", "; similar are Keras 3, Keras 2"),
        ("torchh", "; similar are Torch7, PyTorch"),
        ("dfdx 2", "; similar are dfdx, dfdx momentum, dfdx centered"),
        ("", "; `rmsproof dialects list` has them all"),
        ("- dfdx 2", "; similar are dfdx"),
    ],
)
def test_what_is_near_contains_the_first_word_or_is_spelled_alike(name: str, ending: str) -> None:
    with pytest.raises(ValueError, match="no dialect is called") as raised:
        find(name)
    assert str(raised.value) == f"no dialect is called {name!r}{ending}"
