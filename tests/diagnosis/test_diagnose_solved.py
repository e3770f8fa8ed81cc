"""Constants of a port's own that were missed once: each kind of way to them, of sets that are true.

Solving for the true set alone takes no time, and what it does not find the search cannot.
"""

from __future__ import annotations

import numpy as np
import pytest
from drawing import REFERENCE, drawn
from support import alike

from harness.diagnosis.budget import Budget
from harness.diagnosis.diagnose import diagnose
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import in_order, of_formula
from harness.diagnosis.search import Search
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import canonical
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.scenarios.catalogue import scenarios
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Draws, and why their constants were missed.
SOLVED = {
    28: "what floats lose in the first steps is far more than in all of them",
    258: "print leaves an interval, and what is shortest lies near one end of it",
    359: "an epsilon has starts that leave almost the same",
    667: "print and floats leave other digits than those that were written",
    680: "of doubles that hold floats the digits that fit best are not those written",
    769: "likewise, where an epsilon is hardly determined",
    848: "most weights never move, and floats lose much of them",
    709: "a learning rate alone, seven times the one that was given",
    1019: "a clip has a kink at every norm",
    1080: "a learning rate alone, fifty times the one that was given",
}
DENSE = {
    404: "a clip that few steps show",
    505: "a plateau takes in all starts but one",
    638: "the third of the starts leads there",
    767: "a plateau beside a scale",
    924: "a weight decay alone, where the average begins with the first square",
    1275: "a weight decay far from where it starts",
}


# Those that take a second or more, and of whose kind there is another.
SLOW = {28, 359, 667, 680, 769, 767, 1080, 404, 638, 1275}


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(seed, marks=[pytest.mark.slow] if seed in SLOW else [])
        for seed in (*SOLVED, *DENSE)
    ],
)
def test_the_constants_of_the_true_set_are_solved_for(seed: int) -> None:
    draw = drawn(seed)
    chosen = of_formula(draw.chosen)
    search = Search(REFERENCE, [draw.evidence], (), Budget())
    with np.errstate(all="ignore"):
        dense = seed in DENSE or len(chosen) == 1
        found = search.fitting.solved([search._opened(chosen)], dense=dense)
    (solved,) = found
    assert of_formula(solved.chosen) == chosen
    for name, value in draw.constants.items():
        assert solved.constants[name] == pytest.approx(value, rel=2e-3 if seed == 667 else 1e-12)


@pytest.mark.parametrize("seed", [1089, 1188])
def test_a_set_that_leaves_only_a_count_open_is_tried_with_each(seed: int) -> None:
    """A schedule whose factor is given, and which does not say every how many steps."""
    draw = drawn(seed)
    chosen = of_formula(draw.chosen)
    search = Search(REFERENCE, [draw.evidence], (), Budget())
    with np.errstate(all="ignore"):
        assert search._varied([chosen]) == []
        (found,) = search._by_closed(search._shut([chosen]))
    assert found.constants == {"every": draw.constants["every"]}


def test_what_only_many_starts_lead_to_is_found_when_all_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = drawn(404)
    chosen = of_formula(draw.chosen)
    monkeypatch.setattr(Search, "_sets", lambda _, size: [chosen] if size == len(chosen) else [])
    search = Search(REFERENCE, [draw.evidence], (), Budget())
    with np.errstate(all="ignore"):
        (found,) = search.run()
    assert of_formula(found.chosen) == chosen
    assert (search.tried().size, search.tried().ended) == (3, False)


OWN = ("learning_rate", "decay_rate", "epsilon")
IGNORED = ("learning_rate=ignored", "decay_rate=ignored", "eps=ignored")


@pytest.mark.parametrize(
    ("formula", "constants"),
    alike(
        [
            (("epsilon=inside", "initial_average=one"), (0.001, 0.9, 1e-7)),
            (("epsilon=inside",), (0.05, 0.95, 1e-3)),
            (("momentum=lr_in_buffer",), (0.01, 0.1, 1e-2)),
            (("epsilon=inside",), (0.001, 0.9, 1e-4)),
            ((), (0.003, 0.99, 0.01)),
        ],
        suite=3,
    ),
)
def test_beside_a_formula_all_hyperparameters_of_its_own_are_solved_for(
    formula: tuple[str, ...], constants: tuple[float, ...]
) -> None:
    """A learning rate trades against a decay rate: from a wrong one, few steps tell them apart."""
    port = Dialect((*formula, *IGNORED), dict(zip(OWN, constants, strict=True)))
    search = Search(REFERENCE, [_evidence(port)], OWN, Budget())
    chosen = tuple(tuple(deviation.split("=")) for deviation in formula)
    opened, dense = search._opened(chosen, free=True), len(chosen) < 2
    (found,) = search.fitting.solved([opened], dense=dense)
    assert found.deviations == port.deviations
    assert [found.constants[name] for name in OWN] == list(constants)


def test_what_a_smaller_set_does_with_the_complement_of_a_rate_is_not_named() -> None:
    port = Dialect(("epsilon=inside", *IGNORED), dict(zip(OWN, (0.05, 0.9, 1e-3), strict=True)))
    search = Search(REFERENCE, [_evidence(port)], OWN, Budget())
    chosen = in_order([("average", "swapped"), *(tuple(d.split("=")) for d in port.deviations)])
    constants = {"learning_rate": 0.05, "decay_rate": 0.1, "epsilon": 1e-3}
    (larger,) = search.fitting.still_fitting([Explanation(chosen, constants)])
    (found,) = search._reduced([larger])
    assert found.deviations == port.deviations
    assert found.constants == dict(port.constants)


@pytest.mark.parametrize(
    "formula",
    [(), *(pytest.param((e,), marks=pytest.mark.slow) for e in ("epsilon=none", "epsilon=inside"))],
)
def test_both_shares_of_an_average_as_numbers_are_no_swapped_ones(formula: tuple[str, ...]) -> None:
    """0.9 and 0.1: to the last bit 0.1 and 1 - 0.1, and only within rounding 0.9 and 1 - 0.9."""
    ignored = [m for m in IGNORED if formula != ("epsilon=none",) or m != "eps=ignored"]
    own = dict(zip(OWN, (0.01, 0.9, 1e-3), strict=True))
    port = canonical(Dialect((*formula, *ignored), own))
    evidence = [_evidence(port, Arithmetic(complement="literal"))]
    found = diagnose(evidence, REFERENCE, largest=len(formula), open_constants=OWN)
    assert found.best is not None
    assert (found.best.deviations, found.best.constants) == (port.deviations, port.constants)
    assert found.best.arithmetic is not None
    assert found.alternatives == ()


def _evidence(port: Dialect, arithmetic: Arithmetic = PLAIN) -> Evidence:
    """What it does with the golden that tells most."""
    scenario = next(s for s in scenarios("float64") if s.name == "mixed-scales")
    weights = replay(scenario, [Hypothesis(port, arithmetic)]).weights[0]
    return Evidence("fed", scenario, "float64", weights, np.ones(scenario.steps, dtype=bool))
