"""The search of a diagnosis, part by part: what each may drop, and what it must keep."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from showing import REFERENCE, elements, explained, shown, unseen
from support import alike, scenario

from harness.diagnosis import budget
from harness.diagnosis import constants as constants_room
from harness.diagnosis import search as searching
from harness.diagnosis import trial as trying
from harness.diagnosis.budget import Budget
from harness.diagnosis.diagnose import Explanation, diagnose
from harness.diagnosis.fitting import Fitting
from harness.diagnosis.hypotheses import USUAL, Deviations
from harness.diagnosis.iterates import Solved
from harness.diagnosis.nearest import nearest, usual_constants
from harness.diagnosis.noise import storable
from harness.diagnosis.search import Search
from harness.diagnosis.trial import Surviving, Trial
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import LIBRARIES
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.rounding.envelope import running_envelopes

LEFT, DIVIDE = Arithmetic(square="left"), Arithmetic(quotient="divide_first")
INSIDE: Deviations = (("epsilon", "inside"),)
NOTHING: Deviations = ()


def trial(*evidence: Evidence, claim: Dialect = REFERENCE) -> Trial:
    return Trial(claim, evidence)


def search(*evidence: Evidence, claim: Dialect = REFERENCE) -> Search:
    return Search(claim, evidence)


# -- in what arithmetic ---------------------------------------------------------------------------


def test_the_arithmetic_is_the_first_that_equals_every_piece_of_its_precision() -> None:
    names = ("mixed-scales", "page-ten-steps")
    for precision in "float64", "float32":
        pieces = [shown(name, arithmetic=LEFT, precision=precision) for name in names]
        found = diagnose(pieces, REFERENCE, largest=0)
        assert explained(found) == ((), ((precision, LEFT),))
    both = [
        shown(names[0], arithmetic=LEFT),
        shown(names[0], arithmetic=DIVIDE, precision="float32"),
    ]
    found = diagnose(both, REFERENCE, largest=0)
    assert found.best is not None
    assert found.best.arithmetic is not None
    assert dict(found.best.arithmetic) == {"float64": LEFT, "float32": DIVIDE}


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_steps_that_were_not_seen_and_digits_that_were_not_printed_are_still_equal(
    precision: str,
) -> None:
    port, name = Dialect(["epsilon=inside"]), "epsilon-as-large-as-the-gradient"
    for evidence in (
        unseen(shown(name, port, LEFT, precision), 0, 2),
        printed(shown(name, port, LEFT, precision), digits=7),
    ):
        found = diagnose([evidence], REFERENCE, largest=1)
        assert found.best is not None
        assert found.best.deviations == ("epsilon=inside",)
        assert found.best.arithmetic is not None


def printed(evidence: Evidence, digits: int) -> Evidence:
    """The same with so many digits after the point."""
    return replace(evidence, weights=evidence.weights.round(digits), rounding=0.5 * 10.0**-digits)


def test_the_nearest_is_replayed_in_the_precision_that_was_seen() -> None:
    found = nearest(trial(shown("mixed-arrays", precision="float32")))
    assert found is not None
    assert (found.chosen, found.left) == (NOTHING, 0.0)


def test_what_gives_more_of_the_values_is_nearer_than_what_is_less_off_in_all() -> None:
    """Most steps are as claimed, the rest as under a schedule that begins as good as not at all."""
    evidence = shown("page-ten-steps")
    later = shown("page-ten-steps", Dialect(["schedule=inverse_time"], {"decay": 0.1}))
    weights = np.concatenate([evidence.weights[:6], later.weights[6:]])
    found = nearest(trial(replace(evidence, weights=weights)))
    assert found is not None
    assert (found.chosen, found.share) == (NOTHING, 0.6)


def test_what_is_nearest_on_a_part_of_the_evidence_is_not_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The claim gives all of the first ten steps, and hardly anything of what comes after."""
    pieces = [shown("page-ten-steps"), shown("mixed-arrays", Dialect(["epsilon=inside"]))]
    assert nearest(trial(*pieces)) is not None
    asked = count()
    monkeypatch.setattr(budget, "clock", lambda: float(next(asked)))
    for seconds, told in ((15, False), (40, True)):
        found = nearest(trial(*pieces).within_time(Budget(seconds)))
        assert (found is not None) == told


