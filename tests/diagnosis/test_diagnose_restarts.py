"""A state that is lost, or a learning rate that changes, named from several scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapes.classes import judged, some
from showing import REFERENCE, elements, shown
from support import alike
from test_diagnose_where import DECAYED, INSIDE, fed

from harness.diagnosis.budget import Budget
from harness.diagnosis.explanation import Change, Explanation
from harness.diagnosis.restarts import turn
from harness.diagnosis.where import change
from harness.model.evidence import Evidence
from harness.report import words
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario


def restarted(given: Scenario, lost: Sequence[int], found: Dialect) -> Evidence:
    """What is seen of a port whose state is lost after these steps."""
    ends = [*(step for step in lost if step < given.steps), given.steps]
    rows, weights = [], given.weights
    for start, end in zip([0, *ends], ends, strict=False):
        part = shown(replace(given, weights=weights, gradients=given.gradients[start:end]), found)
        rows.append(part.weights)
        cuts = np.cumsum(given.lengths)[:-1]
        weights = dict(zip(given.names, np.split(part.weights[-1], cuts), strict=True))
    return replace(shown(given), weights=np.concatenate(rows))


def pieces(lost: Sequence[int], found: Dialect) -> list[Evidence]:
    """Of three scenarios, the last of which ends soon."""
    return [restarted(fed(steps, seed), lost, found) for steps, seed in ((14, 1), (9, 2), (3, 3))]


@pytest.mark.parametrize(
    ("lost", "repeated"),
    alike(
        [([5], False), ([3, 6, 9, 12], True), ([9], False), ([2 * i for i in range(1, 7)], True)],
        suite=2,
    ),
)
@pytest.mark.parametrize("found", alike([INSIDE, REFERENCE, DECAYED]), ids=repr)
def test_a_state_that_is_lost_is_told_with_its_step(
    lost: list[int], repeated: bool, found: Dialect
) -> None:
    told = turn(REFERENCE, pieces(lost, found), Budget())
    assert told is not None
    assert (told.kind, told.step, told.repeated) == ("state", lost[0], repeated)
    assert told.before.deviations == found.deviations
    assert told.before.constants == dict(found.constants)


def test_what_happens_at_other_steps_elsewhere_is_no_loss_of_the_state() -> None:
    first, second, third = pieces([4], REFERENCE)
    other = restarted(second.scenario, [6], REFERENCE)
    assert turn(REFERENCE, [first, second, third], Budget()) is not None
    assert turn(REFERENCE, [first, other, third], Budget()) is None


def test_where_one_number_after_it_is_off_nothing_is_said_to_be_lost() -> None:
    first, *others = pieces([4], REFERENCE)
    weights = first.weights.copy()
    weights[-1, 0] += 1e-9
    off = replace(first, weights=weights)
    assert turn(REFERENCE, [off, *others], Budget()) is None


OWN_RATE = Dialect(["learning_rate=ignored"], {"learning_rate": 0.003})


@pytest.mark.parametrize(
    ("found", "factor", "rate"),
    alike(
        [
            (REFERENCE, 0.1, None),
            (INSIDE, 0.37, None),
            (REFERENCE, None, 0.002),
            (REFERENCE, 0.0, 0.0),
            (OWN_RATE, 0.5, 0.0015),
        ],
    ),
    ids=repr,
)
def test_a_learning_rate_that_changes_is_told_as_what_all_have_in_common(
    found: Dialect, factor: float | None, rate: float | None
) -> None:
    """Scenarios with learning rates of their own tell a factor from a rate."""
    seen = []
    for i, e in enumerate(pieces([], REFERENCE)):
        given = e.scenario.having({"learning_rate": 0.01 * (i + 1)})
        first = 0.003 if found is OWN_RATE else given.learning_rate
        later = rate if factor is None else first * factor
        assert later is not None
        rates = tuple(first if t < 4 else later for t in range(given.steps))
        own = Dialect([d for d in found.deviations if d.startswith("epsilon")])
        changed = replace(given, learning_rates=rates, learning_rate=first)
        seen.append(replace(shown(given), weights=shown(changed, own).weights))
    told = turn(REFERENCE, seen, Budget())
    assert told is not None
    assert (told.kind, told.step) == ("learning_rate", 4)
    assert told.before.deviations == found.deviations
    for seen_as, wanted in ((told.factor, factor), (told.learning_rate, rate)):
        assert seen_as == (None if wanted is None else pytest.approx(wanted, rel=1e-9))
    weights = seen[0].weights.copy()
    weights[-1, 0] += 1e-9
    off = replace(seen[0], weights=weights)
    assert turn(REFERENCE, [off, *seen[1:]], Budget()) is None


@pytest.mark.slow
@pytest.mark.parametrize("epsilon", ["inside", "outside"])
def test_a_learning_rate_that_changes_again_and_again_is_a_schedule(epsilon: str) -> None:
    """After more steps than a search starts from; once more after as many, it is none."""
    given = {"factor": 0.37, "every": 8.0}
    port = Dialect([f"epsilon={epsilon}", "schedule=steps"], given)
    seen = [shown(fed(steps, seed), port) for steps, seed in ((18, 1), (11, 2), (3, 3))]
    told = turn(REFERENCE, seen, Budget())
    assert isinstance(told, Explanation)
    assert (told.deviations, told.constants) == (port.deviations, given)
    alone = change(REFERENCE, seen[0], Budget())
    assert isinstance(alone, Explanation)
    assert (alone.deviations, alone.constants) == (port.deviations, given)
    off = seen[0].weights.copy()
    off[16, 0] += 1e-6
    assert turn(REFERENCE, [replace(seen[0], weights=off), *seen[1:]], Budget()) is None


def test_one_number_after_a_step_tells_no_learning_rate() -> None:
    seen = shown(elements([0.5], [[0.5], [0.25], [-0.5]]))
    weights = seen.weights.copy()
    weights[-1] += 1e-3
    told = change(REFERENCE, replace(seen, weights=weights), Budget())
    assert isinstance(told, Change)
    assert (told.step, told.kind) == (2, "")


PORT = """
class Restarts:
    def __init__(self, lr=0.001, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.cache, self.t = lr, rho, eps, {{}}, 0

    def update(self, params, grads):
        self.t += 1
        if self.t {when}:
            {what}
        for key, g in grads.items():
            v = self.rho * self.cache.get(key, 0 * g) + (1 - self.rho) * (g * g)
            self.cache[key] = v
            params[key] -= self.lr * g / (v**0.5 + self.eps)
"""

LOSES = "self.cache = {}"


@pytest.mark.parametrize(
    ("when", "what", "told"),
    [
        ("== 9", LOSES, "up to step 8: as claimed; the state is lost before step 9"),
        pytest.param(
            "== 5",
            "self.lr /= 10",
            "up to step 4: as claimed; 0.1 times the learning rate from step 5 on",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "== 6",
            "self.lr = 1e-4",
            "up to step 5: as claimed; another learning rate from step 6 on,"
            " 0.0001 whatever was given",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "== 501",
            LOSES,
            "up to step 500: as claimed; the state is lost before step 501",
            marks=pytest.mark.slow,
        ),
        ("% 4 == 1", LOSES, "up to step 4: as claimed; the state is lost after every 4 steps"),
    ],
)
def test_of_a_port_that_changes_at_a_step_check_says_when(
    tmp_path: Path, when: str, what: str, told: str
) -> None:
    path = tmp_path / "restarts.py"
    path.write_text(PORT.format(when=when, what=what))
    long = ["thousand-steps"] * (when == "== 501")
    given = some(["page-ten-steps", "mixed-arrays", "page-one-step", *long])
    found = judged(path, ["Restarts"], given)["Restarts"]
    assert found.verdict.word == "diverges"
    assert words.why(found).startswith(f"{told}; the moving average that it reports is ")
