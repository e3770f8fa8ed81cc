"""Golden against observed: equal in which arithmetics, inside the envelope, first divergence.

Facts only. What they amount to is `verdict`'s, why is `diagnose`'s, how it reads is `report`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from harness.comparison.distance import family, largest_ulp, same, ulp_distance, unit_precision
from harness.comparison.lost import Lost, lost
from harness.comparison.refusal import refused
from harness.comparison.replays import Replays
from harness.comparison.roots import but_for_roots
from harness.comparison.traces import Trace, locate, traces
from harness.model.observation import Fault, Observation, Rows, Unreachable, flat_weights
from python_ref.dialects.evaluation import library_arithmetics, ordinary_arithmetics
from python_ref.golden import Golden
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper


@dataclass(frozen=True)
class Divergence:
    """One element where expected and observed part.

    Attributes:
        golden: the golden's name.
        step: from 1.
        array, index: the element; index from 0.
        expected, observed: the two weights.
        ulp: their distance in units in the last place; None to or from NaN.
        ulp_of: the precision whose last place that is, where it is not the golden's own: a port
            that is fed float32 returned more than that holds.
    """

    golden: str
    step: int
    array: str
    index: int
    expected: float
    observed: float
    ulp: int | None
    ulp_of: str = ""


@dataclass(frozen=True)
class Comparison:
    """A golden against what a port gave for it.

    Attributes:
        golden: the golden's name; `kind` is core, edge or partial; `family` float64 or float32.
        fault: why it is not whole; then the numbers are those of the steps completed.
        equal: the arithmetics of those asked about that give every value observed.
        but_for_roots: the arithmetics that give every value if roots may be `off`; asked for only
            where none equals all.
        within: every value is inside the rounding envelope; at an edge, or where no number is
            expected, equal where there is none.
        first: the first element outside it; if none, the first that is not equal.
        largest_ulp: the largest distance of all elements; None if there is none to measure.
        ulp_of: as of a divergence.
        lost: what is NaN or infinite where the golden has numbers.
        refused: the hyperparameter that is 0 and that the port's own argument check refuses.
        moves, moved: the golden's weights move; the port's do.
        seconds: how long the observation was waited for.
        traces: some elements around the first divergence, if any lies outside the envelope.
    """

    golden: str
    kind: str
    family: str
    fault: Fault | None
    equal: tuple[Arithmetic, ...]
    within: bool
    first: Divergence | None
    largest_ulp: int | None
    moves: bool
    moved: bool
    ulp_of: str = ""
    lost: Lost | None = field(default=None, compare=False)
    refused: str = ""
    seconds: float = field(default=0.0, compare=False)
    traces: tuple[Trace, ...] = field(default=(), compare=False)
    but_for_roots: tuple[Arithmetic, ...] = ()


def compare(
    golden: Golden,
    observation: Observation,
    asked: Sequence[Arithmetic],
    replays: Replays | None = None,
) -> Comparison:
    """Hold an observation against a golden, asking which of these arithmetics equal it.

    Steps that were not seen differ from nothing. Digits that were rounded for print are equal to
    none: they lie inside the envelope, widened by that rounding, or outside.
    """
    steps = len(observation.weights)
    expected, observed = golden.weights[:steps], observation.weights
    whole = observation.fault is None and steps == golden.scenario.steps
    unseen = np.zeros((steps, 1), dtype=bool)
    if observation.seen is not None:
        unseen = ~observation.seen[:, np.newaxis]
    equals = same(expected, observed) | unseen
    equal: tuple[Arithmetic, ...] = ()
    if whole and not observation.rounding:
        equal = (replays or Replays()).equal(golden, observed, unseen, asked)
    with np.errstate(all="ignore"):
        radius = golden.envelope[:steps] + observation.rounding
        outside = ~equals & ~(np.abs(observed - expected) <= radius)
    if golden.kind == "core":
        # How far rounding takes what may be divided by 0, nobody knows; at edges this is asked.
        outside &= ~(np.isnan(golden.envelope[:steps]) & np.isfinite(expected))
    first = first_difference(golden, observed, outside if outside.any() else ~equals)
    before = flat_weights(golden.scenario)
    unit = unit_precision(golden.precision, observed)
    return Comparison(
        golden=golden.name,
        kind=golden.kind,
        family=family(golden.precision),
        fault=observation.fault,
        equal=equal,
        within=whole and not outside.any(),
        first=first,
        largest_ulp=largest_ulp(expected, observed, equals, unit),
        moves=not bool(same(golden.weights, before).all()),
        moved=_moved(golden, observed, same(observed, before) | unseen),
        ulp_of="" if family(unit) == family(golden.precision) else unit,
        lost=lost(golden.scenario, expected, observed, outside),
        refused=refused(golden.scenario, observation.fault, steps),
        seconds=observation.seconds,
        traces=traces(golden, observed, radius, outside, unit, observation.seen),
    )


def _moved(golden: Golden, observed: Rows, unmoved: NDArray[np.bool_]) -> bool:
    """Whether any weight was moved; at an edge, one that is no number any more was not.

    Nothing times an infinite gradient is NaN, also where a port never updates.
    """
    moved = ~unmoved
    if golden.kind == "edge":
        moved &= np.isfinite(observed)
    return bool(moved.any())


def compare_all(
    pairs: Sequence[tuple[Golden, Observation]], replays: Replays | None = None
) -> list[Comparison]:
    """Compare a port's goldens of one precision, narrowing the arithmetics from one to the next.

    The plain one, which the goldens hold, is asked about alone first: most ports equal it
    everywhere, or are so far off that every other fails on the shortest golden.

    Args:
        pairs: each golden with what was observed.
        replays: what a run remembers of the goldens in other arithmetics.
    """
    plain = [compare(golden, observation, [PLAIN]) for golden, observation in pairs]
    if all(c.equal for c in plain if c.fault is None):
        return plain
    # Core before edge, short before long: what fails early need not be stepped for long.
    order = sorted(
        range(len(pairs)), key=lambda i: (plain[i].kind != "core", pairs[i][0].weights.size)
    )
    given = [pairs[i] for i in order]
    compared = _narrowed(given, lambda g: ordinary_arithmetics(g.dialect, g.precision), replays)
    if not _common(compared) and all(c.within for c in _whole(compared)):
        libraries = _narrowed(
            given, lambda g: library_arithmetics(g.dialect, g.precision) or (PLAIN,), replays
        )
        compared = libraries if _common(libraries) else _but_for_roots(given, compared)
    elif not _common(compared):
        compared = _beyond_envelopes(given, compared, replays)
    placed = dict(zip(order, compared, strict=True))
    return [placed[i] for i in range(len(pairs))]


def _narrowed(
    pairs: Sequence[tuple[Golden, Observation]],
    listed: Callable[[Golden], Sequence[Arithmetic]],
    replays: Replays | None,
) -> list[Comparison]:
    """Compare each with those of the listed arithmetics that equal all before it."""
    candidates = {golden.precision: listed(golden) for golden, _ in pairs}
    compared = []
    for golden, observation in pairs:
        comparison = compare(golden, observation, candidates[golden.precision] or [PLAIN], replays)
        if comparison.kind == "core" and comparison.fault is None:
            candidates[golden.precision] = comparison.equal
        compared.append(comparison)
    return compared


def _beyond_envelopes(
    pairs: Sequence[tuple[Golden, Observation]],
    comparisons: list[Comparison],
    replays: Replays | None,
) -> list[Comparison]:
    """The same in an arithmetic that no envelope covers, where one equals all to the last bit."""

    def listed(golden: Golden) -> list[Arithmetic]:
        of_libraries = library_arithmetics(golden.dialect, golden.precision)
        return [a for a in of_libraries if not a.enveloped]

    core = [
        pair
        for pair, c in zip(pairs, comparisons, strict=True)
        if c.kind == "core" and c.fault is None
    ]
    asked = listed(core[0][0]) if core else []
    # Nearly all that diverge do so on the shortest golden in every arithmetic.
    if not asked or not compare(*core[0], asked, replays).equal:
        return comparisons
    compared = _narrowed(pairs, listed, replays)
    return compared if _common(compared) else comparisons


def _whole(comparisons: Sequence[Comparison]) -> list[Comparison]:
    return [c for c in comparisons if c.kind == "core" and c.fault is None]


def _common(comparisons: Sequence[Comparison]) -> bool:
    """Whether all core goldens are equal; each was asked about what equals those before it."""
    return all(c.equal for c in _whole(comparisons))


def _but_for_roots(
    pairs: Sequence[tuple[Golden, Observation]], comparisons: list[Comparison]
) -> list[Comparison]:
    """The same with the one arithmetic a precision that equals all but for roots, if one does."""
    core = [
        (golden, observation)
        for (golden, observation), c in zip(pairs, comparisons, strict=True)
        if c.kind == "core" and c.fault is None
    ]
    arithmetics: dict[str, Arithmetic] = {}
    for precision in {golden.precision for golden, _ in core}:
        fitting = but_for_roots(
            [(g.scenario, g.dialect, o) for g, o in core if g.precision == precision], precision
        )
        if fitting is None:
            return comparisons
        arithmetics[precision] = fitting
    return [
        replace(c, but_for_roots=(arithmetics[golden.precision],)) if _whole([c]) else c
        for (golden, _), c in zip(pairs, comparisons, strict=True)
    ]


def compare_streamed(
    scenario: Scenario,
    hypothesis: Hypothesis,
    rows: Iterator[Rows],
) -> Comparison:
    """Hold a scenario that is fed step by step against one hypothesis, in bounded memory.

    Args:
        scenario: its gradients are asked for one step at a time.
        hypothesis: what the port computes elsewhere; there is no envelope for so many
            elements, so it must be equal.
        rows: (N,) after each step; Unreachable from it is the fault.
    """
    stepper = Stepper(scenario, [hypothesis])
    before = flat_weights(scenario)
    first: Divergence | None = None
    fault: Fault | None = None
    precision, unit = hypothesis.precision, hypothesis.precision
    largest = {unit: 0, "float64": 0}
    steps, moved, moves = 0, False, False
    try:
        for observed in rows:
            expected = stepper.step()[0][0]
            steps += 1
            equals = same(expected, observed)
            moves = moves or not bool(same(expected, before).all())
            moved = moved or not bool(same(observed, before).all())
            if not equals.all():
                if unit != "float64":
                    unit = unit_precision(precision, observed)
                for of, most in largest.items():
                    distance = largest_ulp(expected, observed, equals, of)
                    largest[of] = max(most, distance or 0)
                if first is None:
                    flat = int(np.argmin(equals))
                    pair = float(expected[flat]), float(observed[flat])
                    first = _divergence(scenario, precision, steps, flat, *pair)
    except Unreachable as error:
        fault = error.fault
    equal = fault is None and first is None and steps == scenario.steps
    return Comparison(
        golden=scenario.name,
        kind="core",
        family=family(precision),
        fault=fault,
        equal=(hypothesis.arithmetic,) if equal else (),
        within=equal,
        first=first,
        largest_ulp=largest[unit],
        moves=moves,
        moved=moved,
        ulp_of="" if family(unit) == family(precision) else unit,
    )


def first_difference(
    golden: Golden, observed: Rows, different: NDArray[np.bool_]
) -> Divergence | None:
    """The first element, step by step, of those that count as different; None if none does."""
    where = np.argwhere(different)
    if not len(where):
        return None
    t, flat = (int(x) for x in where[0])
    pair = float(golden.weights[t, flat]), float(observed[t, flat])
    first = _divergence(golden.scenario, golden.precision, t + 1, flat, *pair)
    return replace(first, golden=golden.name)


def _divergence(
    scenario: Scenario, precision: str, step: int, flat: int, expected: float, observed: float
) -> Divergence:
    array, index = locate(scenario, flat)
    unit = unit_precision(precision, np.array([observed]))
    ulp = ulp_distance(expected, observed, unit)
    unit = "" if family(unit) == family(precision) else unit
    return Divergence(scenario.name, step, array, index, expected, observed, ulp, unit)