@pytest.mark.parametrize("more", [0, 1])
def test_what_speaks_and_what_says_nothing_is_counted_over_all_pieces(
    more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal at first, then only within its bound; most of all that moved must speak for it."""
    first, second, third = (shown(n) for n in ("mixed-arrays", "page-ten-steps", "sign-changes"))
    first.weights[0, :3], second.weights[:2, 0] = math.nan, math.inf
    spoken = first.weights.size + second.weights.size - 5
    equal = {id(first): [PLAIN], id(second): [PLAIN], id(third): []}
    monkeypatch.setattr(Trial, "equal", lambda _, c, k, e, asked=None: equal[id(e)])
    says = np.array([[0], [spoken - 5 + more]])
    monkeypatch.setattr(Trial, "within", lambda *_: (np.array([True]), says))
    found = trial(first, second, third).borne_out([(NOTHING, {})])
    assert [(e.chosen, e.arithmetic) for e in found] == ([] if more else [(NOTHING, None)])


@pytest.mark.parametrize("held", [1, trying._FEW, trying._FEW + 1])
def test_no_arithmetic_is_named_that_equals_one_piece_only(held: int) -> None:
    """However many candidates there are: the envelope goes first where they are many."""
    here, there = shown("mixed-scales", arithmetic=LEFT), shown("mixed-scales", arithmetic=DIVIDE)
    s = trial(here, there)
    for pieces, exact in (
        ([here, shown("page-ten-steps", arithmetic=LEFT)], LEFT),
        ([here, there], None),
    ):
        candidates = [Surviving(NOTHING, {}) for _ in range(held)]
        for piece in pieces:
            candidates = s.holding([*candidates, Surviving(INSIDE, {})], piece)[:held]
        assert [c.chosen for c in candidates] == [NOTHING] * held
        named = exact and (("float64", exact),)
        assert [c.exact() for c in candidates] == [named] * held
        assert all(c.supporting > 0 == c.uninformative for c in candidates)


def test_what_no_arithmetic_equals_is_held_to_its_envelope() -> None:
    evidence = shown("mixed-scales")
    off = replace(evidence, weights=np.nextafter(evidence.weights, math.inf))
    assert explained(diagnose([off], REFERENCE, largest=0)) == ((), None)
    assert explained(diagnose([evidence, off], REFERENCE, largest=0)) == ((), None)
    assert explained(diagnose([off, evidence], REFERENCE, largest=0)) == ((), None)


# -- what speaks for a candidate ------------------------------------------------------------------


@pytest.mark.parametrize(("bounded", "named"), [(2, True), (3, True), (1, False)])
def test_where_most_of_what_moved_has_no_bound_only_equal_bits_explain(
    bounded: int, named: bool
) -> None:
    """A square near overflow has no envelope: any number might be rounding there."""
    gradients = [[1.2e154, -1.2e154, *[0.5] * bounded]] * 2
    evidence = shown(elements([0.5] * (2 + bounded), gradients))
    assert explained(diagnose([evidence], REFERENCE, largest=0)) == ((), (("float64", PLAIN),))
    weights = evidence.weights.copy()
    weights[:, :2] *= 1 + 1e-9
    found = diagnose([replace(evidence, weights=weights)], REFERENCE, largest=0)
    assert (found.best is not None) is named


def test_weights_speak_that_moved_and_have_a_bound_narrower_than_their_way() -> None:
    """Equal, off by rounding, unbounded, unmoved, and lost in a large weight's last bit."""
    fed = elements([0.5, 0.5, 0.5, 0.5, 1e16], [[1.0, 1.0, 1.2e154, 0.0, 1.0]] * 2)
    evidence = shown(fed)
    weights = evidence.weights.copy()
    weights[:, 1] = np.nextafter(weights[:, 1], 1.0)
    weights[:, 2] *= 1 + 1e-9
    weights[1, 4] += 2.0
    s = trial(replace(evidence, weights=weights))
    fits, says = s.within([(NOTHING, {}), (INSIDE, {})], s.evidence[0])
    assert fits.tolist() == [True, False]
    assert says.tolist() == [[4, 4], [3, 3]]


def test_a_candidate_fits_up_to_twice_its_bound_and_half_a_printed_digit() -> None:
    """The value replayed may be off by the bound as well as the port."""
    for precision in "float64", "float32":
        evidence = shown("mixed-scales", precision=precision)
        bound = running_envelopes(evidence.scenario, precision, [REFERENCE])[0]
        for rounding in 0.0, 1e-3:
            for times, fitting in (0.0, True), (1.9, True), (2.1, False):
                weights = evidence.weights.copy()
                weights[3, 1] += times * bound[3, 1] + rounding
                s = trial(replace(evidence, weights=weights, rounding=rounding))
                assert s.within([(NOTHING, {})], s.evidence[0])[0].tolist() == [fitting]


def test_a_weight_at_the_edge_fits_and_one_that_went_as_far_as_its_bound_speaks() -> None:
    apart = {"w": np.array([0.5]), "takes no part": np.array([0.5])}
    late = shown(replace(elements([0.5], [[1.0]]), weights=apart))
    at_edge = replace(late, weights=late.weights + np.array([0.0, 0.25]), rounding=0.25)
    assert trial(at_edge).within([(NOTHING, {})], at_edge)[0].tolist() == [True]
    evidence = shown(elements([0.0], [[1.0]]))
    bound = running_envelopes(evidence.scenario, "float64", [REFERENCE])[0]
    off = replace(evidence, weights=bound)
    assert trial(off).within([(NOTHING, {})], off)[1].tolist() == [[1], [0]]


def test_infinite_weights_are_held_to_their_envelope_in_silence() -> None:
    fed = elements([math.inf, 0.5], [[1.0, 1.0]])
    evidence = shown(fed)
    assert trial(evidence).within([(NOTHING, {})], evidence)[0].tolist() == [True]


# -- the sieve ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("precision", "loose"), [("float64", 1e-4), ("float32", 1e-2)])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_sieve_drops_what_is_off_by_more_than_rounding_on_most_elements(
    precision: str, loose: float, sign: int
) -> None:
    fed = elements([0.5, -0.25, 2.0, 0.0], [[1.0, -1.0, 2.0, 0.5]] * 3, learning_rate=0.25)
    evidence = shown(fed.in_precision(precision), precision=precision)
    moved = evidence.weights - evidence.initial

    def sieved(times: float, count: int) -> list[int]:
        weights = evidence.weights.copy()
        weights[2, :count] += sign * times * loose * moved[2, :count]
        s = trial(replace(evidence, weights=weights))
        return s.sieved([(NOTHING, {}), (INSIDE, {})], s.evidence[0])

    assert sieved(0.99, 4) == [0, 1]
    assert sieved(1.05, 2) == [0, 1], "half of them may be off"
    assert sieved(1.05, 3) == []


