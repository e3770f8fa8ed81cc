"""The demonstrations: the published numbers digit for digit, and every claim that a title makes."""

from __future__ import annotations

import ast
import importlib
import sys
from importlib.resources import files

import numpy as np
import pytest

from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import find
from python_ref.rmsprop import RMSProp
from python_ref.tutorial import comparison, full_batch, mini_batch, x_over_log_x
from python_ref.tutorial.closed_loop import Descent

# What PyTorch and Keras print after iterations 0, 100, ... 1400 and at the end.
PRINTED = {
    "PyTorch": (
        "361.0000 302.5840 268.0156 236.2579 205.2928 174.5349 143.7643 112.8619 81.7036 50.0471"
        " 17.0591 2.7183 2.7183 2.7183 2.7183 2.7183"
    ),
    "Keras 3": (
        "363.0513 330.9281 300.8935 270.8544 240.8105 210.7600 180.7007 150.6295 120.5406 90.4234"
        " 60.2539 29.9579 2.7183 2.7183 2.7183 2.7183"
    ),
}


@pytest.fixture(scope="module")
def runs() -> dict[str, x_over_log_x.Run]:
    return {name: x_over_log_x.run(name) for name in (*PRINTED, "tf-keras legacy")}


# -- the closed loop ---------------------------------------------------------------------------


def test_a_descent_under_the_reference_is_the_reference_bit_for_bit() -> None:
    start = np.array([3.0, -2.0])
    descent = Descent(Dialect(), start, 0.05, 0.9, 1e-8)
    optimizer, weights = RMSProp(0.05), {"w": start.copy()}
    for _ in range(50):
        optimizer.update_weights({"w": 2 * weights["w"]}, weights)
        descent.update(2 * descent.weights)
        assert descent.weights.tolist() == weights["w"].tolist()
        assert descent.moving_average.tolist() == optimizer.moving_average["w"].tolist()
    assert start.tolist() == [3.0, -2.0], "the start is the caller's"


def test_bias_correction_counts_the_steps_of_a_descent() -> None:
    """Adam's first steps on equal gradients are all one learning rate."""
    adam = Descent(find("Adam").dialect, np.array([1.0]), 0.1, 0.999, 0.0)
    for expected in (0.9, 0.8, 0.7):
        adam.update(np.array([5.0]))
        assert adam.weights[0] == pytest.approx(expected, abs=1e-12)


# -- x / log x ---------------------------------------------------------------------------------


@pytest.mark.parametrize("library", PRINTED)
def test_x_over_log_x_prints_what_the_library_prints(
    runs: dict[str, x_over_log_x.Run], library: str
) -> None:
    assert " ".join(runs[library].printed) == PRINTED[library]


def test_every_value_on_the_way_is_a_float32(runs: dict[str, x_over_log_x.Run]) -> None:
    for run in runs.values():
        assert run.x.tolist() == run.x.astype(np.float32).tolist()


def test_four_decimals_tell_where_epsilon_is(runs: dict[str, x_over_log_x.Run]) -> None:
    inside, outside = runs["Keras 3"], runs["tf-keras legacy"]
    assert inside.known.dialect.choices() == {"epsilon": "inside"}
    assert outside.known.dialect.choices() == {}
    assert inside.known.library.epsilon == outside.known.library.epsilon
    assert sum(a != b for a, b in zip(inside.printed, outside.printed, strict=True)) == 11
    assert 1e-4 < (inside.x - outside.x).max() < 1e-3


