"""The batched stepping: every formula, in every precision and arithmetic, one element at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import naive
import numpy as np
import pytest
from numpy.typing import NDArray
from support import alike, singles

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.evaluation import library_arithmetics
from python_ref.numbers.arithmetic import ARITHMETICS, PLACES, Arithmetic
from python_ref.numbers.ways import EMAS, QUOTIENTS, SQUARES
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper, replay

PRECISIONS = tuple(naive.PRECISIONS)
SINGLES = singles("precision", "subnormals")
# Between them they use every formula that an arithmetic writes in another way.
OF_EVERY_FORMULA = [
    Dialect(deviations)
    for deviations in (
        ["momentum=lr_out_of_buffer"],
        ["average=swapped", "weight_decay=decoupled"],
        ["average=sum", "weight_decay=decoupled_unscaled"],
        ["average=leaky_sum", "initial_average=one"],
        ["average=last", "clip=norm"],
        ["average=absolute", "momentum=nesterov"],
        ["average=none", "momentum=lr_in_buffer"],
        ["average=none", "momentum=nesterov"],
        ["numerator=mean_gradient", "centered=yes", "bias_correction=yes"],
    )
]
# Deviations that meet in one formula.
MEETING = [
    ("state=reset", "numerator=mean_gradient", "bias_correction=yes"),
    ("state=shared", "numerator=mean_gradient", "bias_correction=yes"),
    ("state=stale", "centered=yes", "bias_correction=yes"),
    ("state=reset", "centered=yes", "bias_correction=yes"),
    ("centered=yes", "epsilon=inside", "order=epsilon_before_centring"),
    ("centered=yes", "epsilon=inside", "order=epsilon_with_mean"),
    ("centered=yes", "epsilon=inside", "order=epsilon_with_mean", "root=none"),
    ("centered=yes", "epsilon=maximum", "root=none"),
    ("epsilon=on_quotient", "momentum=lr_out_of_buffer"),
    ("epsilon=on_quotient", "numerator=sign", "root=multiplied"),
    ("epsilon=on_quotient", "state=root_kept", "average=absolute"),
    ("epsilon=on_rate", "momentum=lr_out_of_buffer", "schedule=inverse_time"),
    ("epsilon=on_rate", "state=epsilon_kept", "centered=yes"),
    ("epsilon=on_step", "momentum=nesterov", "direction=ascent"),
    ("epsilon=on_step", "direction=ascent", "order=maximize_before_decay"),
    ("epsilon=on_step", "weight_decay=decoupled", "untouched=skipped"),
    ("epsilon=on_weights", "direction=ascent", "weight_decay=decoupled"),
    ("epsilon=on_weights", "momentum=lr_out_of_buffer", "average=none"),
    ("epsilon=on_weights", "direction=ascent", "order=maximize_before_decay"),
    ("weight_decay=coupled", "clip=norm", "order=decay_before_clip"),
    ("weight_decay=coupled", "clip=value", "order=clip_after_average"),
    ("weight_decay=coupled", "clip=global_norm", "order=clip_after_average"),
    ("weight_decay=decoupled", "schedule=inverse_time", "state=reset"),
    ("weight_decay=decoupled", "schedule=inverse_time_from_zero", "direction=ascent"),
    ("momentum=lr_out_of_buffer", "schedule=inverse_time", "learning_rate=ignored"),
    ("momentum=nesterov", "state=reset", "numerator=sign"),
    ("average=none", "numerator=mean_gradient", "centered=yes"),
    ("average=absolute", "initial_average=first_square", "state=stale"),
    ("initial_average=constant", "state=shared", "average=absolute"),
    ("initial_average=constant", "state=reset"),
    ("state=epsilon_kept", "epsilon=inside"),
    ("state=epsilon_kept", "epsilon=none", "bias_correction=yes"),
    ("state=root_kept", "epsilon=inside"),
    ("state=root_kept", "epsilon=maximum", "root=multiplied"),
    ("state=root_kept", "centered=yes"),
    ("state=global_step", "bias_correction=yes", "numerator=mean_gradient"),
    ("root=multiplied", "momentum=lr_out_of_buffer"),
    ("numerator=sum_of_gradients", "centered=yes", "bias_correction=yes"),
    ("numerator=sum_of_gradients", "state=shared", "untouched=skipped"),
    ("numerator=average", "state=stale"),
    ("numerator=average", "average=none"),
    ("untouched=skipped", "state=shared"),
    ("untouched=skipped", "momentum=nesterov", "write=all_but_last"),
    ("untouched=skipped", "weight_decay=coupled", "clip=norm"),
    ("direction=ascent", "order=maximize_before_decay", "weight_decay=coupled", "clip=norm"),
    ("direction=ascent", "order=maximize_before_decay", "numerator=average"),
    ("gradient_scale=constant", "clip=value", "weight_decay=coupled"),
    ("schedule=steps", "state=reset"),
    ("schedule=steps", "momentum=lr_out_of_buffer", "weight_decay=decoupled"),
    ("schedule=exponential", "learning_rate=ignored"),
    ("schedule=linear_to_zero", "momentum=nesterov"),
]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_arithmetic_is_what_its_formulas_say(precision: str) -> None:
    given = naive.fed(precision)
    # Averages and quotients are written in their own ways, whichever way the other is.
    listed = [a for a in ARITHMETICS if a.quotient == "plain" or a.square == a.ema == "plain"]
    hypotheses = [Hypothesis(d, a, precision) for d in OF_EVERY_FORMULA for a in listed]
    assert naive.refuted(given, hypotheses, replay(given, hypotheses)) == []


# Of every part of a step that libraries write in a way of their own, one dialect that has it.
WRITTEN_OTHERWISE = [
    (),
    ("epsilon=inside", "clip=norm"),
    ("clip=global_norm", "weight_decay=coupled"),
    ("average=leaky_sum", "direction=ascent"),
    ("centered=yes", "momentum=lr_out_of_buffer", "weight_decay=coupled"),
    ("numerator=mean_gradient", "bias_correction=yes"),
    ("momentum=lr_in_buffer", "weight_decay=decoupled"),
    ("momentum=nesterov", "weight_decay=decoupled_unscaled"),
    ("root=multiplied", "direction=ascent"),
]


@pytest.mark.parametrize("many", alike([False, True]), ids=["telling", "many"])
@pytest.mark.parametrize("precision", alike(["float32", "float64"]))
@pytest.mark.parametrize("number", range(len(WRITTEN_OTHERWISE)))
def test_every_arithmetic_of_libraries_is_what_its_formulas_say(
    number: int, precision: str, many: bool
) -> None:
    given, dialect = naive.wide(precision), Dialect(WRITTEN_OTHERWISE[number])
    listed = library_arithmetics(dialect, precision)
    listed = listed[:: 1 + len(listed) // 80] if many else telling(listed)
    hypotheses = [Hypothesis(dialect, a, precision) for a in listed]
    replayed = replay(given, hypotheses)
    assert naive.refuted(given, hypotheses, replayed) == []


def telling(listed: Sequence[Arithmetic]) -> list[Arithmetic]:
    """So few of them that each way to write each part is among them."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for one in listed:
        ways = {(name, way.name) for name, way in one.departing.items()}
        ways.add(("off", str(one.off)))
        if not ways <= seen:
            kept.append(one)
            seen |= ways
    return kept


