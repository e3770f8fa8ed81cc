"""Roots that are off: how far they must be, at how many values, and where nothing can be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from showing import elements, shown, unseen

from harness.comparison import roots as room
from harness.comparison.roots import (
    _likeliest,
    _side_by_side,
    but_for_roots,
    equal_but_for_roots,
)
from harness.model.evidence import Evidence
from harness.model.observation import Observation
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.evaluation import library_arithmetics, ordinary_arithmetics
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper

REFERENCE = Dialect()
DIVIDE, LEFT = Arithmetic(quotient="divide_first"), Arithmetic(square="left")
MOST = np.iinfo(np.int64).max


def fed(seed: int = 1, steps: int = 6, count: int = 4) -> Scenario:
    """Weights that hardly outweigh their steps: what a root is off is not lost beside them."""
    rng = np.random.default_rng(seed)
    weights = 1e-3 * rng.standard_normal(count)
    return elements(weights.tolist(), rng.standard_normal((steps, count)).tolist(),
                    learning_rate=0.013, decay_rate=0.83)  # fmt: skip


def off(
    ulp: int, port: Dialect = REFERENCE, order: Arithmetic = PLAIN, given: Scenario | None = None
) -> Evidence:
    """What a port shows whose roots are all so many ULP above the correct ones."""
    return shown(given or fed(), port, replace(order, off=ulp))


def fitting(
    evidence: Evidence, port: Dialect = REFERENCE, asked: Sequence[Arithmetic] = (PLAIN,)
) -> tuple[tuple[Arithmetic, int], ...]:
    return equal_but_for_roots(evidence.scenario, port, "float64", evidence.weights, asked)


def few(*places: tuple[int, int], ulp: int = 1, port: str = "", steps: int = 6) -> Evidence:
    """What a port shows whose roots are correct but for those of some steps and elements."""
    s = fed(steps + 7, steps)
    w, v, rows = s.weights["w"], 0.0, []
    lr, d = s.learning_rate, s.decay_rate
    for t, step in enumerate(s.gradients):
        g = step["w"]
        v = d * v + ((1 - d) * g * g if port == "left" else (1 - d) * (g * g))
        root = np.sqrt(v)
        for i in [i for at, i in places if at == t]:
            for _ in range(ulp):
                root[i] = np.nextafter(root[i], np.inf)
        den = root + s.epsilon
        w = w - (lr * (g / den) if port == "divide" else lr * g / den)
        rows.append(w)
    return replace(shown(s), weights=np.array(rows))


def must(evidence: Evidence) -> int:
    """At how many values no correct root leads from the weights before to those after."""
    s, v, before, count = evidence.scenario, 0.0, evidence.initial, 0
    for row, step in zip(evidence.weights, s.gradients, strict=True):
        g = step["w"]
        v = s.decay_rate * v + (1 - s.decay_rate) * (g * g)
        count += int((before - (s.learning_rate * g) / (np.sqrt(v) + s.epsilon) != row).sum())
        before = row
    return count


@pytest.mark.parametrize("ulp", [1, -1, 2, -2])
def test_roots_are_off_by_as_much_as_they_must_be_and_where_they_must(ulp: int) -> None:
    evidence = off(ulp)
    assert 4 < must(evidence) <= evidence.weights.size
    ((order, count),) = fitting(evidence)
    assert order == replace(PLAIN, off=abs(ulp))
    assert count == must(evidence)


def test_correct_roots_need_not_be_off_and_one_wrong_value_is_no_root() -> None:
    right = off(0)
    assert fitting(right) == ((replace(PLAIN, off=1), 0),)
    for step in 0, 5:
        weights = right.weights.copy()
        weights[step, 2] *= 1 + 1e-12
        assert fitting(replace(right, weights=weights)) == ()
    lost = replace(right, weights=np.where(right.weights > 0, right.weights, np.nan))
    assert fitting(lost) == ()


def test_orders_are_told_apart_each_with_the_least_that_roots_are_off() -> None:
    evidence = off(1, order=DIVIDE)
    asked = [PLAIN, DIVIDE, LEFT]
    found = dict(fitting(evidence, asked=asked))
    assert replace(DIVIDE, off=1) in found
    assert replace(LEFT, off=1) not in found
    assert len({replace(a, off=0) for a in found}) == len(found), "each is listed once"
    assert set(found) == {a for order in asked for a in dict(fitting(evidence, asked=[order]))}


@pytest.mark.parametrize("momentum", ["lr_in_buffer", "lr_out_of_buffer", "nesterov"])
@pytest.mark.parametrize("ulp", [0, 1])
def test_with_momentum_all_buffers_that_are_possible_go_on(momentum: str, ulp: int) -> None:
    port = Dialect([f"momentum={momentum}"], {"momentum": 0.9})
    evidence = off(ulp, port, given=fed(steps=4))
    ((order, count),) = fitting(evidence, port)
    assert order == replace(PLAIN, off=1)
    assert (0 < count <= evidence.weights.size) if ulp else count == 0
    weights = evidence.weights.copy()
    weights[3, 1] *= 1 + 1e-12
    assert fitting(replace(evidence, weights=weights), port) == ()


@pytest.mark.parametrize("momentum", ["lr_in_buffer", "lr_out_of_buffer", "nesterov"])
def test_with_momentum_roots_may_be_off_now_this_way_and_now_that(momentum: str) -> None:
    """What was off goes on in the buffer, whatever the next root is."""
    port, given = Dialect([f"momentum={momentum}"], {"momentum": 0.9}), fed(steps=5)
    ways = [Hypothesis(port, replace(PLAIN, off=k)) for k in (-1, 0, 1)]
    stepper, rows = Stepper(given, ways), []
    for way in 2, 1, 0, 2, 2:
        weights, _ = stepper.step()
        rows.append(weights[way])
        buffers = stepper.buffers()
        stepper.put(*(np.broadcast_to(x[way], x.shape) for x in (weights, buffers)))
    evidence = replace(shown(given, port), weights=np.array(rows))
    ((order, count),) = fitting(evidence, port)
    assert order == replace(PLAIN, off=1)
    assert 0 < count <= 16, "in one of five steps none is off"


@pytest.mark.parametrize(
    ("deviations", "says"),
    [
        ([], True),
        (["clip=global_norm"], True),
        (["state=shared"], True),
        (["clip=norm", "momentum=lr_in_buffer"], True),
        (["clip=global_norm", "momentum=lr_in_buffer"], False),
        (["clip=global_norm_plus_epsilon", "momentum=lr_in_buffer"], False),
        (["state=shared", "momentum=nesterov"], False),
        (["average=none"], False),
        (["root=none"], False),
        (["state=root_kept"], False),
    ],
)
def test_nothing_is_said_where_a_root_enters_more_than_its_step(
    deviations: list[str], says: bool
) -> None:
    port = Dialect(deviations, {"momentum": 0.9, "clip": 1.5})
    assert bool(fitting(off(0, port, given=fed(steps=1)), port)) is says


# -- several pieces -------------------------------------------------------------------------------


def together(*evidence: Evidence | Observation, **given: Any) -> Arithmetic | None:
    rows = [(e.scenario if isinstance(e, Evidence) else fed(13), REFERENCE, e) for e in evidence]
    return but_for_roots(rows, given.get("precision", "float64"))


def test_the_order_is_named_that_fits_all_pieces_with_the_fewest_roots_off() -> None:
    one, two, three = few((0, 1), steps=6), few((3, 0), (2, 2), ulp=2, steps=9), few(steps=7)
    assert must(one) == 1
    assert must(two) > 0
    assert together(one, three) == replace(PLAIN, off=1)
    assert together(one, two) == together(two, one) == replace(PLAIN, off=2)
    for port, order in (("divide", DIVIDE), ("left", LEFT)):
        pieces = [few((1, 2), port=port, steps=n) for n in (8, 9)]
        assert together(*pieces) == replace(order, off=1)
    floats = shown(fed().in_precision("float32"), precision="float32")
    assert together(floats, precision="float32") == replace(PLAIN, off=1)


@pytest.mark.parametrize(
    ("here", "there", "best"),
    [
        # How many roots are off is counted over both,
        ({PLAIN: (1, 1), DIVIDE: (1, 3)}, {PLAIN: (1, 5), DIVIDE: (1, 2)}, (DIVIDE, 1)),
        ({PLAIN: (1, 1), DIVIDE: (1, 5)}, {PLAIN: (1, 4), DIVIDE: (1, 2)}, (PLAIN, 1)),
        # how far they are goes before, wherever it is,
        ({PLAIN: (1, 1), DIVIDE: (2, 0)}, {PLAIN: (1, 5), DIVIDE: (1, 0)}, (PLAIN, 1)),
        ({PLAIN: (1, 1), DIVIDE: (1, 0)}, {PLAIN: (1, 5), DIVIDE: (2, 0)}, (PLAIN, 1)),
        # and of the rest each fits one of them only.
        ({PLAIN: (1, 1), DIVIDE: (1, 0)}, {PLAIN: (2, 5), LEFT: (1, 0)}, (PLAIN, 2)),
        ({DIVIDE: (1, 0)}, {LEFT: (1, 0)}, None),
    ],
)
def test_of_what_fits_all_pieces_that_is_best_of_which_the_fewest_roots_are_off(
    here: dict[Arithmetic, tuple[int, int]],
    there: dict[Arithmetic, tuple[int, int]],
    best: tuple[Arithmetic, int] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked_of: dict[int, tuple[int, list[Arithmetic]]] = {}

    def fits(scenario: Scenario, _: object, precision: str, rows: Any, asked: Any) -> Any:
        asked_of[scenario.steps] = len(rows), asked
        left = {3: here, 7: there}[scenario.steps]
        return [(replace(a, off=left[a][0]), left[a][1]) for a in asked if a in left]

    monkeypatch.setattr(room, "equal_but_for_roots", fits)
    pieces = off(0, given=fed(3, steps=7)), off(0, given=fed(2, steps=3))
    assert together(*pieces) == (best and replace(best[0], off=best[1]))
    assert list(asked_of) == [3, 7], "the smallest goes first"
    every = *ordinary_arithmetics(REFERENCE, "float64"), *library_arithmetics(REFERENCE, "float64")
    assert asked_of[3] == (3, list(every))
    assert asked_of[7] == (7, [a for a in every if a in here])


def test_orders_are_those_of_the_precision_in_that_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every: list[Arithmetic] = []
    monkeypatch.setattr(room, "equal_but_for_roots", lambda *given: every.extend(given[-1]) or [])
    floats = shown(fed().in_precision("float32"), precision="float32")
    assert together(floats, precision="float32") is None
    ordinary = ordinary_arithmetics(REFERENCE, "float32")
    libraries = library_arithmetics(REFERENCE, "float32")
    assert every == [*(a for a in ordinary if not a.precision), *libraries]
    assert len(every) < len(ordinary) + len(libraries)


def test_what_was_rounded_or_not_seen_tells_nothing() -> None:
    evidence = off(1)
    assert together(replace(evidence, rounding=1e-12)) is None
    assert together(unseen(evidence, 2)) is None
    assert together(evidence, unseen(off(1, given=fed(2)), 5)) is None
    assert together(Observation(weights=few((1, 1)).weights)) == replace(PLAIN, off=1)
    # What comes after the last step of the scenario is none of it.
    longer = np.concatenate([few((1, 1)).weights, evidence.weights[:1]])
    seen = np.array([True] * 6 + [False])
    assert together(Observation(weights=longer, seen=seen)) == replace(PLAIN, off=1)


# -- side by side ---------------------------------------------------------------------------------


def test_copies_stand_side_by_side_array_after_array() -> None:
    one = elements([0.5, 1.0], [[1.0, 2.0], [3.0, 4.0]])
    assert _side_by_side(one, 1) is one
    three = _side_by_side(one, 3)
    assert three.lengths == (2, 2, 2)
    assert np.concatenate(list(three.weights.values())).tolist() == [0.5, 1.0] * 3
    for step, row in zip(three.gradients, ([1.0, 2.0], [3.0, 4.0]), strict=True):
        assert tuple(step) == three.names
        assert np.concatenate(list(step.values())).tolist() == row * 3


def test_of_buffers_those_that_need_fewest_roots_go_on_each_once() -> None:
    """Two offs, three copies, two elements; what cannot be is never gone on from."""
    buffers = np.array([[[[1.0, 7.0], [2.0, 7.0], [3.0, 7.0]],
                         [[2.0, 8.0], [4.0, 9.0], [5.0, 9.0]]]])  # fmt: skip
    needed = np.array([[[[3, MOST], [2, MOST], [MOST, MOST]],
                        [[1, 4], [0, 6], [5, 5]]]])  # fmt: skip
    chosen, counts = _likeliest(buffers, needed)
    assert chosen[0].T.tolist() == [[4.0, 2.0, 1.0], [8.0, 9.0, 8.0]]
    assert counts[0].T.tolist() == [[0, 1, 3], [4, 5, 4]]
    assert counts.dtype == np.int64
