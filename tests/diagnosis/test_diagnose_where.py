"""Where, not only what: a beginning that one set explains, arrays with settings of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from showing import REFERENCE, elements, shown
from support import alike, scenario

from harness.diagnosis import where
from harness.diagnosis.budget import Budget
from harness.diagnosis.diagnose import Change, Explanation, diagnose
from harness.diagnosis.search import Search
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario

INSIDE = Dialect(["epsilon=inside"])
DECAYED = Dialect(["weight_decay=coupled"], {"weight_decay": 0.03})


def fed(steps: int = 10, seed: int = 3) -> Scenario:
    """Two arrays and a few steps, no gradient of which is zero."""
    rng = np.random.default_rng(seed)
    return Scenario(
        name="fed",
        catches="",
        learning_rate=0.01,
        decay_rate=0.9,
        epsilon=1e-3,
        weights={"kernel": rng.standard_normal(4), "bias": rng.standard_normal(3)},
        gradients=[
            {"kernel": rng.standard_normal(4), "bias": rng.standard_normal(3)} for _ in range(steps)
        ],
    )


def resumed(given: Scenario, step: int, found: Dialect) -> Evidence:
    """What is seen of a port whose state is lost after a step: saved weights, nothing else."""
    first = shown(replace(given, gradients=given.gradients[:step]), found)
    cuts = np.cumsum(given.lengths)[:-1]
    saved = dict(zip(given.names, np.split(first.weights[-1], cuts), strict=True))
    later = shown(replace(given, weights=saved, gradients=given.gradients[step:]), found)
    weights = np.concatenate([first.weights, later.weights])
    return Evidence("resumed", given, "float64", weights, np.ones(given.steps, dtype=bool))


def change(evidence: Evidence, claim: Dialect = REFERENCE) -> Change:
    assert diagnose([evidence], claim, None, 1).best is None
    found = where.change(claim, evidence, Budget())
    assert isinstance(found, Change)
    return found


def test_what_a_beginning_tells_of_all_is_no_change_but_the_explanation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A constant that all steps together did not lead to, the first did: nothing changes."""
    evidence = shown(fed(), DECAYED)
    found = where.change(REFERENCE, evidence, Budget())
    assert isinstance(found, Explanation)
    assert (found.deviations, found.constants) == (DECAYED.deviations, DECAYED.constants)
    monkeypatch.setattr(Search, "of_size", _blind(Search.of_size, len(evidence.weights)))
    best = diagnose([evidence], REFERENCE).best
    assert best is not None
    assert (best.deviations, best.constants) == (DECAYED.deviations, DECAYED.constants)


def _blind(
    of_size: Callable[[Search, int], list[Explanation]], steps: int
) -> Callable[[Search, int], list[Explanation]]:
    """A search that finds nothing in evidence of so many steps."""

    def instead(search: Search, size: int) -> list[Explanation]:
        return [] if search.fitting.full.evidence[0].steps == steps else of_size(search, size)

    return instead


@pytest.mark.parametrize("step", alike([3, 2, 6]))
@pytest.mark.parametrize("found", alike([DECAYED, REFERENCE, INSIDE]), ids=repr)
def test_a_state_that_is_lost_once_is_told_with_its_step(step: int, found: Dialect) -> None:
    told = change(resumed(fed(), step, found))
    assert (told.kind, told.step) == ("state", step)
    assert set(told.before.deviations) == set(found.deviations)
    assert told.before.constants == dict(found.constants)


@pytest.mark.parametrize(("step", "factor"), alike([(5, 0.037), (6, 3.0), (3, 0.5), (4, 0.1)]))
def test_a_learning_rate_that_changes_is_told_with_step_and_factor(
    step: int, factor: float
) -> None:
    given = fed()
    rates = tuple(0.01 * (factor if t >= step else 1) for t in range(given.steps))
    weights = shown(replace(given, learning_rates=rates)).weights
    told = change(replace(shown(given), weights=weights))
    assert (told.kind, told.step, told.before.chosen) == ("learning_rate", step, ())
    assert told.factor == pytest.approx(factor, rel=1e-9)
    assert told.learning_rate == pytest.approx(0.01 * factor, rel=1e-9)
    printed = replace(shown(given), weights=weights.round(8), rounding=5e-9)
    assert (told.printed, change(printed).printed) == (False, True)


@pytest.mark.parametrize("decimals", alike([4, 3]))
def test_weights_that_stand_still_in_print_have_no_rate_that_is_small(decimals: int) -> None:
    given = fed()
    rates = tuple(0.01 * (t < 4) for t in range(given.steps))
    weights = shown(replace(given, learning_rates=rates)).weights.round(decimals)
    printed = replace(shown(given), weights=weights, rounding=0.5 * 10**-decimals)
    assert (change(printed).step, change(printed).factor) == (4, 0.0)