@pytest.mark.parametrize("off", [-2, 0, 1])
@pytest.mark.parametrize("quotient", ["plain", "reciprocal"])
def test_a_root_or_the_reciprocal_of_one_is_so_many_units_off(quotient: str, off: int) -> None:
    fed, name = naive.fed("float64"), "early"
    one = Hypothesis(Dialect(["epsilon=none"]), Arithmetic(quotient=quotient, off=off))
    weights, average = (row[0, :3] for row in Stepper(fed, [one]).step())
    gradients, root = fed.gradients[0][name], np.sqrt(average)
    rated = fed.learning_rate * gradients
    step = rated * beside(1 / root, off) if quotient == "reciprocal" else rated / beside(root, off)
    assert weights.tolist() == (fed.weights[name] - step).tolist()


def beside(x: NDArray[np.float64], units: int) -> NDArray[np.float64]:
    for _ in range(abs(units)):
        x = np.nextafter(x, np.copysign(np.inf, units))
    return x


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("square", ["plain", "left"])
def test_a_scaled_average_is_narrowed_wherever_one_of_its_three_numbers_is_stored(
    precision: str, square: str
) -> None:
    """Long enough that the scale is multiplied into the entries."""
    given, arithmetic = naive.wide(precision), Arithmetic(square=square, ema="scaled")
    hypotheses = [Hypothesis(Dialect(), arithmetic, precision)]
    replayed = replay(given, hypotheses)
    assert naive.refuted(given, hypotheses, replayed) == []


