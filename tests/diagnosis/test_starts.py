"""Where solving starts, name by name: no decade out of reach, every kink passed, few in all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from showing import elements, shown

from harness.diagnosis.hypotheses import dialect
from harness.diagnosis.starts import starts
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect

REFERENCE = Dialect()


def fed(
    *steps: Mapping[str, Sequence[float]], count: int = 1, learning_rate: float = 0.02
) -> Evidence:
    """Evidence of these gradients, array by array, so many times over."""
    arrays = {name: np.zeros(len(g)) for name, g in (steps[0] if steps else {"w": [1.0]}).items()}
    rows = [{name: np.array(g) for name, g in step.items()} for step in steps] * count
    given = replace(elements([0.0], [[1.0]]), weights=arrays, gradients=rows)
    return shown(replace(given, learning_rate=learning_rate))


def one(name: str, evidence: Evidence, *deviations: str, dense: bool = False) -> list[float]:
    chosen = tuple(tuple(d.split("=")) for d in deviations)
    port = dialect(REFERENCE, chosen)  # type: ignore[arg-type]
    return [value for (value,) in starts([name], port, evidence, dense)]


def decades(values: Sequence[float]) -> list[float]:
    return np.diff(np.log10(values)).tolist()


ONES = fed({"w": [1.0]}, count=10)


@pytest.mark.parametrize("name", ["decay_rate", "mean_decay", "momentum", "factor"])
def test_rates_start_between_0_and_1_more_of_them_where_many_are_started_from(name: str) -> None:
    few, many = one(name, ONES), one(name, ONES, dense=True)
    assert few == sorted(few)
    assert many == sorted(many)
    assert 0 < few[0] < few[-1] < 1
    assert 0 < many[0] < many[-1] < 1
    assert len(few) < len(many)


def test_scales_start_both_ways_and_no_decade_is_out_of_reach() -> None:
    scales = one("gradient_scale", ONES)
    assert scales == pytest.approx([1 / x for x in reversed(scales)])
    assert (scales[0], scales[-1]) == pytest.approx((1e-4, 1e4))
    assert max(decades(scales)) <= 1.5 + 1e-9
    for dense, apart, last in (False, 3.0, 1.5), (True, 0.5, 1.5):
        values = one("epsilon", ONES, dense=dense)
        assert (values[0], values[-1]) == pytest.approx((1e-9, 10.0**last))
        assert max(decades(values)) <= apart + 1e-9
    assert len(values) == 22
    below = decades([x for x in one("epsilon", ONES) if x <= 1.0])
    assert np.round(below).tolist() == sorted(np.round(below), reverse=True), "more where it shows"


def test_a_learning_rate_starts_at_the_one_that_was_given_unless_that_is_0() -> None:
    assert one("learning_rate", ONES) == [0.02]
    assert one("learning_rate", fed({"w": [1.0]}, learning_rate=0.0)) == [0.01]


def test_a_schedule_ends_within_what_was_seen_or_up_to_fifty_times_later() -> None:
    assert one("total", ONES) == pytest.approx([7.0, 15.0, 50.0, 500.0])


@pytest.mark.parametrize(
    ("steps", "counts"), [(4, []), (5, [2]), (6, [2]), (7, [2, 3]), (90, [*range(2, 42)])]
)
def test_a_count_starts_at_all_that_show_at_two_changes_or_more(
    steps: int, counts: list[int]
) -> None:
    assert one("every", fed({"w": [1.0]}, count=steps)) == counts


@pytest.mark.parametrize(
    ("deviation", "gradients"),
    [
        ("clip=value", [{"w": [float(x) for x in range(-50, 52) if x]}]),
        ("clip=norm", [{"w": [0.6 * x, 0.8 * x]} for x in range(1, 102)]),
        ("clip=global_norm", [{"v": [0.6 * x], "w": [-0.8 * x, 0.0]} for x in range(1, 102)]),
        (
            "clip=global_norm_plus_epsilon",
            [{"v": [0.6 * x], "w": [-0.8 * x, 0.0]} for x in range(1, 102)],
        ),
    ],
)
def test_a_limit_starts_among_the_sizes_that_it_may_cut_and_below_them_all(
    deviation: str, gradients: list[dict[str, list[float]]]
) -> None:
    evidence = fed(*gradients)
    sizes = sorted(
        [abs(x) for x in gradients[0]["w"]]
        if deviation == "clip=value"
        else [float(x) for x in range(1, 102)]
    )
    values = one("clip", evidence, deviation)
    least = np.quantile(sizes, 0.05)
    wanted = [0.02 * least, 0.15 * least, 0.6 * least]
    wanted += np.quantile(sizes, [0.05, 0.25, 0.45, 0.65, 0.85, 0.97]).tolist()
    assert values == pytest.approx(wanted)
    dense = one("clip", evidence, deviation, dense=True)
    assert dense[3:] == pytest.approx(np.quantile(sizes, np.linspace(0.02, 0.98, 25)))
    assert dense == sorted(dense)
    assert len(set(dense)) == 28


def test_what_is_no_size_is_none_to_start_from() -> None:
    idle = fed({"w": [0.0, math.inf, math.nan]}, {"w": [0.0] * 3})
    for deviation in "clip=value", "clip=norm", "clip=global_norm":
        assert one("clip", idle, deviation) == [1.0]
    assert one("epsilon", idle) == one("epsilon", ONES)
    only = fed({"w": [3.0, 0.0, math.inf]}, {"w": [0.0] * 3}, {"w": [0.0, 3.0, math.nan]})
    assert one("clip", only, "clip=value")[3:] == [3.0]
    last = fed({"w": [3.0, 4.0]}, {"w": [0.0, 0.0]}, {"w": [math.inf, 1.0]})
    assert one("clip", last, "clip=norm")[3:] == [5.0]


def test_norms_are_of_each_array_or_of_all_that_take_part() -> None:
    evidence = fed({"v": [3.0], "w": [4.0]}, {"w": [5.0]}, {})
    assert set(one("clip", evidence, "clip=global_norm")[3:]) == {5.0}
    assert one("clip", evidence, "clip=norm")[3:] == pytest.approx(
        np.quantile([3.0, 4.0, 5.0], [0.05, 0.25, 0.45, 0.65, 0.85, 0.97])
    )
    assert one("epsilon", fed())[0] == 1e-9, "nothing was fed"


@pytest.mark.parametrize(
    ("deviation", "power"),
    [
        ("epsilon=inside", 2),
        ("state=epsilon_kept", 2),
        ("initial_average=epsilon", 2),
        ("root=none", 2),
        ("epsilon=maximum", 1),
        ("average=sum", 1),
    ],
)
def test_an_epsilon_starts_beside_squares_or_beside_roots(deviation: str, power: int) -> None:
    evidence = fed({"w": [2.0, -4.0, 100.0]})
    assert one("epsilon", evidence, deviation)[-2] == pytest.approx(4.0**power)


@pytest.mark.parametrize(("dense", "most"), [(False, 40), (True, 150)])
def test_of_combinations_some_are_left_out_until_they_are_few(dense: bool, most: int) -> None:
    for names in ["gradient_scale", "epsilon"], ["decay_rate", "epsilon", "momentum"]:
        whole = [one(name, ONES, dense=dense) for name in names]
        found = starts(names, REFERENCE, ONES, dense)
        assert most / 4 < len(found) <= most
        assert len(set(found)) == len(found)
        for values, every in zip(zip(*found, strict=True), whole, strict=True):
            assert set(values) <= set(every)
            assert list(dict.fromkeys(values)) == sorted(set(values))


def test_of_values_that_are_left_out_the_ends_are_and_every_other_between() -> None:
    """Eight scales and seven epsilons: about half of the scales is left, and of these with that."""
    scales, epsilons = one("gradient_scale", ONES), one("epsilon", ONES)
    found = starts(["gradient_scale", "epsilon"], REFERENCE, ONES)
    assert list(dict.fromkeys(s for s, _ in found)) == [scales[i] for i in (1, 3, 4, 6)]
    assert list(dict.fromkeys(e for _, e in found)) == epsilons
    # Where no more than three are left of any, none is left out, however many combinations it is.
    three = ["mean_decay", "momentum", "decay"]
    many = starts([*three, "gradient_scale"], REFERENCE, ONES)
    assert [len(set(values)) for values in zip(*many, strict=True)] == [3, 3, 3, 2]


def test_a_count_is_never_thinned_and_alone_with_others_all_are_combined() -> None:
    evidence = fed({"w": [1.0]}, count=90)
    found = starts(["factor", "every"], REFERENCE, evidence)
    assert found == [(f, float(n)) for f in one("factor", evidence) for n in range(2, 42)]
    assert starts(["every"], REFERENCE, evidence) == [(float(n),) for n in range(2, 42)]
    assert len(starts(["decay_rate", "momentum"], REFERENCE, ONES)) == 12, "few are all combined"


def test_where_squares_underflow_a_start_is_a_number_all_the_same() -> None:
    for name, deviation in (
        ("epsilon", "epsilon=inside"),
        ("epsilon", "epsilon=outside"),
        ("initial_average", "initial_average=constant"),
        ("clip", "clip=norm"),
    ):
        values = one(name, fed({"w": [1e-162, 3e-163]}), deviation, dense=True)
        assert min(values) / 2 > 0