def test_of_a_beginning_nothing_is_said_that_is_not_known_of_what_comes_after() -> None:
    evidence = shown(fed())
    weights = evidence.weights.copy()
    weights[5:] += np.random.default_rng(1).standard_normal(weights[5:].shape)
    told = change(replace(evidence, weights=weights))
    assert (told.kind, told.step, told.before.chosen) == ("", 5, ())


def test_places_are_told_where_no_two_deviations_explain_what_was_seen() -> None:
    evidence = resumed(fed(), 4, REFERENCE)
    told = diagnose([evidence], REFERENCE, seconds=None)
    assert told.best is None
    assert told.change is not None
    assert (told.change.kind, told.change.step) == ("state", 4)
    assert told.tried.size == 2, "sets of three are not looked at then"


def test_where_one_set_explains_everything_no_place_is_told() -> None:
    for found in REFERENCE, INSIDE, DECAYED:
        told = diagnose([shown(fed(), found)], REFERENCE)
        assert told.best is not None
        assert (told.change, told.parts) == (None, ())


def grouped(given: Scenario, **settings: Dialect) -> Evidence:
    """What is seen where every array has a dialect of its own."""
    evidence = shown(given)
    columns = []
    for name, length in zip(given.names, given.lengths, strict=True):
        rows = shown(given, settings.get(name, REFERENCE)).weights
        start = sum(given.lengths[: given.names.index(name)])
        columns.append(rows[:, start : start + length])
    return replace(evidence, weights=np.concatenate(columns, axis=1))


def parts(evidence: Evidence) -> list[tuple[Sequence[str], tuple[str, ...] | None]]:
    assert diagnose([evidence], REFERENCE, None, 1).best is None
    return [
        (part.places, part.explanation.deviations if part.explanation else None)
        for part in where.parts(REFERENCE, evidence, Budget())
    ]


@pytest.mark.parametrize(
    ("settings", "told"),
    alike(
        [
            (
                {"kernel": DECAYED, "bias": INSIDE},
                [(("kernel",), ("weight_decay=coupled",)), (("bias",), ("epsilon=inside",))],
            ),
            ({"bias": INSIDE}, [(("kernel",), ()), (("bias",), ("epsilon=inside",))]),
            ({"kernel": INSIDE}, [(("bias",), ()), (("kernel",), ("epsilon=inside",))]),
        ]
    ),
)
def test_arrays_with_settings_of_their_own_are_told_apart(
    settings: dict[str, Dialect], told: list[tuple[Sequence[str], tuple[str, ...]]]
) -> None:
    assert parts(grouped(fed(), **settings)) == told


def test_what_print_leaves_open_of_a_constant_is_told_of_a_part_too() -> None:
    seen = grouped(fed(), kernel=Dialect(["decay_rate=ignored"], {"decay_rate": 0.4713}))
    printed = replace(seen, weights=seen.weights.round(6), rounding=5e-7)
    claimed, other = where.parts(REFERENCE, printed, Budget())
    assert claimed.explanation == Explanation(())
    assert other.explanation is not None
    low, high = other.explanation.intervals["decay_rate"]
    assert low < 0.4713 < high


def test_an_element_that_nothing_explains_is_named_beside_those_as_claimed() -> None:
    evidence = shown(elements([0.5, 1.0, -0.5], [[1.0, 0.5, -0.25], [0.5, 1.0, 0.125]] * 2))
    weights = evidence.weights.copy()
    weights[:, 1] = np.nan
    assert parts(replace(evidence, weights=weights)) == [
        (("w[0]", "w[2]"), ()),
        (("w[1]",), None),
    ]


def test_rows_without_a_gradient_that_are_skipped_are_a_deviation_not_a_place() -> None:
    given = scenario("mixed-arrays")
    sparse = [
        {name: np.where(np.arange(g.size) % 3 == t % 3, 0.0, g) for name, g in step.items()}
        for t, step in enumerate(given.gradients)
    ]
    evidence = shown(replace(given, gradients=sparse), Dialect(["untouched=skipped"]))
    found = diagnose([evidence], REFERENCE)
    assert found.best is not None
    assert found.best.deviations == ("untouched=skipped",)


def test_one_number_that_is_off_tells_no_constant() -> None:
    """Any factor of the learning rate would fit the only step of the only element that is off."""
    seen = shown("zero-gradients")
    weights = seen.weights.copy()
    weights[-1, 1] += 1e-4
    found = where.parts(REFERENCE, replace(seen, weights=weights), Budget())
    assert [part.places for part in found] == [("w[0]", "w[2]"), ("w[1]",)]
    assert [part.explanation for part in found] == [Explanation(()), None]
