"""The goldens discriminate: each deviation is caught twice, each pair told apart."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from support import CommandLine

from harness.analysis.power import Power, power
from harness.diagnosis.hypotheses import singles
from harness.judging.goldens import Goldens
from harness.judging.probes import PROBES, apart
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import equivalence
from python_ref.golden import Golden
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay


def short() -> list[Golden]:
    """The core goldens but that of a thousand steps, which takes as long as all others."""
    goldens = Goldens().of(Dialect(), "float64")
    return [g for g in goldens if g.kind == "core" and g.scenario.steps <= 60]


@pytest.fixture(scope="module")
def measured() -> Power:
    return power(short())


def test_every_single_deviation_is_caught_by_two_core_goldens(measured: Power) -> None:
    weak = {
        name: measured.caught(name) for name in measured.deviations if measured.caught(name) < 2
    }
    assert weak == {}


def test_the_usual_gates_miss_what_the_envelope_does_not(measured: Power) -> None:
    """Not a number to be proud of, but one that must not be an accident of this table."""
    missed = set(measured.gates["rtol 1e-3"])
    assert {"float32_hyperparameters=learning_rate"} <= missed
    assert all(measured.caught(name) for name in missed)


def test_goldens_of_another_precision_are_measured_where_only_these_are_asked_for(
    call: CommandLine,
) -> None:
    done = call("power", "--golden", "*/float32/page-one-step")
    assert re.search(r"direction=ascent +1 of 1 ", done.out)


def test_a_golden_that_is_blind_is_seen_to_be() -> None:
    blind = Goldens("page-one-step").of(Dialect(), "float64")
    found = power(blind)
    assert found.caught("state=reset") == 0
    assert found.caught("epsilon=inside") == 1


@pytest.mark.parametrize("name", HYPERPARAMETERS)
def test_the_least_change_that_is_caught_is_where_the_envelope_ends(
    measured: Power, name: str
) -> None:
    pairs = zip(short(), measured.least_changes[name], strict=True)
    # Rounding itself takes its share of an envelope, on both sides.
    for golden, least in pairs:
        if least is None or least > 2.0**20:
            continue
        value = getattr(golden.scenario, name)
        for times, caught in ((3, True), (1 / 3, False)):
            changed = value * (1 + times * least * 2.0**-53)
            fed = replace(golden.scenario, **{name: changed})
            weights = replay(fed, [Hypothesis()]).weights[0]
            outside = np.abs(weights - golden.weights) > golden.envelope
            assert outside.any() == caught, (golden.name, times)


@pytest.mark.parametrize(
    ("name", "units"), [("learning_rate", 18), ("decay_rate", 7), ("epsilon", 38)]
)
def test_no_envelope_is_so_wide_that_it_hides_a_change_in_the_last_digits(
    measured: Power, name: str, units: int
) -> None:
    sharpest = min(x for x in measured.least_changes[name] if x is not None)
    assert sharpest < units
    # Each step adds to the envelope twice (6u/2 + 5u) of itself.
    assert sharpest > 16 or name == "decay_rate"


@pytest.mark.slow
def test_a_thousand_steps_show_a_change_of_the_decay_rate_of_four_units() -> None:
    (least,) = power(Goldens("thousand-steps").of(Dialect(), "float64")).least_changes["decay_rate"]
    assert least is not None
    assert least < 4


# Pairs that no input tells apart, or only rounding does, with the algebra.
SAME = {
    ("momentum=lr_in_buffer", "momentum=lr_out_of_buffer"): "one buffer is lr times the other",
}


@pytest.mark.slow
def test_every_pair_is_told_apart_or_on_the_list() -> None:
    """By the core goldens and the probes, beyond both envelopes."""
    alone = [chosen[0] for chosen in singles(Dialect()) if chosen[0][0] != "precision"]
    names = [f"{axis}={value}" for axis, value in alone]
    dialects = [Dialect([name]) for name in names]
    open_ = set(combinations(range(len(names)), 2))
    inputs = [g.scenario for g in short()] + list(PROBES)
    for scenario in inputs:
        if not open_:
            break
        open_ -= set(apart(dialects, scenario, "float64"))
    left = {(names[i], names[j]) for i, j in open_}
    assert left == set(SAME)
    for a, b in left:
        assert equivalence(Dialect([a]), Dialect([b])) != "never"