def test_the_sieve_keeps_who_is_near_in_the_order_of_the_candidates() -> None:
    evidence = shown("mixed-arrays", Dialect(["epsilon=inside"]))
    ascent: Deviations = (("direction", "ascent"),)
    candidates = [(ascent, {}), (INSIDE, {}), (NOTHING, {}), (INSIDE, {}), (ascent, {})]
    for piece in evidence, unseen(evidence, 0, 4), unseen(evidence, evidence.scenario.steps - 1):
        kept = trial(piece).sieved(candidates, piece)
        assert {1, 3} <= set(kept) <= {1, 2, 3}
        assert kept == sorted(kept)
    late = evidence.weights.copy()
    late[5:] += 1.0
    off = replace(unseen(evidence, 1), weights=late)
    assert trial(off).sieved(candidates, off) == []


def test_the_sieve_allows_for_what_was_lost_beside_large_weights_and_in_printing() -> None:
    still = shown(elements([1.0, 1.0, 1.0], [[0.0, 0.0, 0.0]]))

    def sieved(off: float, rounding: float = 0.0) -> list[int]:
        s = trial(replace(still, weights=still.weights + off, rounding=rounding))
        return s.sieved([(NOTHING, {})], s.evidence[0])

    assert sieved(9e-14) == [0]
    assert sieved(2e-13) == []
    assert sieved(5e-5) == []
    assert sieved(1.9e-6, rounding=1e-6) == [0]
    assert sieved(2.5e-6, rounding=1e-6) == []


def test_infinite_weights_are_held_against_each_other_in_silence() -> None:
    fed = elements([math.inf, -math.inf, math.nan, 0.5], [[1.0, 1.0, 1.0, 1.0]] * 2)
    assert explained(diagnose([shown(fed)], REFERENCE, largest=0)) == (
        (),
        (("float64", PLAIN),),
    )
    other = replace(shown(fed), weights=-shown(fed).weights)
    assert diagnose([other], REFERENCE, largest=0).best is None


def test_candidates_are_gone_through_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = shown("mixed-arrays", Dialect(["epsilon=inside"]))
    candidates = [(NOTHING, {}), (INSIDE, {}), (NOTHING, {}), (NOTHING, {}), (INSIDE, {})]
    whole = trial(evidence).explained(candidates)
    assert [e.chosen for e in whole] == [INSIDE, INSIDE]
    for size in 1, 2, 3, 5:
        monkeypatch.setattr(trying, "_BATCH", size)
        assert trial(evidence).explained(candidates) == whole


# -- what is worth replaying ----------------------------------------------------------------------


