"""Which evidence is read for what, and what comes near on less than all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from showing import REFERENCE, elements, piece, shown, unseen

from harness.diagnosis import fitting as reading
from harness.diagnosis.budget import Budget
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.fitting import Fitting
from harness.diagnosis.hypotheses import Deviations
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect

NOTHING: Deviations = ()
INSIDE: Deviations = (("epsilon", "inside"),)
ASCENT: Deviations = (("direction", "ascent"),)
NESTEROV: Deviations = (("momentum", "nesterov"),)
CLIPPED: Deviations = (("clip", "norm"),)


def fitting(evidence: Sequence[Evidence]) -> Fitting:
    return Fitting(REFERENCE, evidence, Budget())


def test_of_pieces_that_are_long_enough_the_richest_is_read_first() -> None:
    pieces = [piece(4, 11), piece(1, 12), piece(2, 13), piece(1, 40)]
    names = [e.name for e in fitting(pieces).full.evidence]
    assert names == ["2 x 13", "1 x 40", "1 x 12", "4 x 11"]


@pytest.mark.parametrize("size", [3, 100])
def test_more_evidence_is_taken_by_all_that_reads_it(size: int) -> None:
    budget = Budget()
    read = Fitting(REFERENCE, [piece(size, 3)], budget)
    read.add(piece(1, 2))
    every = [read.full, read.shortened, read.few]
    assert [[e.name for e in t.evidence][1:] for t in every] == [["1 x 2"]] * 3
    assert (read.few is read.shortened) == (size == 3)
    assert all(t.budget is budget for t in every), "one time for all that is read"


# -- what comes near ------------------------------------------------------------------------------

CLIP = Dialect(["clip=norm"])


def test_of_many_elements_few_are_looked_at_unless_they_have_to_do_with_each_other() -> None:
    candidates = [(CLIPPED, {}), (NOTHING, {}), (INSIDE, {})]

    def near(found: Dialect) -> list[Deviations]:
        read = fitting([piece(100, 3, found, clip=2.0)])
        assert read.few is not read.shortened
        return [chosen for chosen, _ in read._near(candidates)]

    assert near(CLIP) == [CLIPPED]
    assert near(Dialect(["epsilon=none"])) == [NOTHING, INSIDE]
    assert near(Dialect(["direction=ascent"])) == []


@pytest.mark.parametrize(
    ("chosen", "constants"),
    [(CLIPPED, {"clip": 0.7}), (NESTEROV, {"momentum": 0.75})],
    ids=["of all elements", "of a few"],
)
def test_constants_are_solved_from_all_elements_where_these_have_to_do_with_each_other(
    chosen: Deviations, constants: dict[str, float]
) -> None:
    port = Dialect([f"{axis}={value}" for axis, value in chosen], constants)
    read = fitting([piece(50, 3, port)])
    opened = [(CLIPPED, ("clip",)), (NESTEROV, ("momentum",))]
    found = read.solved(opened)
    assert [(e.chosen, e.constants) for e in found] == [(chosen, constants)]


@pytest.mark.parametrize("dense", [True, False])
def test_constants_are_solved_from_the_first_step_of_two_that_is_off(
    dense: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = piece(3, 6)
    off = evidence.weights.copy()
    off[5] += 0.5
    read = fitting([unseen(replace(evidence, weights=off), 0, 1, 2, 4)])
    assert read.few.first_off == 5
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(reading, "solved_for", lambda *given: asked.append(given) or [])
    opened = [(NESTEROV, ("momentum",))]
    assert read.solved(opened, dense) == []
    assert asked == [(read.few, opened, [3, 5], [3, 5], dense, [])]


def test_what_only_other_numbers_bring_near_is_settled_with_them() -> None:
    """A square that is flushed leaves nothing under the root; floats of what cancels differ."""
    tiny = elements(
        [0.5, 0.25], [[1e-160, -1e-160]] * 3, learning_rate=2.0**-33, decay_rate=0.5, epsilon=1e-170
    )
    flushed = shown(tiny, Dialect(["subnormals=flushed"]))
    candidates = [(INSIDE, {}), (NOTHING, {}), (ASCENT, {}), (NOTHING, {})]
    found = fitting([flushed]).explained(candidates)
    assert [e.chosen for e in found] == [(("subnormals", "flushed"),)] * 2
    kept = fitting([shown(tiny)]).explained([(NOTHING, {}), (ASCENT, {})])
    assert [e.chosen for e in kept] == [NOTHING], "what comes near as it is stays"

    centered: Deviations = (("centered", "yes"),)
    floats = {"learning_rate": 2.0**-10, "decay_rate": 0.5, "epsilon": 2.0**-27}
    cancels = elements([0.5, 0.25], [[1.0, -3.0]] * 26, **floats)
    narrow = shown(cancels, Dialect(["centered=yes", "precision=float32"]))
    read = fitting([narrow])
    assert read._near([(centered, {})]) == []
    found = read.explained([(centered, {}), (INSIDE, {}), (centered, {})])
    assert [e.chosen for e in found] == [(*centered, ("precision", "float32"))] * 2


def test_what_fits_the_first_steps_is_held_to_all_of_them() -> None:
    both = [Explanation(NOTHING), Explanation(INSIDE)]
    whole = piece(3, 2)
    off = whole.weights.copy()
    off[-1] += 1.0
    read = fitting([whole])
    assert read.verified(both) == both, "all of it was looked at"
    assert [e.chosen for e in read.still_fitting(both)] == [NOTHING]
    read = fitting([piece(49, 2)])
    assert [e.chosen for e in read.verified(both)] == [NOTHING]
    read.add(replace(whole, weights=off))
    assert read.still_fitting(both) == []
