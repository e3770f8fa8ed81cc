"""What a search is made of: its time, where solving starts, and what of long evidence it reads."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from showing import elements, shown, unseen
from support import scenario

from harness.diagnosis import budget as timing
from harness.diagnosis.budget import Budget, OutOfTime
from harness.diagnosis.hypotheses import dialect
from harness.diagnosis.starts import starts
from harness.diagnosis.thinning import (
    STEPS,
    coupled,
    restricted,
    rows_to_read,
    rows_to_solve,
    thinned,
)
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario

# -- the time there is ----------------------------------------------------------------------------


def test_a_budget_ends_when_its_seconds_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(timing, "clock", lambda: now[0])
    budget, endless = Budget(5.0), Budget()
    now[0] = 104.5
    assert (budget.spent, budget.left) == (4.5, 0.5)
    budget.check()
    now[0] = 105.0
    assert budget.left == 0.0
    with pytest.raises(OutOfTime):
        budget.check()
    now[0] = 1e9
    endless.check()
    assert endless.left == math.inf


def test_a_budget_ends_when_far_more_time_went_by_than_was_worked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(timing, "clock", lambda: 1.0)
    monkeypatch.setattr(timing, "wall", lambda: now[0])
    budget = Budget(5.0)
    now[0] += 10 * 4.0
    assert (budget.spent, budget.left, budget.interrupted) == (0.0, 1.0, False)
    budget.check()
    now[0] += 10 * 1.0
    assert (budget.left, budget.interrupted) == (0.0, True)
    with pytest.raises(OutOfTime):
        budget.check()


def test_a_budget_is_of_the_threads_own_work() -> None:
    """Nothing that others do, nor time that goes by, is spent."""
    budget = Budget(60.0)
    start = time.process_time()
    other = threading.Thread(target=lambda: sum(range(2_000_000)))
    other.start()
    other.join()
    assert budget.spent < (time.process_time() - start) / 2


def test_progress_is_told_to_who_asks_for_it() -> None:
    told: list[tuple[str, int, int]] = []
    Budget(None, lambda *said: told.append(said)).tell("sets of 2", 3, 4)
    Budget(None).tell("nobody", 1, 2)
    assert told == [("sets of 2", 3, 4)]


# -- where solving starts -------------------------------------------------------------------------


def given(*deviations: str) -> Dialect:
    return dialect(Dialect(), tuple(tuple(d.split("=")) for d in deviations))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("deviations", "name", "size"),
    [
        (["epsilon=inside"], "epsilon", 4.0),
        (["state=epsilon_kept"], "epsilon", 4.0),
        (["initial_average=epsilon"], "epsilon", 4.0),
        (["root=none"], "epsilon", 4.0),
        (["epsilon=maximum"], "epsilon", 2.0),
        ([], "epsilon", 2.0),
        (["clip=value"], "clip", 2.0),
        (["clip=norm"], "clip", 4.0),
        (["clip=global_norm"], "clip", 32**0.5),
    ],
)
def test_starts_are_of_the_size_of_what_they_stand_beside(
    deviations: list[str], name: str, size: float
) -> None:
    """Four elements of size 2 in one array and four in another: norms of 4, and of both."""
    fed = scenario_of({"a": [2.0] * 4, "b": [-2.0] * 4})
    found = [x for (x,) in starts([name], given(*deviations), shown(fed))]
    assert any(math.isclose(x, size, rel_tol=1e-12) for x in found)
    assert min(found) <= 0.02 * size
    assert sorted(found) == found


def scenario_of(gradients: dict[str, list[float]], steps: int = 6) -> Scenario:
    fed = {name: np.array(g) for name, g in gradients.items()}
    weights = {name: np.zeros(len(g)) for name, g in gradients.items()}
    return replace(elements([0.0], [[1.0]]), weights=weights, gradients=[fed] * steps)


def test_combinations_of_starts_stay_few_and_in_the_order_of_the_names() -> None:
    evidence = shown(scenario_of({"a": [1.0, 3.0]}, 12))
    names = ["epsilon", "decay_rate", "every"]
    found = starts(names, Dialect(), evidence)
    assert 24 <= len(found) <= 60
    assert all(epsilon > 0 and 0 < d < 1 for epsilon, d, _ in found)
    assert {every for *_, every in found} == {2.0, 3.0, 4.0, 5.0}, "no count is left out"
    (rates,) = zip(*starts(["learning_rate"], Dialect(), evidence), strict=True)
    assert rates == (evidence.scenario.learning_rate,)
    counts = [n for (n,) in starts(["every"], Dialect(), shown(scenario_of({"a": [1.0]}, 9)))]
    assert counts == [2.0, 3.0, 4.0], "one drop is no schedule"


# -- less of long evidence ------------------------------------------------------------------------


def long(arrays: int, length: int, steps: int = 70) -> Evidence:
    rng = np.random.default_rng(2)
    fed = scenario_of({f"w{i}": [1.0] * length for i in range(arrays)}, steps)
    size = fed.size
    weights = np.cumsum(rng.standard_normal((steps, size)), axis=0)
    average = np.abs(weights)
    return Evidence("long", fed, "float64", weights, np.ones(steps, bool), moving_average=average)


@pytest.mark.parametrize(("arrays", "length"), [(3, 100), (60, 5), (200, 1)])
def test_of_every_array_that_is_kept_the_first_and_the_last_element_are(
    arrays: int, length: int
) -> None:
    whole = long(arrays, length)
    few = thinned(whole)
    assert few.scenario.size <= 30
    assert few.steps == STEPS
    assert few.scenario.names[0] == "w0"
    assert few.scenario.names[-1] == f"w{arrays - 1}"
    starts_at = np.cumsum([0, *few.scenario.lengths])
    for i, name in enumerate(few.scenario.names):
        place = int(name[1:]) * length
        columns = few.weights[:, starts_at[i] : starts_at[i + 1]]
        assert np.array_equal(columns[:, 0], whole.weights[:, place])
        assert np.array_equal(columns[:, -1], whole.weights[:, place + length - 1])
    assert few.moving_average is not None
    assert np.array_equal(few.moving_average, np.abs(few.weights))


def test_short_evidence_is_read_whole() -> None:
    evidence = shown("mixed-arrays")
    assert thinned(evidence).scenario is evidence.scenario


def test_a_restriction_feeds_what_it_shows_and_drops_arrays_without_any() -> None:
    evidence = shown("late-array")
    names, sizes = evidence.scenario.names, evidence.scenario.lengths
    mask = np.concatenate([np.full(n, i == 0) for i, n in enumerate(sizes)])
    part = restricted(evidence, mask)
    assert part.scenario.names == names[:1]
    assert np.array_equal(part.weights, evidence.weights[:, : sizes[0]])
    again = shown(part.scenario)
    assert np.array_equal(again.weights, part.weights), "elements have nothing to do with others"


@pytest.mark.parametrize(
    ("deviation", "together"),
    [
        ("clip=norm", True),
        ("clip=global_norm", True),
        ("clip=norm_plus_epsilon", True),
        ("state=shared", True),
        ("clip=value", False),
        ("state=reset", False),
    ],
)
def test_elements_that_have_to_do_with_each_other_are_never_parted(
    deviation: str, together: bool
) -> None:
    assert coupled(Dialect([deviation])) == together


def test_constants_are_solved_from_where_they_show_and_read_from_everywhere() -> None:
    evidence = shown(scenario("thousand-steps"))
    assert rows_to_solve(evidence, 0) == list(range(8))
    assert rows_to_solve(evidence, 20) == [0, 1, *range(20, 28)]
    assert rows_to_solve(evidence, 998) == [0, 1, 2, 3, 4, 5, 998, 999]
    read = rows_to_read(evidence)
    assert (len(read), read[0], read[-1]) == (24, 0, 999)
    blind = unseen(evidence, 0, 2, 999)
    assert rows_to_solve(blind, 0) == [1, *range(3, 10)]
    assert rows_to_read(blind)[-1] == 998
