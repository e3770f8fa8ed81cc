"""Constants of a port's own: solved for in float as in double, with what print leaves open."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from showing import REFERENCE, elements, shown, unseen
from support import alike

from harness.diagnosis.average import agreeing, judged
from harness.diagnosis.diagnose import Diagnosis, Explanation, diagnose
from harness.diagnosis.hypotheses import Fed, coherent, sets
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# A deviation, its constant, and values of it from the smallest that shows to the largest.
OWN = {
    ("learning_rate=ignored", "learning_rate"): [1e-4, 0.003, 0.0123, 0.7],
    ("decay_rate=ignored", "decay_rate"): [0.5, 0.7, 0.95, 0.99, 0.999],
    ("eps=ignored", "epsilon"): [1e-3, 0.01, 0.37],
    ("epsilon=inside eps=ignored", "epsilon"): [1e-3, 0.1],
    ("momentum=lr_in_buffer", "momentum"): [0.5, 0.9, 0.99],
    ("momentum=lr_out_of_buffer", "momentum"): [0.1, 0.77],
    ("momentum=nesterov", "momentum"): [0.3, 0.9, 0.95],
    ("weight_decay=coupled", "weight_decay"): [1e-3, 0.01, 0.1, 1.0],
    ("weight_decay=decoupled", "weight_decay"): [1e-3, 0.01, 0.1],
    ("weight_decay=decoupled_unscaled", "weight_decay"): [1e-4, 0.01],
    ("clip=value", "clip"): [0.05, 0.25, 0.5, 1.0],
    ("clip=norm", "clip"): [0.05, 0.5, 1.5],
    ("clip=global_norm", "clip"): [0.1, 1.0, 2.0],
    ("clip=norm_plus_epsilon", "clip"): [0.05, 1.5],
    ("clip=global_norm_plus_epsilon", "clip"): [0.1, 1.0],
    ("schedule=inverse_time", "decay"): [1e-3, 0.1, 1.0],
    ("schedule=inverse_time_from_zero", "decay"): [1e-3, 0.1],
    ("schedule=exponential", "factor"): [0.5, 0.9, 0.99],
    ("schedule=linear_to_zero", "total"): [20.0, 100.0],
    ("gradient_scale=constant", "gradient_scale"): [1 / 128, 0.1, 32.0],
    ("numerator=sum_of_gradients", "momentum"): [0.5, 0.9],
    ("initial_average=constant", "initial_average"): [0.1, 1e-3, 0.037, 25.0],
}
# One of each in the suite, in double and in float by turns; all of them in the slow part.
CASES = [
    pytest.param(
        d, n, value, precision, marks=[pytest.mark.slow] if i or (j + k) % 2 or j % 7 else []
    )
    for j, ((d, n), values) in enumerate(OWN.items())
    for i, value in enumerate(values)
    for k, precision in enumerate(("float64", "float32"))
]


def fed(precision: str = "float64") -> Scenario:
    """Three arrays and a dozen steps; sizes over two decades, with an epsilon that shows."""
    rng = np.random.default_rng(11)
    lengths = {"a": 4, "b": 3, "c": 1}
    gradients = [
        {k: rng.standard_normal(n) * 10 ** rng.uniform(-1, 0.5, n) for k, n in lengths.items()}
        for _ in range(12)
    ]
    return Scenario(
        name="fed",
        catches="",
        learning_rate=0.02,
        decay_rate=0.83,
        epsilon=0.05,
        weights={name: rng.standard_normal(n) for name, n in lengths.items()},
        gradients=gradients,
    ).in_precision(precision)


def told(found: Diagnosis) -> list[Explanation]:
    assert found.best is not None, found.nearest
    return [found.best, *found.alternatives]


def of(found: Diagnosis, *deviations: str) -> Explanation:
    """What is told with these deviations."""
    every = told(found)
    return next(e for e in every if set(e.deviations) == set(deviations))


@pytest.mark.parametrize(("deviations", "name", "value", "precision"), CASES)
def test_a_constant_of_its_own_is_named(
    deviations: str, name: str, value: float, precision: str
) -> None:
    port = Dialect(deviations.split(), {name: value})
    evidence = shown(fed(precision), port, precision=precision)
    found = diagnose([evidence], REFERENCE, largest=len(deviations.split()), seconds=None)
    explanation = of(found, *deviations.split())
    low, high = explanation.intervals.get(name, (explanation.constants[name],) * 2)
    assert low * (1 - 1e-6) <= value <= high * (1 + 1e-6)
    assert explanation.constants[name] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("deviation", ["initial_average=one", "average=leaky_sum"])
def test_what_a_port_cannot_be_given_is_its_own_however_far_from_what_is_fed(
    deviation: str,
) -> None:
    """Beside a learning rate of a fortieth, and what other constants would nearly do as well."""
    own = {"learning_rate": 5e-4, "decay_rate": 0.9, "epsilon": 1e-3}
    evidence = replace(shown(replace(fed(), **own), Dialect([deviation])), scenario=fed())
    found = diagnose([evidence], REFERENCE, largest=1, open_constants=tuple(own), seconds=None)
    assert found.best is not None
    assert deviation in found.best.deviations
    assert found.best.constants == pytest.approx(own)


@pytest.mark.parametrize("epsilon", alike([1e-7, 1e-3]))
def test_a_bound_that_nothing_reaches_is_read_where_it_is_reached(epsilon: float) -> None:
    """Beside pieces of evidence in which the least denominator allowed is none."""
    port = Dialect(["epsilon=maximum", "eps=ignored"], {"epsilon": epsilon})
    names = ("mixed-scales", "mixed-arrays", "page-ten-steps", "tiny-gradients")
    evidence = [shown(name, port) for name in names]
    found = diagnose(evidence, REFERENCE, 1, open_constants=["epsilon"], seconds=30)
    assert of(found, "epsilon=maximum", "eps=ignored").constants == {"epsilon": epsilon}


@pytest.mark.parametrize("decay", alike([1e-3, 1e-5, 0.01, 0.5]))
def test_a_small_penalty_is_found_where_no_epsilon_rounds_its_steps_off(decay: float) -> None:
    """A weight without a gradient is moved by its penalty alone, whatever that is."""
    port = Dialect(["epsilon=none", "weight_decay=coupled"], {"weight_decay": decay})
    names = ("mixed-scales", "mixed-arrays", "page-ten-steps", "zero-gradients")
    evidence = [shown(name, port) for name in names]
    found = diagnose(evidence, REFERENCE, 2, open_constants=["epsilon"], seconds=60)
    assert of(found, *port.deviations).constants == {"weight_decay": pytest.approx(decay)}


@pytest.mark.parametrize("added", alike([1e-8, 1e-5, -1e-6]))
def test_another_number_beside_a_norm_is_not_taken_for_the_one_that_has_a_name(
    added: float,
) -> None:
    """Gradients scaled by hand to c / (norm + added), where norms differ from step to step."""
    plain = fed()
    norms = [math.sqrt(sum(float(g @ g) for g in step.values())) for step in plain.gradients]
    scales = [min(1.0, 1.0 / (norm + added)) for norm in norms]
    assert len({scale for scale in scales if scale < 1}) > 3
    clipped = [
        {k: g * s for k, g in step.items()} for step, s in zip(plain.gradients, scales, strict=True)
    ]
    evidence = replace(shown(replace(plain, gradients=clipped)), scenario=plain)
    diagnosis = diagnose([evidence], REFERENCE, largest=1, seconds=None)
    assert diagnosis.best is None


def test_a_scale_never_stands_beside_a_number_that_is_added_to_a_norm() -> None:
    """Of gradients that are always clipped g*c/(100*norm + 1e-6) is g*(c/100)/(norm + 1e-8)."""
    beside = ("gradient_scale", "constant")
    assert coherent(REFERENCE, (("clip", "norm"), beside))
    for value in "norm_plus_epsilon", "global_norm_plus_epsilon":
        assert not coherent(REFERENCE, (("clip", value), beside))


# -- how far a constant is determined -------------------------------------------------------------


# Each constant in the suite, and each number of digits; the rest of the table in the slow part.
PRINTED = [
    pytest.param(*own, digits, marks=[pytest.mark.slow] if (i + j) % 5 else [])
    for i, own in enumerate(
        [
            ("learning_rate=ignored", "learning_rate", 0.003),
            ("decay_rate=ignored", "decay_rate", 0.7),
            ("weight_decay=coupled", "weight_decay", 0.1),
        ]
    )
    for j, digits in enumerate([4, 5, 6, 8])
]


@pytest.mark.parametrize(("deviation", "name", "value", "digits"), PRINTED)
def test_what_print_leaves_open_is_an_interval_that_holds_the_constant(
    deviation: str, name: str, value: float, digits: int
) -> None:
    evidence = shown(fed(), Dialect([deviation], {name: value}))
    half = 0.5 * 10.0**-digits
    printed = replace(evidence, weights=evidence.weights.round(digits), rounding=half)
    explanation = of(diagnose([printed], REFERENCE, largest=1), deviation)
    low, high = explanation.intervals[name]
    assert low <= value <= high
    # With every digit it is ten times as narrow.
    assert 1e-2 * 10.0 ** (4 - digits) > (high - low) / value > 1e-6 * 10.0 ** (4 - digits)


def test_of_whole_doubles_a_constant_has_no_interval() -> None:
    evidence = shown(fed(), Dialect(["decay_rate=ignored"], {"decay_rate": 0.7}))
    assert of(diagnose([evidence], REFERENCE, largest=1), "decay_rate=ignored").intervals == {}


def test_a_constant_whose_whole_effect_is_below_rounding_is_no_alternative() -> None:
    """To no decay at all a decay of 1e-18 is another name."""
    decays = Dialect(["weight_decay=coupled"], {"weight_decay": 0.1})
    found = diagnose([shown(fed())], decays, largest=2)
    names = {a.partition("=")[0] for e in told(found)[1:] for a in e.deviations}
    assert told(found)[0].deviations == ("weight_decay=no",)
    assert "weight_decay" not in names | {n for e in told(found)[1:] for n in e.constants}


@pytest.mark.slow
def test_what_a_port_cannot_be_given_is_open_in_every_set_and_costs_nothing() -> None:
    port = Dialect(["epsilon=inside", "decay_rate=ignored", "write=all_but_last"],
                   {"decay_rate": 0.95})  # fmt: skip
    found = diagnose([shown(fed(), port)], REFERENCE, largest=2, open_constants=["decay_rate"])
    explanation = of(found, "epsilon=inside", "write=all_but_last", "decay_rate=ignored")
    assert explanation.constants == {"decay_rate": 0.95}
    # That it cannot be given does not make it another one.
    right = diagnose([shown(fed())], REFERENCE, largest=1, open_constants=["decay_rate"])
    assert told(right)[0].deviations == ()


# -- what cannot show is not named ----------------------------------------------------------------

ONE_STEP, ONE_ARRAY = Fed(steps=False), Fed(arrays=False)


@pytest.mark.parametrize(
    ("member", "without"),
    [
        (("state", "shared"), Fed(arrays=False)),
        (("write", "first_array"), Fed(arrays=False)),
        (("write", "last_array"), Fed(arrays=False)),
        (("clip", "global_norm"), Fed(arrays=False)),
        (("clip", "global_norm_plus_epsilon"), Fed(arrays=False)),
        (("write", "first_element"), Fed(lengths=False)),
        (("untouched", "skipped"), Fed(zeros=False)),
        (("learning_rate", "first"), Fed(rates=False)),
        (("state", "reset"), Fed(steps=False)),
        (("schedule", "exponential"), Fed(steps=False)),
    ],
)
def test_a_deviation_that_cannot_show_on_what_was_fed_is_in_no_set(
    member: tuple[str, str], without: Fed
) -> None:
    shows = replace(without, arrays=True, lengths=True, zeros=True, rates=True, steps=True)
    assert any(member in chosen for chosen in sets(REFERENCE, 1, shows))
    for size in 1, 2:
        assert not any(member in chosen for chosen in sets(REFERENCE, size, without))


def test_what_was_fed_is_read_from_all_evidence() -> None:
    one = shown(elements([0.5], [[1.0], [0.0]]))
    assert Fed.of([one]) == Fed(False, False, False, True, False, True)
    single = unseen(shown(elements([0.5, 0.25], [[1.0, 2.0], [1.0, 2.0]])), 1)
    assert Fed.of([single]) == Fed(False, True, False, False, False, False)
    assert Fed.of([shown("late-array")]).absent
    several = replace(fed(), learning_rates=(0.02,) * 6 + (0.01,) * 6)
    assert Fed.of([one, shown(several)]) == Fed(True, True, False, True, True, True)


def test_one_array_alone_is_not_said_to_share_its_average() -> None:
    given = elements([0.5, -0.25, 1.0], [[1.0, -0.5, 0.25], [0.5, 0.25, -1.0], [2.0, 1.0, 0.5]])
    port = Dialect(["weight_decay=coupled"], {"weight_decay": 0.1})
    every = told(diagnose([shown(given, port)], REFERENCE))
    assert every[0].deviations == ("weight_decay=coupled",)
    assert not any("shared" in d or "first_array" in d for e in every for d in e.deviations)


# -- inputs that were printed ---------------------------------------------------------------------


def copied(evidence: Evidence, digits: int) -> Evidence:
    """The same with what was fed and what was seen copied from print."""
    half = 0.5 * 10.0**-digits
    given = evidence.scenario
    rounded = replace(
        given,
        weights={n: w.round(digits) for n, w in given.weights.items()},
        gradients=[{n: g.round(digits) for n, g in step.items()} for step in given.gradients],
    )
    weights = evidence.weights.round(digits)
    return replace(evidence, scenario=rounded, weights=weights, rounding=half, input_rounding=half)


@pytest.mark.parametrize(
    "deviations", alike([[], ["epsilon=inside"], ["average=sum"], ["state=reset"]])
)
def test_inputs_copied_from_print_leave_room_for_what_they_lack(deviations: list[str]) -> None:
    port = copied(shown(fed(), Dialect(deviations)), 6)
    found = diagnose([port], REFERENCE, largest=1)
    assert told(found)[0].deviations == tuple(deviations)
    # Without being told, nothing is found in these digits.
    whole = diagnose([replace(port, input_rounding=0.0, rounding=0.0)], REFERENCE, largest=0)
    assert whole.best is None


# -- the average that a port reports --------------------------------------------------------------


def reporting(port: Dialect, average_of: Dialect) -> Evidence:
    evidence = shown(fed(), port)
    average = replay(fed(), [Hypothesis(average_of)]).moving_average[0]
    return replace(evidence, moving_average=average)


@pytest.mark.parametrize(
    ("port", "average_of", "word"),
    [
        ([], [], "right"),
        (["epsilon=inside"], [], "right"),
        (["average=sum"], ["average=sum"], "wrong"),
        (["epsilon=inside"], ["average=sum"], "wrong"),
    ],
)
def test_a_reported_average_is_right_or_wrong_whatever_the_step_is(
    port: list[str], average_of: list[str], word: str
) -> None:
    evidence = reporting(Dialect(port), Dialect(average_of))
    assert judged(REFERENCE, [evidence]) == word
    found = diagnose([evidence], REFERENCE, largest=1)
    assert found.average == word
    assert judged(REFERENCE, [replace(evidence, moving_average=None)]) == ""
    blind = replace(evidence, moving_average=np.zeros_like(evidence.weights))
    assert judged(REFERENCE, [blind]) == "", "zeros are what a port reports that has none"


def test_of_explanations_those_go_first_whose_average_is_the_one_reported() -> None:
    """A step of sqrt(v) from another average may be the same; what is reported tells."""
    swapped, decays = (("average", "swapped"),), (("decay_rate", "ignored"),)
    found = [Explanation(swapped), Explanation(decays, {"decay_rate": 0.7})]
    evidence = reporting(REFERENCE, Dialect(["decay_rate=ignored"], {"decay_rate": 0.7}))
    assert agreeing(REFERENCE, found, [evidence]) == [found[1]]
    neither = reporting(REFERENCE, Dialect(["average=sum"]))
    assert agreeing(REFERENCE, found, [neither]) == found