def test_one_minus_d_in_float_would_print_other_numbers(
    runs: dict[str, x_over_log_x.Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the libraries' numbers need an algebra of their own."""
    from python_ref.numbers.algebra import ALGEBRAS

    monkeypatch.setattr(x_over_log_x, "LIBRARY_FLOAT32", ALGEBRAS["float32"])
    assert x_over_log_x.run("PyTorch", 201).printed[2] != runs["PyTorch"].printed[2]


def test_pytorch_arrives_first_because_its_memory_is_longer(
    runs: dict[str, x_over_log_x.Run],
) -> None:
    torch, keras = runs["PyTorch"], runs["Keras 3"]
    assert torch.arrival < keras.arrival < x_over_log_x.ITERATIONS
    assert (torch.steps[:1000] > keras.steps[:1000]).all()
    for run in (torch, keras):
        decay = run.known.library.decay_rate
        assert decay is not None
        t = np.arange(1, round(1 / (1 - decay)))
        early = run.steps[: t.size] / run.learning_rate
        assert early == pytest.approx(1 / np.sqrt(1 - decay**t), rel=0.05)


def test_the_table_has_a_column_a_run(runs: dict[str, x_over_log_x.Run]) -> None:
    lines = x_over_log_x.lines(*runs.values())
    assert lines[0].split("  ") == ["iteration", " PyTorch", " Keras 3", "tf-keras legacy"]
    assert lines[1].split() == ["0", "361.0000", "363.0513", "363.0513"]
    assert lines[-1].split() == ["end", "2.7183", "2.7183", "2.7183"]


def test_a_library_without_defaults_is_refused() -> None:
    with pytest.raises(ValueError, match="SGD has no default for the decay rate"):
        x_over_log_x.run("SGD")
    with pytest.raises(ValueError, match="no dialect is called 'Torch'"):
        x_over_log_x.run("Torch")


# -- a line through six points -----------------------------------------------------------------


@pytest.fixture(scope="module")
def fit() -> full_batch.Fit:
    return full_batch.run()


def test_full_batch_prints_the_published_line(fit: full_batch.Fit) -> None:
    assert str(fit.slope_intercept) == "[0.54935276 5.24240429]"
    assert fit.rmse == 5.813195776655382


def test_the_intercept_is_still_on_its_way_and_arrives_later(fit: full_batch.Fit) -> None:
    longer = full_batch.run(iterations=8000)
    assert longer.trajectory[:5001].tolist() == fit.trajectory.tolist()
    assert abs(fit.slope_intercept[1] - fit.best[1]) > 0.3
    assert abs(longer.slope_intercept[1] - fit.best[1]) < 0.001
    assert fit.best.tolist() == pytest.approx(np.polyfit(fit.x, fit.y, 1).tolist())
    assert full_batch.rmse(fit.best, fit.x, fit.y) < fit.rmse


def test_arrived_the_slope_hops_by_one_learning_rate() -> None:
    longer = full_batch.run(iterations=8000)
    hops = np.diff(longer.trajectory[-25:, 0])
    assert (np.sign(hops[1:]) == -np.sign(hops[:-1])).all()
    assert np.abs(hops) == pytest.approx(0.001, rel=1e-3)


def test_the_factor_2_counts_through_epsilon_alone(fit: full_batch.Fit) -> None:
    """Until the slope arrives; then it is a matter of who hops when."""
    apart = np.abs(full_batch.run(factor=2.0).trajectory - fit.trajectory).max(axis=1)
    assert 0 < apart[2400] < 1e-9
    assert apart[5000] == pytest.approx(0.001, rel=0.01)


# -- diamonds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "share", "train", "test"),
    [  # as scikit-learn's documentation and users print them for random_state=42
        (5, 0.33, [2, 0, 3], [1, 4]),
        (10, 0.2, [5, 0, 7, 2, 9, 4, 3, 6], [8, 1]),
    ],
)
def test_the_split_is_scikit_learns(
    count: int, share: float, train: list[int], test: list[int]
) -> None:
    found = mini_batch.split(count, share)
    assert [part.tolist() for part in found] == [train, test]


def test_the_split_takes_every_diamond_once() -> None:
    train, test = mini_batch.split(53_940)
    assert (len(train), len(test)) == (43_152, 10_788)
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(53_940))


def test_without_plotnine_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotnine.data", None)
    monkeypatch.setitem(sys.modules, "plotnine", None)
    with pytest.raises(mini_batch.DataMissingError) as raised:
        mini_batch.load()
    assert str(raised.value).endswith('is not installed: pip install "rmsproof[tutorial]"')


@pytest.fixture(scope="module")
def diamonds() -> mini_batch.Diamonds:
    pytest.importorskip("plotnine", reason="the extra `tutorial` is not installed: no diamonds")
    return mini_batch.load()


def test_the_diamonds_are_ggplot2s_in_its_order(diamonds: mini_batch.Diamonds) -> None:
    assert len(diamonds.carat) == 53_940
    assert diamonds.carat[:5].tolist() == [0.23, 0.21, 0.23, 0.29, 0.31]
    assert diamonds.price[:5].tolist() == [326, 326, 327, 334, 335]
    assert diamonds.carat[-1] == 0.75
    assert diamonds.price[-1] == 2757
    for values in (diamonds.x, diamonds.y):
        assert values.mean() == pytest.approx(0, abs=1e-12)
        assert values.std() == pytest.approx(1, abs=1e-12)


def test_the_published_line_has_the_published_error_on_this_very_split(
    diamonds: mini_batch.Diamonds,
) -> None:
    """To the digits printed: neither another order of the rows nor another seed gives it."""
    published = mini_batch.PUBLISHED

    def errors(of: mini_batch.Diamonds) -> list[float]:
        return [
            of.test_rmse(np.array([published["slope"] + a, published["intercept"] + b]))
            for a in (-5e-5, 0, 5e-5)
            for b in (-5e-5, 0, 5e-5)
        ]

    here = errors(diamonds)
    assert min(here) < published["rmse"] < max(here)
    other = errors(
        mini_batch.Diamonds(
            diamonds.carat, diamonds.price, *mini_batch.split(len(diamonds.carat), seed=43)
        )
    )
    assert not min(other) < published["rmse"] < max(other)