def test_every_way_to_write_a_part_of_a_step_is_one_of_some_library() -> None:
    shown = {
        (name, way.name)
        for deviations in WRITTEN_OTHERWISE
        for a in library_arithmetics(Dialect(deviations), "float64")
        + library_arithmetics(Dialect(deviations), "float32")
        for name, way in a.departing.items()
    }
    listed = {(name, way.name) for name, ways in PLACES.items() for way in ways.values()}
    plain = {(name, "plain") for name in PLACES} | {("mean", "as_average")}
    # What people write by hand of these is tried with everything; of other parts it is named.
    tried = [("ema", EMAS), ("square", SQUARES), ("quotient", QUOTIENTS)]
    ordinary = {(name, way.name) for name, ways in tried for way in ways.values() if way.ordinary}
    assert listed - shown - plain - ordinary == set()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_deviation_is_what_its_formula_says_in_floats_of_every_width(precision: str) -> None:
    given = naive.fed(precision)
    chosen = [*((deviation,) for deviation in SINGLES), *MEETING]
    hypotheses = [Hypothesis(Dialect(deviations), precision=precision) for deviations in chosen]
    assert naive.refuted(given, hypotheses, replay(given, hypotheses)) == []


RATES = [
    (),
    ("learning_rate=first",),
    ("learning_rate=ignored",),
    ("momentum=lr_out_of_buffer",),
    ("momentum=nesterov", "schedule=exponential"),
    ("weight_decay=decoupled", "float32_hyperparameters=learning_rate"),
]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_learning_rate_a_step_is_taken_step_by_step(precision: str) -> None:
    fed = naive.fed(precision)
    rates = tuple(fed.learning_rate * 0.7**t for t in range(fed.steps))
    given = replace(fed, learning_rates=rates).in_precision(precision)
    hypotheses = [Hypothesis(Dialect(deviations), precision=precision) for deviations in RATES]
    replayed = replay(given, hypotheses)
    assert naive.refuted(given, hypotheses, replayed) == []
    assert (replayed.weights[0, 1:] != replayed.weights[1, 1:]).any(axis=1).all()


# A constant enters where these are chosen.
ENTERING = [
    *(((f"momentum={value}",), "momentum") for value in AXES["momentum"].names[1:]),
    *(((f"weight_decay={value}",), "weight_decay") for value in AXES["weight_decay"].names[1:]),
    *(((f"clip={value}",), "clip") for value in AXES["clip"].names[1:]),
    (("clip=value", "order=clip_after_average"), "clip"),
    (("numerator=sum_of_gradients",), "momentum"),
    (("gradient_scale=constant",), "gradient_scale"),
    (("initial_average=constant",), "initial_average"),
    (("schedule=inverse_time",), "decay"),
    (("schedule=inverse_time_from_zero",), "decay"),
    (("schedule=exponential",), "factor"),
    (("schedule=steps",), "factor"),
    (("schedule=steps", "momentum=lr_out_of_buffer"), "factor"),
    (("schedule=linear_to_zero",), "total"),
    (("schedule=inverse_time", "momentum=lr_out_of_buffer"), "decay"),
    (("schedule=inverse_time", "weight_decay=decoupled"), "decay"),
    (("learning_rate=ignored",), "learning_rate"),
    (("learning_rate=ignored", "momentum=lr_out_of_buffer"), "learning_rate"),
    (("learning_rate=ignored", "weight_decay=decoupled"), "learning_rate"),
    (("decay_rate=ignored",), "decay_rate"),
    (("decay_rate=ignored", "average=last", "bias_correction=yes"), "decay_rate"),
    (("eps=ignored",), "epsilon"),
    (("eps=ignored", "epsilon=none", "initial_average=epsilon"), "epsilon"),
    (("numerator=mean_gradient",), "mean_decay"),
    (("numerator=mean_gradient", "bias_correction=yes"), "mean_decay"),
    (("centered=yes",), "mean_decay"),
    (("centered=yes", "bias_correction=yes"), "mean_decay"),
]


def test_ports_that_differ_in_a_constant_alone_are_stepped_apart() -> None:
    given = naive.fed("float64")
    hypotheses = [
        Hypothesis(Dialect(deviations, {constant: value}))
        for deviations, constant in ENTERING
        for value in ((0.31, 0.17) if constant != "total" else (7.0, 9.0))
    ]
    replayed = replay(given, hypotheses)
    assert naive.refuted(given, hypotheses, replayed) == []
    apart = (replayed.weights[::2] != replayed.weights[1::2]).any(axis=(1, 2))
    assert [ENTERING[i] for i in np.flatnonzero(~apart)] == []