def test_narrow_storage_is_a_deviation_only_of_doubles_that_hold_floats() -> None:
    floats = shown("mixed-arrays", Dialect(["precision=float32"]))
    # A weight that never moved was given in double.
    still = elements([0.1, 0.5], [[0.0, 1.0]])
    assert "float32" in storable([floats])
    assert "float32" in storable([shown(still, Dialect(["precision=float32"]))])
    for evidence in (
        [shown("mixed-arrays")],
        [floats, shown("mixed-arrays")],
        [shown("mixed-arrays", precision="float32")],
        [floats, shown("mixed-arrays", precision="float32")],
        [shown(elements([0.5], [[1.0]]), Dialect(["initial_average=one"]))],
    ):
        assert storable(evidence) == ()
    # Print that hides what floats round leaves it open.
    assert "float32" in storable([replace(floats, rounding=5e-7)])
    assert storable([replace(shown("mixed-arrays"), rounding=1e-13)]) == ()
    seen = unseen(floats, 1)
    assert "float32" in storable([seen]), "what stands in a step that was not seen is nothing"


@pytest.mark.parametrize(
    "stored",
    alike(["float16", "bfloat16", "bfloat16_float32"], suite=0),
)
def test_sixteen_bits_are_seen_and_named(stored: str) -> None:
    evidence = [
        shown(name, Dialect([f"precision={stored}", "epsilon=inside"]))
        for name in ("mixed-arrays", "mixed-scales")
    ]
    assert stored in storable(evidence)
    found = diagnose(evidence, REFERENCE, largest=1, seconds=None)
    assert found.best is not None
    assert found.best.deviations == ("epsilon=inside", f"precision={stored}")


def test_numbers_beyond_float_are_no_floats_and_nothing_is_written_about_it() -> None:
    assert storable([shown(elements([1e300], [[1.0]], learning_rate=1e299))]) == ()


def test_an_option_that_is_given_needs_no_constant() -> None:
    momentum: Deviations = (("momentum", "lr_in_buffer"),)
    fed = replace(scenario("mixed-arrays"), options={"momentum": 0.75})
    given = shown(fed, Dialect(["momentum=lr_in_buffer"]))
    without = shown("mixed-arrays")
    assert search(given)._opened(momentum) == (momentum, ())
    assert search(given, without)._opened(momentum) == (momentum, ("momentum",))
    assert search(given)._opened((("eps", "ignored"),))[1] == ("epsilon",)
    assert search(given)._opened((*momentum, ("eps", "ignored")))[1] == ("epsilon",)
    assert search(without)._opened(INSIDE)[1] == ()
    # An option that is given, and not taken.
    fixed: Deviations = (("numerator", "mean_gradient"), ("mean_decay", "ignored"))
    decayed = shown(replace(fed, options={"mean_decay": 0.75}))
    assert search(decayed)._opened(fixed)[1] == ("mean_decay",)
    found = diagnose([given], REFERENCE, largest=1)
    assert found.best is not None
    assert (found.best.deviations, found.best.constants) == (("momentum=lr_in_buffer",), {})


def test_a_constant_is_tried_at_its_usual_values_where_a_set_has_one() -> None:
    usual = usual_constants
    assert list(usual((("momentum", "nesterov"),))) == [{"momentum": x} for x in USUAL["momentum"]]
    assert list(usual(INSIDE)) == []
    assert list(usual((("momentum", "nesterov"), ("clip", "value")))) == []