def test_the_published_values_lie_where_epochs_end(diamonds: mini_batch.Diamonds) -> None:
    """No tolerance: within the range seen at the ends of the epochs after arrival."""
    calls: list[None] = []
    training = mini_batch.run(diamonds, epochs=80, advance=lambda: calls.append(None))
    assert len(calls) == 80
    for name, (low, high) in training.ranges.items():
        assert low < mini_batch.PUBLISHED[name] < high, name
    ends = training.trajectory[training.settled]
    assert len(ends) == 60
    assert (np.abs(ends - training.best) < 10 * mini_batch.LEARNING_RATE).all()
    assert (ends.min(axis=0) < training.best).all()
    assert (training.best < ends.max(axis=0)).all()
    assert training.lines[0] == ("43152 diamonds to train on, 10788 to test, 85 batches an epoch")


def test_shuffles_are_seeded(diamonds: mini_batch.Diamonds) -> None:
    first, again, other = (mini_batch.run(diamonds, 1, seed) for seed in (1, 1, 2))
    assert first.trajectory.tolist() == again.trajectory.tolist()
    assert first.trajectory.tolist() != other.trajectory.tolist()


# -- four methods ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shrinking() -> comparison.Comparison:
    return comparison.run()


@pytest.fixture(scope="module")
def constant() -> comparison.Comparison:
    return comparison.run(comparison.CONSTANT)


def test_the_four_methods_are_dialects() -> None:
    assert {m.name: m.dialect.choices() for m in comparison.METHODS} == {
        "SGD": {"average": "none"},
        "AdaGrad": {"average": "sum"},
        "RMSProp": {},
        "Adam": {
            "numerator": "mean_gradient",
            "mean_decay": "ignored",
            "bias_correction": "yes",
        },
    }


def test_rmsprop_recovers_from_every_jump_alike(shrinking: comparison.Comparison) -> None:
    steps = {name: course.recoveries for name, course in shrinking.courses.items()}
    rmsprop = [n for n in steps["RMSProp"] if n is not None]
    assert len(rmsprop) == 4
    assert max(rmsprop) < 20
    for name in ("SGD", "AdaGrad"):
        assert steps[name][2:] == (None, None)
    adam = [n for n in steps["Adam"] if n is not None]
    assert len(adam) == 4
    assert adam[-1] > 3 * max(rmsprop)


def test_rmsprops_step_grows_as_the_gradient_shrinks(shrinking: comparison.Comparison) -> None:
    rates = {
        name: course.effective_rate.reshape(-1, comparison.PHASE)[:, -50:].mean(axis=1)
        for name, course in shrinking.courses.items()
    }
    assert rates["RMSProp"][1:] / rates["RMSProp"][:-1] == pytest.approx(10, rel=0.2)
    assert (np.diff(shrinking.courses["AdaGrad"].effective_rate) <= 0).all()
    assert set(shrinking.courses["SGD"].effective_rate.tolist()) == {
        shrinking.courses["SGD"].learning_rate
    }
    assert rates["Adam"][-1] / rates["Adam"][0] < 10


def test_where_gradients_keep_their_scale_adagrad_and_sgd_do_better(
    shrinking: comparison.Comparison, constant: comparison.Comparison
) -> None:
    def ranking(of: comparison.Comparison) -> list[str]:
        return sorted(of.courses, key=lambda name: of.courses[name].mean_loss)

    assert set(ranking(constant)[:2]) == {"AdaGrad", "SGD"}
    assert ranking(shrinking)[0] == "RMSProp"
    worse = {
        name: course.mean_loss / constant.courses[name].mean_loss
        for name, course in shrinking.courses.items()
    }
    assert min(worse, key=lambda name: worse[name]) == "RMSProp"


def test_no_rate_of_the_grid_brings_sgd_or_adagrad_near(shrinking: comparison.Comparison) -> None:
    least = shrinking.courses["RMSProp"].mean_loss
    for course in shrinking.courses.values():
        assert course.mean_loss == pytest.approx(course.tried.min())
        assert course.tried.argmin() not in (0, len(comparison.RATES) - 1), "an end of the grid"
    for name in ("SGD", "AdaGrad"):
        assert shrinking.courses[name].tried.min() > 10 * least


def test_the_comparison_prints_the_best_first(shrinking: comparison.Comparison) -> None:
    assert shrinking.lines[0] == "gradients times 1, 0.1, 0.01, 0.001"
    assert [line.split()[0] for line in shrinking.lines[2:]] == [
        "RMSProp",
        "Adam",
        "AdaGrad",
        "SGD",
    ]
    assert shrinking.lines[-1].endswith("never, never")


# -- the text ----------------------------------------------------------------------------------


def test_the_text_uses_what_the_modules_have() -> None:
    text = files("python_ref.tutorial").joinpath("tutorial.md").read_text(encoding="utf-8")
    blocks = text.split("```python\n")[1:]
    code = ast.parse("".join(block.split("```", 1)[0] for block in blocks))
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(code)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    modules = {"comparison", "figures", "full_batch", "mini_batch", "x_over_log_x"}
    assert {name for name, _ in used} >= modules
    for name, attribute in used:
        if name in modules:
            assert hasattr(importlib.import_module(f"python_ref.tutorial.{name}"), attribute)
