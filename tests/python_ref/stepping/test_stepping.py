"""The batched stepping: every formula, in every precision and arithmetic, one element at a time."""

from __future__ import annotations

import naive
import numpy as np
import pytest

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import ARITHMETICS
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

PRECISIONS = tuple(naive.PRECISIONS)
SINGLES = [
    f"{name}={value}"
    for name, axis in AXES.items()
    for value in axis.names[1:]
    if name != "precision"
]
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
    ("weight_decay=coupled", "clip=norm", "order=decay_before_clip"),
    ("weight_decay=coupled", "clip=value", "order=clip_after_average"),
    ("weight_decay=coupled", "clip=global_norm", "order=clip_after_average"),
    ("weight_decay=decoupled", "schedule=inverse_time", "state=reset"),
    ("weight_decay=decoupled", "schedule=inverse_time_from_zero", "direction=ascent"),
    ("momentum=lr_out_of_buffer", "schedule=inverse_time", "learning_rate=ignored"),
    ("momentum=nesterov", "state=reset", "numerator=sign"),
    ("average=none", "numerator=mean_gradient", "centered=yes"),
    ("average=absolute", "initial_average=first_square", "state=stale"),
]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_arithmetic_is_what_its_formulas_say(precision: str) -> None:
    given = naive.fed(precision)
    # Averages and quotients are written in their own ways, whichever way the other is.
    listed = [a for a in ARITHMETICS if a.quotient == "plain" or a.square == a.ema == "plain"]
    hypotheses = [Hypothesis(d, a, precision) for d in OF_EVERY_FORMULA for a in listed]
    assert naive.refuted(given, hypotheses, replay(given, hypotheses)) == []


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_deviation_is_what_its_formula_says_in_floats_of_every_width(precision: str) -> None:
    given = naive.fed(precision)
    chosen = [*((deviation,) for deviation in SINGLES), *MEETING]
    hypotheses = [Hypothesis(Dialect(deviations), precision=precision) for deviations in chosen]
    assert naive.refuted(given, hypotheses, replay(given, hypotheses)) == []


# A constant enters where these are chosen.
ENTERING = [
    *(((f"momentum={value}",), "momentum") for value in AXES["momentum"].names[1:]),
    *(((f"weight_decay={value}",), "weight_decay") for value in AXES["weight_decay"].names[1:]),
    *(((f"clip={value}",), "clip") for value in AXES["clip"].names[1:]),
    (("clip=value", "order=clip_after_average"), "clip"),
    *(((f"schedule={value}",), "decay") for value in AXES["schedule"].names[1:]),
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
        for value in (0.31, 0.17)
    ]
    replayed = replay(given, hypotheses)
    assert naive.refuted(given, hypotheses, replayed) == []
    apart = (replayed.weights[::2] != replayed.weights[1::2]).any(axis=(1, 2))
    assert [ENTERING[i] for i in np.flatnonzero(~apart)] == []
