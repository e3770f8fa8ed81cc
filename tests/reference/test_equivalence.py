"""Which dialects are the same thing, by rule and by numbers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace as with_fields
from itertools import combinations

import numpy as np
import pytest

from python_ref.dialects import AXES, Dialect, Hypothesis, replay
from python_ref.equivalence import canonical, equivalence, masked
from python_ref.scenarios import scenarios

# Rounding hyperparameters or storage is told apart by bits and not by algebra.
SINGLES = [
    f"{name}={value}"
    for name, axis in AXES.items()
    for value in axis.names[1:]
    if name not in ("precision", "float32_hyperparameters")
]
DIALECTS = [Dialect()] + [Dialect([deviation]) for deviation in SINGLES]
DIALECTS += [
    Dialect(pair)
    for pair in combinations(SINGLES, 2)
    if pair[0].split("=")[0] != pair[1].split("=")[0]
]


def trajectories() -> np.ndarray:
    """What every dialect gives on scenarios that tell apart whatever can be, (D, everything)."""
    wanted = ("mixed-arrays", "mixed-scales", "late-array")
    parts = []
    for fed in (s for s in scenarios() if s.name in wanted):
        options = {"clip": 0.3, "mean_decay": 0.6} if fed.name == "late-array" else {}
        given = with_fields(fed, epsilon=0.1, options=options)
        weights = replay(given, [Hypothesis(dialect) for dialect in DIALECTS]).weights
        parts.append(weights.reshape(len(DIALECTS), -1))
    return np.concatenate(parts, axis=1)


def test_one_canonical_form_means_one_trajectory_and_the_other_way_round() -> None:
    weights = trajectories()
    # Differences of deviations are of the order of the steps, rounding is below 1e-12.
    rounded = np.nan_to_num(np.round(weights, 10), nan=1e9) + 0.0
    by_numbers: defaultdict[bytes, list[Dialect]] = defaultdict(list)
    for dialect, row in zip(DIALECTS, rounded, strict=True):
        by_numbers[row.tobytes()].append(dialect)
    first_of: dict[Dialect, np.ndarray] = {}
    for dialect, row in zip(DIALECTS, weights, strict=True):
        known = first_of.setdefault(canonical(dialect), row)
        np.testing.assert_allclose(row, known, rtol=0, atol=1e-9, err_msg=repr(dialect))
    for same in by_numbers.values():
        for other in same[1:]:
            assert equivalence(same[0], other) != "never", (same[0], other)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([], [], "always"),
        (["epsilon=inside"], [], "never"),
        (["momentum=lr_in_buffer"], ["momentum=lr_out_of_buffer"], "constant learning rate"),
        (
            ["momentum=lr_in_buffer", "schedule=inverse_time"],
            ["momentum=lr_out_of_buffer", "schedule=inverse_time"],
            "never",
        ),
        (
            ["momentum=lr_in_buffer", "learning_rate=ignored"],
            ["momentum=lr_out_of_buffer", "learning_rate=ignored"],
            "always",
        ),
        (["write=none"], ["write=none", "average=sum"], "always"),
        (["root=none", "epsilon=inside"], ["root=none"], "always"),
        (["average=none", "epsilon=none"], ["average=none"], "always"),
        (["average=last", "state=reset"], ["average=last"], "always"),
        (
            ["centered=yes", "epsilon=inside", "order=epsilon_before_centring"],
            ["centered=yes", "epsilon=inside"],
            "always",
        ),
        (
            ["centered=yes", "epsilon=inside", "order=epsilon_with_mean"],
            ["centered=yes", "epsilon=inside"],
            "never",
        ),
    ],
)
def test_equivalence(first: list[str], second: list[str], expected: str) -> None:
    assert equivalence(Dialect(first), Dialect(second)) == expected
    assert equivalence(Dialect(second), Dialect(first)) == expected


def test_a_momentum_of_nothing_is_no_momentum() -> None:
    assert canonical(Dialect(["momentum=nesterov"], {"momentum": 0.0})) == Dialect()


def test_a_negative_rate_is_the_other_direction() -> None:
    negative = Dialect(["learning_rate=ignored"], {"learning_rate": -0.1})
    ascending = Dialect(["learning_rate=ignored", "direction=ascent"], {"learning_rate": 0.1})
    assert equivalence(negative, ascending) == "always"


def test_a_port_that_writes_nothing_masks_all_else() -> None:
    assert masked(Dialect(["write=none"])) == tuple(name for name in AXES if name != "write")


def test_a_port_without_a_denominator_masks_what_enters_it() -> None:
    hidden = masked(Dialect(["average=none"]))
    assert set(hidden) >= {"epsilon", "initial_average", "root", "eps", "decay_rate"}
    assert not {"average", "write", "direction", "momentum", "learning_rate"} & set(hidden)


def test_the_reference_hides_the_decay_of_a_mean_it_does_not_take() -> None:
    assert masked(Dialect()) == ("mean_decay", "order")
