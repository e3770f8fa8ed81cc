"""Which dialects are the same thing, by rule and by numbers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace as with_fields
from itertools import combinations

import numpy as np
import pytest
from support import singles

from python_ref.dialects.axes import AXES, NUMBERS
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import canonical, equivalence, masked
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.hyperparameters import CONSTANTS
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Rounding hyperparameters or storage is told apart by bits and not by algebra.
SINGLES = singles(*NUMBERS)
DIALECTS = [Dialect()] + [Dialect([deviation]) for deviation in SINGLES]
DIALECTS += [
    Dialect(pair)
    for pair in combinations(SINGLES, 2)
    if pair[0].split("=")[0] != pair[1].split("=")[0]
]


# What is kept with epsilon in it is no less than epsilon, nor is its root where epsilon is below 1.
LIMITED = {
    Dialect(["state=epsilon_kept", "epsilon=inside"]),
    Dialect(["state=epsilon_kept", "epsilon=maximum"]),
}


def trajectories() -> np.ndarray:
    """What every dialect gives on scenarios that tell apart whatever can be, (D, everything)."""
    wanted = ("mixed-arrays", "mixed-scales", "late-array")
    parts = []
    for fed in (s for s in scenarios() if s.name in wanted):
        options = {"clip": 0.3, "mean_decay": 0.6} if fed.name == "late-array" else {}
        given = with_fields(fed, epsilon=0.11, options=options)
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
    # What is no number from the second step on is as any other that is none.
    numbers = dict(zip(DIALECTS, np.isfinite(weights).mean(axis=1) > 0.5, strict=True))
    for same in by_numbers.values():
        if not numbers[same[0]]:
            continue
        for other in same[1:]:
            if {same[0], other} != LIMITED:
                assert equivalence(same[0], other) != "never", (same[0], other)


def test_what_is_rewritten_computes_the_same() -> None:
    """Three deviations at once, each rule beside what may keep it from holding."""
    dialects = [
        Dialect(chosen)
        for chosen in list(combinations(SINGLES, 3))[::3]
        if len({deviation.split("=")[0] for deviation in chosen}) == 3
    ]
    pairs = [(d, simplest) for d in dialects if (simplest := canonical(d)) != d]
    assert len(pairs) > 1000
    given = next(s for s in scenarios() if s.name == "late-array")
    given = with_fields(given, epsilon=0.1, options={"clip": 0.3, "mean_decay": 0.6})
    weights = replay(given, [Hypothesis(dialect) for pair in pairs for dialect in pair]).weights
    same = np.isclose(weights[::2], weights[1::2], rtol=0, atol=1e-9, equal_nan=True)
    assert [pairs[row] for row in np.flatnonzero(~same.all(axis=(1, 2)))] == []


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
        (
            ["momentum=lr_in_buffer", "epsilon=on_rate"],
            ["momentum=lr_out_of_buffer", "epsilon=on_rate"],
            "never",
        ),
        (["write=none"], ["write=none", "average=sum"], "always"),
        (["learning_rate=first"], [], "constant learning rate"),
        (["learning_rate=first", "epsilon=inside"], [], "never"),
        (
            ["learning_rate=first", "schedule=exponential"],
            ["schedule=exponential"],
            "constant learning rate",
        ),
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


STAYS = "itself"
# A dialect and its simplest form: some are that already, however near to a rule.
SIMPLEST = {
    "write=none average=sum clip=norm": "write=none",
    # Without a denominator, what enters it only.
    "average=none epsilon=inside initial_average=one root=none centered=yes": "average=none",
    "average=none state=shared": "average=none",
    "average=none state=stale": "average=none",
    "average=none state=reset": "average=none",
    "average=none state=reset momentum=nesterov": STAYS,
    "average=none state=reset schedule=inverse_time": STAYS,
    "average=none state=reset numerator=mean_gradient": STAYS,
    "average=none state=shared numerator=mean_gradient": STAYS,
    "average=none state=stale numerator=mean_gradient": "average=none numerator=mean_gradient",
    "average=none bias_correction=yes": "average=none",
    "average=none bias_correction=yes numerator=mean_gradient": STAYS,
    "average=none clip=norm order=clip_after_average": "average=none clip=norm",
    "average=none clip=norm order=clip_after_average numerator=mean_gradient": STAYS,
    "average=none clip=norm order=decay_before_clip weight_decay=coupled": STAYS,
    # The decay rates of what is not taken.
    "mean_decay=ignored": "",
    "mean_decay=ignored centered=yes": STAYS,
    "decay_rate=ignored average=swapped": STAYS,
    "decay_rate=ignored average=absolute": STAYS,
    "decay_rate=ignored average=leaky_sum": STAYS,
    "decay_rate=ignored average=sum": "average=sum",
    "decay_rate=ignored average=last bias_correction=yes": STAYS,
    "decay_rate=ignored average=sum centered=yes": STAYS,
    "decay_rate=ignored average=sum centered=yes mean_decay=ignored": (
        "average=sum centered=yes mean_decay=ignored"
    ),
    "decay_rate=ignored average=none bias_correction=yes numerator=mean_gradient": STAYS,
    (
        "decay_rate=ignored average=none bias_correction=yes numerator=mean_gradient"
        " mean_decay=ignored"
    ): "average=none bias_correction=yes numerator=mean_gradient mean_decay=ignored",
    # Epsilon.
    "eps=ignored epsilon=none": "epsilon=none",
    "eps=ignored epsilon=none initial_average=epsilon": STAYS,
    "root=none epsilon=inside": "root=none",
    "root=none epsilon=inside centered=yes": "root=none centered=yes",
    "root=none epsilon=inside centered=yes order=epsilon_with_mean": STAYS,
    "root=none epsilon=inside centered=yes order=epsilon_before_centring": "root=none centered=yes",
    # The order of what is not chosen.
    "order=decay_before_clip clip=norm": "clip=norm",
    "order=decay_before_clip weight_decay=coupled": "weight_decay=coupled",
    "order=decay_before_clip clip=norm weight_decay=coupled": STAYS,
    "order=decay_before_clip clip=norm weight_decay=decoupled": "clip=norm weight_decay=decoupled",
    "order=clip_after_average": "",
    "order=clip_after_average clip=norm": STAYS,
    "order=epsilon_with_mean epsilon=inside": "epsilon=inside",
    "order=epsilon_with_mean centered=yes": "centered=yes",
    "order=epsilon_with_mean centered=yes epsilon=inside": STAYS,
    "order=epsilon_before_centring centered=yes epsilon=inside": "centered=yes epsilon=inside",
    # Weights decay the same way either way where nothing is divided.
    "average=none weight_decay=coupled": "average=none weight_decay=decoupled",
    "average=none weight_decay=coupled numerator=sign": STAYS,
    "average=none weight_decay=coupled momentum=nesterov": STAYS,
    "average=none weight_decay=coupled direction=ascent": STAYS,
    "average=none weight_decay=coupled clip=norm order=decay_before_clip": STAYS,
    "average=none weight_decay=coupled clip=norm": "average=none weight_decay=decoupled clip=norm",
    "average=none weight_decay=decoupled_unscaled": STAYS,
    # What is kept in place of the average.
    "state=epsilon_kept epsilon=none": "state=epsilon_kept epsilon=inside",
    "state=epsilon_kept epsilon=inside": STAYS,
    "state=epsilon_kept": STAYS,
    "state=epsilon_kept epsilon=inside root=none": STAYS,
    "state=epsilon_kept epsilon=inside average=last": "epsilon=inside average=last",
    "state=epsilon_kept average=last": STAYS,
    "state=epsilon_kept average=none": "average=none",
    "state=root_kept": STAYS,
    "state=root_kept root=multiplied": STAYS,
    "state=root_kept root=none": "root=none",
    "state=root_kept average=last": "average=last",
    "state=root_kept average=last numerator=average": STAYS,
    "state=root_kept average=last centered=yes": STAYS,
    "state=global_step": "",
    "state=global_step bias_correction=yes": STAYS,
    # Elements that stay as they are anyway.
    "untouched=skipped": STAYS,
    "untouched=skipped average=sum": "average=sum",
    "untouched=skipped average=none": "average=none",
    "untouched=skipped average=sum epsilon=none": STAYS,
    "untouched=skipped average=sum state=stale": STAYS,
    "untouched=skipped average=sum weight_decay=decoupled": STAYS,
    "untouched=skipped average=sum momentum=nesterov": STAYS,
    "untouched=skipped average=sum centered=yes": STAYS,
    "untouched=skipped average=sum numerator=mean_gradient": STAYS,
    "untouched=skipped state=reset": "state=reset",
    # A scale that cancels.
    "gradient_scale=constant": STAYS,
    "gradient_scale=constant epsilon=none": "epsilon=none",
    "gradient_scale=constant epsilon=none numerator=sign": STAYS,
    "gradient_scale=constant epsilon=none root=none": STAYS,
    "gradient_scale=constant epsilon=none root=multiplied": STAYS,
    "gradient_scale=constant epsilon=none average=swapped": "epsilon=none average=swapped",
    "gradient_scale=constant epsilon=none average=sum": "epsilon=none average=sum",
    "gradient_scale=constant epsilon=none average=leaky_sum": "epsilon=none average=leaky_sum",
    "gradient_scale=constant epsilon=none average=last": "epsilon=none average=last",
    "gradient_scale=constant epsilon=none average=absolute": STAYS,
    "gradient_scale=constant epsilon=none initial_average=one": STAYS,
    "gradient_scale=constant epsilon=none initial_average=constant": STAYS,
    "gradient_scale=constant epsilon=none clip=norm": STAYS,
    "gradient_scale=constant epsilon=none weight_decay=coupled": STAYS,
    "gradient_scale=constant epsilon=none weight_decay=decoupled": (
        "epsilon=none weight_decay=decoupled"
    ),
    # What is added after the division.
    "epsilon=on_step average=none": "average=none",
    "epsilon=on_rate momentum=lr_out_of_buffer state=reset": STAYS,
    "epsilon=on_step momentum=lr_out_of_buffer state=reset": "epsilon=on_step state=reset",
    "epsilon=on_step untouched=skipped average=sum": STAYS,
    "epsilon=on_step gradient_scale=constant": "epsilon=on_step",
    "epsilon=on_rate gradient_scale=constant": STAYS,
    "epsilon=on_step direction=ascent order=maximize_before_decay": STAYS,
    "epsilon=on_rate direction=ascent order=maximize_before_decay": (
        "epsilon=on_rate direction=ascent"
    ),
    # What is divided is not corrected, and so is no last square.
    "numerator=average bias_correction=yes state=reset": STAYS,
    # Numerators of other things.
    "numerator=sum_of_gradients average=none": "average=none momentum=lr_out_of_buffer",
    "numerator=sum_of_gradients average=none state=shared": STAYS,
    "numerator=sum_of_gradients state=reset": "state=reset",
    "numerator=average average=none": "average=none",
    "numerator=average clip=norm order=clip_after_average": "numerator=average",
    "direction=ascent order=maximize_before_decay": "direction=ascent",
    "direction=ascent order=maximize_before_decay weight_decay=coupled": STAYS,
    "order=maximize_before_decay weight_decay=coupled": "weight_decay=coupled",
    "learning_rate=first": STAYS,
    "state=reset schedule=steps": "state=reset",
    # Where only the last square counts.
    "average=last initial_average=one": "average=last",
    "average=last initial_average=one state=stale": STAYS,
    "initial_average=constant": STAYS,
    "average=none initial_average=constant": "average=none",
    "average=last state=reset": "average=last",
    "average=last state=reset momentum=nesterov": STAYS,
    "average=last state=reset schedule=inverse_time": STAYS,
    "average=last state=reset centered=yes": STAYS,
    "average=last state=reset bias_correction=yes": STAYS,
    "average=last state=shared": "average=last",
    "average=last state=shared momentum=nesterov": "average=last momentum=nesterov",
    "average=last state=shared centered=yes": STAYS,
    "average=last state=stale": STAYS,
    # What is forgotten at every call.
    "state=reset momentum=lr_in_buffer": "state=reset",
    "state=reset momentum=lr_out_of_buffer": "state=reset",
    "state=reset momentum=nesterov": STAYS,
    "state=reset schedule=inverse_time_from_zero": "state=reset",
    "state=reset schedule=inverse_time": STAYS,
    "state=reset bias_correction=yes": "average=last",
    "state=reset bias_correction=yes initial_average=one": STAYS,
    "state=reset bias_correction=yes average=swapped": STAYS,
    "state=reset bias_correction=yes centered=yes": STAYS,
    "state=reset bias_correction=yes numerator=mean_gradient": "average=last",
    "state=reset bias_correction=yes numerator=mean_gradient average=sum": (
        "state=reset bias_correction=yes average=sum"
    ),
    "state=reset numerator=mean_gradient": STAYS,
    (
        "state=reset bias_correction=yes numerator=mean_gradient clip=norm order=clip_after_average"
    ): STAYS,
    "state=reset initial_average=first_square": "average=last",
    "state=reset initial_average=first_square average=swapped": "average=last",
    "state=reset initial_average=first_square average=absolute": STAYS,
    "state=reset initial_average=first_square average=sum": STAYS,
    "state=reset initial_average=first_square bias_correction=yes": STAYS,
    "state=reset initial_average=first_square centered=yes": (
        "average=last state=reset centered=yes"
    ),
    "state=reset average=sum": "average=last",
    "state=reset average=leaky_sum": "average=last",
    "state=reset average=sum initial_average=one": STAYS,
    "state=reset average=leaky_sum bias_correction=yes": STAYS,
}


@pytest.mark.parametrize("said", SIMPLEST)
def test_a_rule_goes_as_far_as_it_holds(said: str) -> None:
    simplest = said if SIMPLEST[said] is STAYS else SIMPLEST[said]
    assert canonical(Dialect(said.split())) == Dialect(simplest.split())


IGNORING = "learning_rate=ignored"


@pytest.mark.parametrize(
    ("deviations", "constants", "simplest", "left"),
    [
        # Those that enter stay,
        (["eps=ignored"], {"epsilon": 0.5}, ["eps=ignored"], {"epsilon": 0.5}),
        ([IGNORING], {"learning_rate": 0.0}, [IGNORING], {"learning_rate": 0.0}),
        (["decay_rate=ignored"], {"decay_rate": 0.5}, ["decay_rate=ignored"], {"decay_rate": 0.5}),
        (["momentum=nesterov"], {"momentum": 0.5}, ["momentum=nesterov"], {"momentum": 0.5}),
        (["clip=norm"], {"clip": 0.0}, ["clip=norm"], {"clip": 0.0}),
        (["schedule=inverse_time"], {"decay": 0.5}, ["schedule=inverse_time"], {"decay": 0.5}),
        (["centered=yes"], {"mean_decay": 0.5}, ["centered=yes"], {"mean_decay": 0.5}),
        (
            ["weight_decay=decoupled"],
            {"weight_decay": 0.5},
            ["weight_decay=decoupled"],
            {"weight_decay": 0.5},
        ),
        # those that do not are dropped,
        ([], dict.fromkeys(CONSTANTS, 0.5), [], {}),
        (["write=none", "eps=ignored"], {"epsilon": 0.5, "clip": 1.0}, ["write=none"], {}),
        (["average=sum", "decay_rate=ignored"], {"decay_rate": 0.5}, ["average=sum"], {}),
        (["epsilon=none", "eps=ignored"], {"epsilon": 0.5}, ["epsilon=none"], {}),
        (["average=none", "eps=ignored"], {"epsilon": 0.5}, ["average=none"], {}),
        (
            ["epsilon=none", "eps=ignored", "initial_average=epsilon"],
            {"epsilon": 0.5},
            ["epsilon=none", "initial_average=epsilon", "eps=ignored"],
            {"epsilon": 0.5},
        ),
        # and some say the same as a choice.
        (["momentum=nesterov"], {"momentum": 0.0}, [], {}),
        (["weight_decay=coupled"], {"weight_decay": 0.0}, [], {}),
        (["schedule=inverse_time"], {"decay": 0.0}, [], {}),
        (["schedule=exponential"], {"factor": 1.0}, [], {}),
        (["schedule=steps"], {"factor": 1.0, "every": 3.0}, [], {}),
        (
            ["schedule=steps"],
            {"factor": 0.5, "every": 1.0},
            ["schedule=exponential"],
            {"factor": 0.5},
        ),
        (["numerator=sum_of_gradients"], {"momentum": 0.0}, [], {}),
        (["initial_average=constant"], {"initial_average": 0.0}, [], {}),
        (["initial_average=constant"], {"initial_average": 1.0}, ["initial_average=one"], {}),
        (
            ["initial_average=constant", "average=last"],
            {"initial_average": 0.5},
            ["average=last"],
            {},
        ),
        (["gradient_scale=constant"], {"gradient_scale": 1.0}, [], {}),
        (
            ["gradient_scale=constant", "epsilon=none"],
            {"gradient_scale": -2.0},
            ["gradient_scale=constant", "epsilon=none"],
            {"gradient_scale": -2.0},
        ),
        (["state=epsilon_kept", "eps=ignored"], {"epsilon": 0.0}, ["epsilon=none"], {}),
        (["eps=ignored"], {"epsilon": 0.0}, ["epsilon=none"], {}),
        (["eps=ignored", "epsilon=maximum"], {"epsilon": 0.0}, ["epsilon=none"], {}),
        (["eps=ignored", "initial_average=epsilon"], {"epsilon": 0.0}, ["epsilon=none"], {}),
        (
            ["eps=ignored", "centered=yes"],
            {"epsilon": 0.0},
            ["epsilon=none", "centered=yes"],
            {},
        ),
        (  # a root of less than nothing is no number, and its maximum with 0 is none either
            ["eps=ignored", "epsilon=maximum", "centered=yes", "root=none"],
            {"epsilon": 0.0},
            ["epsilon=maximum", "root=none", "centered=yes", "eps=ignored"],
            {"epsilon": 0.0},
        ),
        (
            [IGNORING],
            {"learning_rate": -0.5},
            ["direction=ascent", IGNORING],
            {"learning_rate": 0.5},
        ),
        ([IGNORING, "direction=ascent"], {"learning_rate": -3}, [IGNORING], {"learning_rate": 3}),
        (
            [IGNORING, "epsilon=on_step"],
            {"learning_rate": -3},
            [IGNORING, "epsilon=on_weights", "direction=ascent"],
            {"learning_rate": 3},
        ),
        (
            [IGNORING, "weight_decay=decoupled_unscaled"],
            {"learning_rate": -0.5},
            ["direction=ascent", "weight_decay=decoupled_unscaled", IGNORING],
            {"learning_rate": 0.5},
        ),
        (
            [IGNORING, "weight_decay=decoupled"],
            {"learning_rate": -0.5},
            ["weight_decay=decoupled", IGNORING],
            {"learning_rate": -0.5},
        ),
    ],
)
def test_constants_stay_where_they_enter(
    deviations: list[str],
    constants: dict[str, float],
    simplest: list[str],
    left: dict[str, float],
) -> None:
    assert canonical(Dialect(deviations, constants)) == Dialect(simplest, left)


def test_constants_tell_apart_what_is_one_thing_otherwise() -> None:
    inside = Dialect(["momentum=lr_in_buffer"], {"momentum": 0.5})
    outside = Dialect(["momentum=lr_out_of_buffer"], {"momentum": 0.5})
    other = Dialect(["momentum=lr_out_of_buffer"], {"momentum": 0.7})
    assert equivalence(inside, outside) == "constant learning rate"
    assert equivalence(inside, other) == "never"


def test_a_constant_of_nothing_masks_where_it_would_go() -> None:
    hidden = masked(Dialect(["eps=ignored"], {"epsilon": 0.0}))
    assert set(hidden) == {"epsilon", "gradient_scale", "mean_decay", "order"}
    assert "epsilon" not in masked(Dialect(["eps=ignored"], {"epsilon": 0.5}))


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
