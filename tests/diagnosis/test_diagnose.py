"""A diagnosis names exactly what was done, says what it cannot tell, and never a near miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import alike, spread

from harness.diagnosis.diagnose import Diagnosis, diagnose
from harness.diagnosis.hypotheses import dialect, open_constants, sets, singles
from harness.judging.probes import PROBES, apart, best_probe
from harness.model.evidence import Evidence
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import ARITHMETICS, PLAIN, Arithmetic
from python_ref.scenarios.catalogue import scenarios
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

SOME = ("mixed-arrays", "mixed-scales", "late-array", "page-ten-steps", "sign-changes")
REFERENCE = Dialect()


def observed(
    found: Dialect,
    arithmetic: Arithmetic = PLAIN,
    precision: str = "float64",
    names: Sequence[str] = SOME,
) -> list[Evidence]:
    """What a port in this dialect would show on some scenarios."""
    result = []
    for scenario in scenarios(precision):
        if scenario.name in names:
            hypothesis = Hypothesis(found, arithmetic, precision)
            weights = replay(scenario, [hypothesis]).weights[0]
            seen = np.ones(scenario.steps, dtype=bool)
            result.append(Evidence(scenario.name, scenario, precision, weights, seen))
    return result


def told(found: Diagnosis) -> tuple[set[str], Mapping[str, float]]:
    assert found.best is not None, found.nearest
    return set(found.best.deviations), found.best.constants


# In double arithmetic; narrow floats and inert values have tests of their own.
CLOSED = [
    f"{axis}={value}"
    for ((axis, value),) in singles(REFERENCE)
    if not open_constants(((axis, value),)) and axis not in ("precision", "write", "subnormals")
]


@pytest.mark.parametrize("deviation", CLOSED)
def test_every_single_deviation_is_named(deviation: str) -> None:
    found = diagnose(observed(Dialect([deviation])), REFERENCE)
    assert told(found) == ({deviation}, {})


@pytest.mark.parametrize(
    ("deviation", "constants"),
    [
        ("decay_rate=ignored", {"decay_rate": 0.9371}),
        ("eps=ignored", {"epsilon": 3.7e-6}),
        *alike(
            [
                ("learning_rate=ignored", {"learning_rate": 0.0123}),
                ("momentum=nesterov", {"momentum": 0.77}),
                ("weight_decay=coupled", {"weight_decay": 0.013}),
                ("clip=value", {"clip": 0.5}),
                ("schedule=inverse_time", {"decay": 0.0321}),
                ("decay_rate=ignored", {"decay_rate": 0.95}),
                ("eps=ignored", {"epsilon": 1e-3}),
                ("momentum=lr_in_buffer", {"momentum": 0.9}),
                ("weight_decay=decoupled", {"weight_decay": 0.1}),
                ("clip=global_norm", {"clip": 1.0}),
            ],
            suite=0,
        ),
    ],
)
def test_constants_of_its_own_are_solved_for(
    deviation: str, constants: Mapping[str, float]
) -> None:
    found = diagnose(observed(Dialect([deviation], constants)), REFERENCE)
    assert told(found) == ({deviation}, constants)


@pytest.mark.parametrize(
    ("deviations", "constants"),
    [
        *alike(
            [
                (["state=shared", "write=all_but_last"], {}),
                (["epsilon=inside", "state=reset"], {}),
                (["epsilon=inside", "initial_average=one"], {}),
                (["root=none", "direction=ascent"], {}),
            ]
        ),
        *alike(
            [
                (["decay_rate=ignored", "eps=ignored"], {"decay_rate": 0.97, "epsilon": 3.7e-6}),
                (["epsilon=inside", "weight_decay=decoupled"], {"weight_decay": 0.013}),
                (["epsilon=inside", "initial_average=one", "momentum=nesterov"], {"momentum": 0.9}),
            ]
        ),
    ],
)
def test_several_deviations_are_named_together(
    deviations: list[str], constants: Mapping[str, float]
) -> None:
    found = diagnose(observed(Dialect(deviations, constants)), REFERENCE, seconds=None)
    assert told(found) == (set(deviations), constants)


def test_adam_is_told_so() -> None:
    deviations = ["numerator=mean_gradient", "mean_decay=ignored", "bias_correction=yes"]
    found = diagnose(observed(Dialect(deviations, {"mean_decay": 0.87})), REFERENCE)
    assert told(found) == (set(deviations), {"mean_decay": 0.87})


@pytest.mark.parametrize("arithmetic", spread(ARITHMETICS[::7]), ids=str)
def test_an_order_of_evaluation_is_no_deviation(arithmetic: Arithmetic) -> None:
    assert told(diagnose(observed(REFERENCE, arithmetic), REFERENCE)) == (set(), {})
    inside = observed(Dialect(["epsilon=inside"]), arithmetic)
    assert told(diagnose(inside, REFERENCE)) == ({"epsilon=inside"}, {})


@pytest.mark.slow
def test_where_the_rate_stands_in_the_buffer_is_always_an_alternative() -> None:
    for value, other in (
        ("lr_in_buffer", "lr_out_of_buffer"),
        ("lr_out_of_buffer", "lr_in_buffer"),
    ):
        found = diagnose(observed(Dialect([f"momentum={value}"], {"momentum": 0.9})), REFERENCE)
        assert found.best is not None
        assert found.best.deviations == (f"momentum={value}",)
        assert [a.deviations for a in found.alternatives] == [(f"momentum={other}",)]


def test_a_formula_goes_before_the_constant_that_is_the_same() -> None:
    """One scenario alone: swapped, and a decay rate of 0.1 where 0.9 was given, are one thing."""
    found = diagnose(observed(Dialect(["average=swapped"]), names=["page-ten-steps"]), REFERENCE)
    assert found.best is not None
    assert found.best.deviations == ("average=swapped",)


def test_weights_that_never_move_mask_everything_else() -> None:
    found = diagnose(observed(Dialect(["write=none"])), REFERENCE)
    assert told(found) == ({"write=none"}, {})
    assert set(found.masked) == set(AXES) - {"write"}


def test_without_a_denominator_nothing_is_said_of_it() -> None:
    found = diagnose(observed(Dialect(["average=none"])), REFERENCE)
    assert {"epsilon", "root", "initial_average", "decay_rate", "eps"} <= set(found.masked)


def test_from_another_claim_deviations_are_from_that_claim() -> None:
    inside = Dialect(["epsilon=inside"])
    assert told(diagnose(observed(inside), inside)) == (set(), {})
    assert told(diagnose(observed(REFERENCE), inside)) == ({"epsilon=outside"}, {})


@pytest.mark.parametrize(
    ("size", "largest"),
    [
        *((size, 1) for size in (1e-9, 1e-6, 1e-3)),
        *(pytest.param(1e-6, largest, marks=pytest.mark.slow) for largest in (2, 3)),
    ],
)
def test_a_near_miss_is_not_named(size: float, largest: int) -> None:
    """Epsilon inside, and a little noise beyond all rounding: nothing explains that."""
    evidence = observed(Dialect(["epsilon=inside"]), names=SOME[:2])
    noise = np.random.default_rng(5)
    spoiled = [
        replace(e, weights=e.weights * (1 + size * noise.standard_normal(e.weights.shape)))
        for e in evidence
    ]
    found = diagnose(spoiled, REFERENCE, largest=largest)
    assert found.best is None
    assert found.nearest is not None
    assert found.nearest.left > 0


def test_printed_digits_and_missing_steps_suffice() -> None:
    evidence = observed(Dialect(["epsilon=inside"]), names=["mixed-arrays"])[0]
    seen = np.zeros(evidence.scenario.steps, dtype=bool)
    seen[[2, 7, 11]] = True
    printed = replace(evidence, weights=np.round(evidence.weights, 6), seen=seen, rounding=5e-7)
    found = diagnose([printed], REFERENCE)
    assert told(found) == ({"epsilon=inside"}, {})


def test_narrow_floats_in_a_double_port_are_named() -> None:
    found = diagnose(observed(Dialect(["precision=float32"])), REFERENCE)
    assert found.best is not None
    every = {found.best.deviations, *(a.deviations for a in found.alternatives)}
    assert ("precision=float32",) in every
    assert all(len(d) == 1 and d[0].startswith("precision=float32") for d in every)


def test_a_probe_splits_what_the_goldens_leave_open() -> None:
    """A first average that is the first square cannot be told from others in a single step."""
    evidence = observed(Dialect(["state=reset"]), names=["page-one-step"])
    alone = diagnose(evidence, REFERENCE)
    assert told(alone)[0] == set()  # one step: as good as the reference
    asked: list[int] = []

    def probe(dialects: Sequence[Dialect]) -> Evidence | None:
        asked.append(len(dialects))
        scenario = best_probe(dialects, "float64", [])
        if scenario is None:
            return None
        weights = replay(scenario, [Hypothesis(Dialect(["average=last"]))]).weights[0]
        return Evidence("probe", scenario, "float64", weights, np.ones(scenario.steps, bool))

    single = observed(Dialect(["average=last"]), names=["page-one-step"])
    found = diagnose(single, REFERENCE, probe)
    assert asked
    assert asked[0] >= 2
    assert told(found)[0] == {"average=last"}


def test_probes_tell_the_reference_from_every_single_deviation() -> None:
    alone = [c for c in singles(REFERENCE) if c[0][0] not in ("precision", "subnormals")]
    every = [REFERENCE, *(dialect(REFERENCE, chosen) for chosen in alone)]
    pairs = {pair for probe in PROBES for pair in apart(every, probe, "float64")}
    assert [chosen for i, chosen in enumerate(alone, 1) if (0, i) not in pairs] == []


def test_probes_are_short_and_named() -> None:
    assert len({probe.name for probe in PROBES}) == len(PROBES)
    assert all(probe.steps <= 50 for probe in PROBES)


CANDIDATES = [c for c in sets(REFERENCE, 2) if not open_constants(c)]


@pytest.mark.slow
@settings(max_examples=6, deadline=None)  # they are others at every run
@given(st.sampled_from(CANDIDATES))
def test_a_pair_is_explained_by_itself_or_by_something_no_larger(
    chosen: tuple[tuple[str, str], ...],
) -> None:
    """Whatever is named reproduces what was observed, and is not more than was done."""
    truth = dialect(REFERENCE, chosen)
    evidence = observed(truth)
    found = diagnose(evidence, REFERENCE)
    if found.numberless:  # such as a root of g*g - g*g
        moved = np.concatenate([e.weights[e.weights != e.initial] for e in evidence])
        assert np.isfinite(moved).mean() < 0.5
        return
    assert found.best is not None
    assert len(found.best.chosen) <= 2
    named = dialect(REFERENCE, found.best.chosen, found.best.constants)
    for piece in evidence:
        weights = replay(piece.scenario, [Hypothesis(named)]).weights[0]
        with np.errstate(all="ignore"):
            apart = np.abs(weights - piece.weights)
        moved = np.abs(piece.weights - piece.initial) + np.abs(piece.weights)
        close = (apart <= 1e-6 * moved) | (np.isnan(weights) & np.isnan(piece.weights))
        assert close.all()
