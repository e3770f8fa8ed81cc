"""What a diagnosis tells: the order, the twins, what is masked or nearest, and when it stops."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from showing import REFERENCE, elements, explained, shown, unseen
from support import alike

from harness.diagnosis import diagnose as diagnosing
from harness.diagnosis import thinning
from harness.diagnosis.diagnose import Diagnosis, Explanation, diagnose
from harness.diagnosis.ranking import distinct, ranked, unique
from harness.diagnosis.search import Search
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import PLAIN
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# -- what is told ---------------------------------------------------------------------------------

DECAYING = Dialect(["weight_decay=coupled"], {"weight_decay": 0.07})
FALLING = Dialect(["schedule=exponential"], {"factor": 0.77})


@pytest.mark.parametrize(
    ("port", "fed", "decimals", "tells"),
    alike(
        [
            (DECAYING, [[0.3, 0.2, -0.7]] * 3, 6, True),
            (FALLING, [[0.3, 0.2, -0.7]] * 2, None, False),  # one step is met by some schedule
            (FALLING, [[0.3, 0.2, -0.7]] * 3, None, True),
            (DECAYING, [[0.3]], None, False),  # and one value by some constant
            (DECAYING, [[0.3], [0.2]], None, True),
            (DECAYING, [[0.3]] * 3, 3, False),  # a constant, and print that leaves it much room
        ],
        suite=4,
    ),
)
def test_what_chance_explains_as_well_is_not_named(
    port: Dialect, fed: list[list[float]], decimals: int | None, tells: bool
) -> None:
    evidence = shown(elements([0.5] * len(fed[0]), fed, learning_rate=0.05, epsilon=0.1), port)
    if decimals:
        printed = evidence.weights.round(decimals)
        evidence = replace(evidence, weights=printed, rounding=0.5 * 10.0**-decimals)
    told = diagnose([evidence], REFERENCE, largest=1)
    assert (told.best is not None, told.untold is not None) == (tells, not tells)


def explanation(
    *deviations: str, exact: bool = True, constants: Mapping[str, float] | None = None
) -> Explanation:
    chosen = tuple((d.partition("=")[0], d.partition("=")[2]) for d in deviations)
    return Explanation(chosen, constants or {}, (("float64", PLAIN),) if exact else None)


RANKED = [
    explanation("float32_hyperparameters=learning_rate", constants={"epsilon": 0.5}),
    explanation("float32_hyperparameters=learning_rate+decay_rate"),
    explanation("epsilon=inside"),
    explanation("epsilon=none"),
    explanation("root=none"),
    explanation("momentum=nesterov", constants={"momentum": 0.9}),
    explanation("mean_decay=ignored", constants={"mean_decay": 0.1}),
    explanation("learning_rate=ignored", constants={"learning_rate": 0.1}),
    explanation("epsilon=inside", "root=none"),
    explanation("initial_average=constant", constants={"initial_average": 0.5}),
    explanation("epsilon=inside", exact=False),
    explanation("epsilon=inside", "root=none", exact=False),
]


def test_bits_go_before_rounding_then_few_before_many_and_formulas_before_constants() -> None:
    for rotated in range(len(RANKED)):
        mixed = [*RANKED[rotated:], *RANKED[:rotated]][::-1]
        assert ranked(mixed) == RANKED


@pytest.mark.parametrize("short", [0.3, 1 / 7, 0.999, 0.0], ids=str)
def test_a_constant_of_few_digits_its_inverse_or_its_complement_goes_first(short: float) -> None:
    pair = [explanation("eps=ignored", constants={"epsilon": value}) for value in (short, 0.12)]
    assert ranked(pair[::-1]) == pair


def test_of_one_set_the_first_explanation_is_kept_in_order() -> None:
    a, b = explanation("epsilon=inside"), explanation("epsilon=inside", exact=False)
    c = explanation("root=none")
    assert unique([a, c, b]) == [a, c]
    assert unique([b, c, a]) == [b, c]


@pytest.mark.parametrize(
    ("deviations", "claim", "twins"),
    [
        (["momentum=lr_in_buffer"], [], [["momentum=lr_out_of_buffer"]]),
        (["momentum=lr_out_of_buffer"], [], [["momentum=lr_in_buffer"]]),
        (["momentum=nesterov"], [], [["momentum=nesterov"]]),
        (
            ["epsilon=inside", "momentum=lr_in_buffer", "clip=value"],
            [],
            [["epsilon=inside", "momentum=lr_out_of_buffer", "clip=value"]],
        ),
        # A rate that changes tells them apart.
        (["momentum=lr_in_buffer", "schedule=inverse_time"], [], []),
        (["momentum=lr_in_buffer"], ["schedule=inverse_time"], []),
        (
            ["momentum=lr_in_buffer", "schedule=no"],
            ["schedule=inverse_time"],
            [["momentum=lr_out_of_buffer", "schedule=no"]],
        ),
    ],
)
def test_twins_are_told_while_the_rate_is_constant(
    deviations: list[str], claim: list[str], twins: list[list[str]]
) -> None:
    best = explanation(*deviations, constants={"momentum": 0.9})
    found = diagnosing._twins(best, Dialect(claim), [shown()])
    assert [list(t.deviations) for t in found] == twins
    assert all(t.constants == best.constants for t in found)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_probe_is_asked_for_as_soon_as_two_are_apart(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [explanation("epsilon=inside"), explanation("root=none"), explanation("clip=norm")]
    monkeypatch.setattr(Search, "of_size", lambda *_: found[:count])
    asked: list[Sequence[Dialect]] = []
    diagnose([shown()], REFERENCE, asked.append)
    wanted = [Dialect(e.deviations) for e in found[:count]]
    assert asked == ([wanted] if count > 1 else [])


def test_twins_are_one_thing_to_a_probe_and_others_are_not() -> None:
    found = [
        explanation("momentum=lr_out_of_buffer"),
        explanation("momentum=nesterov"),
        explanation("momentum=lr_in_buffer"),
        explanation("root=none"),
    ]
    apart = distinct(found)
    assert [e.deviations for e in apart] == [
        ("root=none",),
        ("momentum=lr_in_buffer",),
        ("momentum=nesterov",),
    ]


def test_only_what_the_explanation_hides_is_masked() -> None:
    """Not what the claim hides already, and not what the explanation names."""
    found = diagnose([shown("mixed-arrays", Dialect(["average=none"]))], REFERENCE, largest=1)
    assert "epsilon" in found.masked
    assert "average" not in found.masked
    nothing = diagnose(
        [shown("mixed-arrays", Dialect(["average=none"]))], Dialect(["average=none"])
    )
    assert (nothing.best and nothing.best.deviations, nothing.masked) == ((), ())


# -- where nothing fits ---------------------------------------------------------------------------


def noisy(evidence: Evidence) -> Evidence:
    """Off by a millionth of a thousandth of the way, beyond all rounding in double."""
    noise = 1e-9 * np.random.default_rng(5).standard_normal(evidence.weights.shape)
    way = evidence.weights - evidence.initial
    return replace(evidence, weights=evidence.weights + noise * way)


@pytest.mark.parametrize(
    "found",
    [
        REFERENCE,
        Dialect(["epsilon=inside"]),
        Dialect(["momentum=nesterov"], {"momentum": 0.95}),
        Dialect(["direction=ascent"]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("hidden", [(), (0, 3, 9)])
def test_the_nearest_is_told_with_the_most_that_it_leaves(
    found: Dialect, hidden: tuple[int, ...]
) -> None:
    evidence = unseen(noisy(shown("mixed-arrays", found)), *hidden)
    told = diagnose([evidence], REFERENCE, largest=0)
    assert told.best is None
    assert told.nearest is not None
    assert dict(told.nearest.chosen) == dict(found.choices())
    steps = evidence.seen[: evidence.steps]
    weights = replay(evidence.scenario, [Hypothesis(found)]).weights[0][: evidence.steps][steps]
    observed = evidence.weights[: evidence.steps][steps]
    way = np.abs(observed - evidence.initial) + np.abs(weights - evidence.initial)
    left = np.abs(weights - observed) / np.where(way > 0, way, 1)
    assert told.nearest.left == pytest.approx(left.max(), rel=1e-9)
    assert told.nearest.evidence == "mixed-arrays"


def test_what_does_not_move_leaves_nothing_unexplained() -> None:
    evidence = noisy(shown(elements([0.5, 0.5, 0.5], [[0.0, 0.0, 1.0]] * 2)))
    told = diagnose([evidence], REFERENCE, largest=0)
    assert told.nearest is not None
    assert told.nearest.chosen == ()
    # Of what moved, the noise is left.
    assert 0 < told.nearest.left < 1e-8


@pytest.mark.parametrize(
    ("moved", "lost", "numberless"), [(4, 2, False), (4, 3, True), (3, 1, False), (3, 2, True)]
)
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_where_most_of_what_moved_is_no_number_that_is_told(
    value: float, moved: int, lost: int, numberless: bool
) -> None:
    """Over all pieces; what did not move, and what was not seen, counts for nothing."""
    gradients = [[1.0] * moved + [0.0] * (6 - moved), [1.0] * 6]
    first = noisy(unseen(shown(elements([0.5] * 6, gradients)), 1))
    second = noisy(shown("page-one-step"))
    assert second.weights.size == 4
    first.weights[0, :2] = second.weights[0, :lost] = value
    told = diagnose([first, second], REFERENCE, largest=0)
    assert (told.best, told.numberless) == (None, numberless)


def test_where_most_is_no_number_only_the_claim_itself_explains() -> None:
    fed = elements([0.5] * 4, [[1.0, math.nan, math.nan, math.nan]] * 2, epsilon=0.5)
    assert explained(diagnose([shown(fed)], REFERENCE, largest=1)) == ((), (("float64", PLAIN),))
    inside = shown(fed, Dialect(["epsilon=inside"]))
    told = diagnose([inside], REFERENCE, largest=1)
    assert told == Diagnosis(None, numberless=True, tried=told.tried)
    assert told.tried.size == 0


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_nothing_is_near_what_is_not_finite(value: float) -> None:
    """The piece that tells most is read, and here it tells nothing; most of the rest is numbers."""
    richest = shown(elements([0.5] * 9, [[1.0] * 9]))
    off = replace(richest, weights=np.full((1, 9), value))
    numbers = noisy(shown(elements([0.5] * 4, [[1.0, -2.0, 0.5, 0.25]] * 10)))
    told = diagnose([off, numbers], REFERENCE, largest=0)
    assert (told.best, told.nearest) == (None, None)


# -- how far it goes ------------------------------------------------------------------------------


def test_sets_larger_than_asked_for_are_not_looked_at() -> None:
    evidence = [shown("mixed-arrays", Dialect(["epsilon=inside", "state=reset"]))]
    for largest, size in (0, None), (1, None), (2, 2):
        best = diagnose(evidence, REFERENCE, largest=largest).best
        assert (best and len(best.chosen)) == size


def test_without_a_step_that_was_seen_nothing_is_said() -> None:
    evidence = shown("page-one-step")
    blind = replace(evidence, seen=np.zeros(1, dtype=bool))
    assert diagnose([blind], REFERENCE) == Diagnosis(None)
    assert diagnose([], REFERENCE) == Diagnosis(None)
    assert explained(diagnose([blind, evidence], REFERENCE)) == ((), (("float64", PLAIN),))


def test_a_port_that_stands_still_in_one_piece_only_does_update() -> None:
    still = shown("page-one-step", Dialect(["write=none"]))
    assert diagnose([still, shown("mixed-arrays")], REFERENCE, largest=0).best is None
    best = diagnose([still], REFERENCE, largest=0).best
    assert best is not None
    assert best.deviations == ("write=none",)


@pytest.mark.slow
def test_long_evidence_is_searched_in_its_first_steps_and_held_to_all() -> None:
    evidence = shown("thousand-steps")
    assert explained(diagnose([evidence], REFERENCE, largest=0)) == ((), (("float64", PLAIN),))
    inside = shown("thousand-steps", Dialect(["epsilon=inside"]))
    assert explained(diagnose([inside], REFERENCE, largest=1)) is not None
    later = replace(evidence, weights=evidence.weights.copy())
    later.weights[thinning.STEPS + 100 :] += 1.0
    told = diagnose([later], REFERENCE, largest=0)
    assert told.best is None


# One step of one size beside another epsilon: no constant that fits one number fits both.
OPEN = shown(elements([0.5], [[1.0]], epsilon=0.25, decay_rate=0.9))


@pytest.mark.slow
def test_probes_go_on_while_they_tell_nothing_and_stop_when_there_are_none() -> None:
    asked: list[int] = []

    def again(dialects: Sequence[Dialect]) -> Evidence:
        asked.append(len(dialects))
        return OPEN

    diagnose([OPEN], REFERENCE, again, largest=0)
    assert asked == [], "one explanation need not be told from others"
    evidence = shown(elements([0.5], [[1.0]]), Dialect(["average=last"]))
    found = diagnose([evidence], REFERENCE, again, largest=1)
    assert found.best is None
    assert len(set(asked)) == len(asked) == 1

    asked.clear()

    def same_piece(dialects: Sequence[Dialect]) -> Evidence:
        asked.append(len(dialects))
        return evidence

    several = diagnose([evidence], REFERENCE, same_piece, largest=1)
    assert len(asked) == diagnosing._PROBES
    # What no number determines is dropped after the first; then nothing changes.
    assert set(asked[1:]) == {asked[-1]}
    assert 2 <= asked[-1] <= asked[0]
    for end in None, replace(evidence, seen=np.zeros(1, dtype=bool)):
        asked.clear()
        told = diagnose([evidence], REFERENCE, lambda d, e=end: asked.append(len(d)) or e, 1)
        every = {e.deviations for e in (told.best, *told.alternatives) if e}
        # Nothing that more of the same left is lost.
        assert every >= {e.deviations for e in (several.best, *several.alternatives) if e}
        assert len(asked) == 1