@pytest.mark.parametrize("off", [0, 1])
def test_of_the_constants_that_fit_the_shortest_that_is_exact_is_told(
    off: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If none is, the shortest. Constants a last bit apart are one within rounding."""
    chosen: Deviations = (("momentum", "nesterov"),)
    short, true, further = 0.9, math.nextafter(0.9, 1.0), math.nextafter(0.9, 0.0)
    evidence = shown("mixed-scales", Dialect(["momentum=nesterov"], {"momentum": true}))
    bits = (
        off
        * np.spacing(evidence.weights)
        * (np.arange(evidence.weights.size) % 2).reshape(evidence.weights.shape)
    )
    ladder = [{"momentum": x} for x in (0.5, short, true, further)]
    solved = Solved(chosen, {"momentum": further}, 0.0)
    monkeypatch.setattr(constants_room, "solve", lambda *_: [solved])
    monkeypatch.setattr(constants_room, "polish", lambda *_: [solved])
    monkeypatch.setattr(constants_room, "shortest_first", lambda *_: iter(ladder))
    held = trial(replace(evidence, weights=evidence.weights + bits))
    (found,) = constants_room.solved_for(held, [(chosen, ("momentum",))], [0], [0])
    assert found.constants == ({"momentum": short} if off else {"momentum": true})
    assert (found.arithmetic is None) == bool(off)


def test_the_dialect_of_an_explanation_has_its_constants() -> None:
    momentum = Explanation((("momentum", "nesterov"),), {"momentum": 0.75})
    found = search(shown(), claim=Dialect(["epsilon=inside"])).dialect_of(momentum)
    assert found == Dialect(["epsilon=inside", "momentum=nesterov"], {"momentum": 0.75})


def test_constants_are_solved_for_where_formulas_leave_something_to_explain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Alone unless the formula settles it; in pairs only if no formula explains."""
    solved: list[int] = []
    monkeypatch.setattr(
        Fitting, "solved", lambda self, opened, dense=False: solved.append(len(opened)) or []
    )

    def asked(size: int, *evidence: Evidence) -> tuple[list[Deviations], int]:
        solved.clear()
        found = search(*evidence).of_size(size)
        return [e.chosen for e in found], len(solved)

    port = Dialect(["epsilon=inside"])
    fed = scenario("mixed-arrays")
    rates = [shown(replace(fed, learning_rate=rate), port) for rate in (0.1, 0.2, 0.3)]
    assert asked(1, rates[0]) == ([INSIDE], 1)
    assert asked(1, *rates) == ([INSIDE], 0)
    pair = (*INSIDE, ("state", "reset"))
    found, times = asked(2, shown("mixed-arrays", Dialect(["epsilon=inside", "state=reset"])))
    assert pair in found
    assert times == 0
    other = Dialect(["epsilon=inside", "weight_decay=coupled"], {"weight_decay": 0.013})
    found, times = asked(2, shown("mixed-arrays", other))
    assert found == []
    assert times > 0


def test_constants_of_sets_of_three_are_solved_for(monkeypatch: pytest.MonkeyPatch) -> None:
    triple: Deviations = (*INSIDE, ("initial_average", "one"), ("momentum", "nesterov"))
    closed: Deviations = (*INSIDE, ("initial_average", "one"), ("state", "reset"))
    monkeypatch.setattr(searching, "sets", lambda *_: iter([closed, triple]))
    port = Dialect([f"{a}={v}" for a, v in triple], {"momentum": 0.77})
    found = search(shown("mixed-arrays", port)).of_size(3)
    assert [(e.chosen, e.constants) for e in found] == [(triple, {"momentum": 0.77})]


def test_a_formula_that_equals_under_several_settings_leaves_no_constant_to_look_for() -> None:
    exact = Explanation(INSIDE, {}, (("float64", PLAIN),))
    within = Explanation(NOTHING)
    rates = [replace(scenario("page-one-step"), learning_rate=rate) for rate in (0.1, 0.2, 0.3)]
    three = search(*(shown(fed) for fed in rates))
    assert three._settles([within, exact])
    assert not three._settles([within])
    assert not search(*(shown(fed) for fed in (*rates[:2], rates[0])))._settles([exact])


@pytest.mark.parametrize(
    ("deviations", "constants"),
    [
        (["epsilon=inside", "initial_average=one", "centered=yes"], {}),
        (
            ["numerator=mean_gradient", "mean_decay=ignored", "bias_correction=yes"],
            {"mean_decay": 0.9},
        ),
        (
            ["epsilon=inside", "weight_decay=coupled", "clip=value", "order=decay_before_clip"],
            {"weight_decay": 0.013, "clip": 0.7},
        ),
    ],
    ids=["closed", "constants of its own", "constants to solve for"],
)
def test_sets_that_a_librarys_name_stands_for_are_found_from_their_size_on(
    deviations: list[str], constants: dict[str, float]
) -> None:
    port = Dialect(deviations, constants)
    assert any(set(k.dialect.choices()) == set(port.choices()) for k in LIBRARIES.values())
    s = search(*(shown(name, port) for name in ("mixed-arrays", "mixed-scales")))
    (found,) = s.named(3)
    assert (set(found.deviations), found.constants) == (set(deviations), constants)
    assert s.named(len(deviations)) == [found]
    assert s.named(len(deviations) + 1) == []


def test_what_would_be_infinite_fits_no_number() -> None:
    """A denominator of 0 at the first step: rounding has no bound there."""
    evidence = shown("mixed-arrays", Dialect(["write=first_element", "clip=value"], {"clip": 0.08}))
    printed = replace(evidence, weights=np.round(evidence.weights, 8), rounding=5e-9)
    chosen = (("epsilon", "none"), ("state", "stale"), ("write", "first_element"))
    assert Trial(REFERENCE, [printed]).borne_out([(chosen, {})]) == []
