"""Golden against observed: equal in which arithmetics, inside the envelope, first divergence.

Facts only. What they amount to is `verdict`'s, why is `diagnose`'s, how it reads is `report`'s.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from harness.model.observation import Fault, Observation, Rows, Unreachable, flat_weights
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden
from python_ref.numbers.arithmetic import PLAIN, Arithmetic, arithmetics
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper, replay


@dataclass(frozen=True)
class Divergence:
    """One element where expected and observed part.

    Attributes:
        golden: the golden's name.
        step: from 1.
        array, index: the element; index from 0.
        expected, observed: the two weights.
        ulp: their distance in units in the last place of the precision; None to or from NaN.
        relative: their distance against the larger of the weight and the step expected.
    """

    golden: str
    step: int
    array: str
    index: int
    expected: float
    observed: float
    ulp: int | None
    relative: float


@dataclass(frozen=True)
class Comparison:
    """A golden against what a port gave for it.

    Attributes:
        golden: the golden's name; `kind` is core or edge; `family` float64 or float32.
        fault: why it is not whole; then the numbers are those of the steps completed.
        equal: the arithmetics of those asked about that give every value observed.
        within: every value is inside the rounding envelope, or equal where there is none.
        first: the first element outside it; if none, the first that is not equal.
        largest_ulp: the largest distance of all elements; None if there is none to measure.
        moves, moved: the golden's weights move; the port's do.
        steps: whole steps compared.
        seconds: how long the observation was waited for.
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
    steps: int
    seconds: float = field(default=0.0, compare=False)


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
        equal = _equal_arithmetics(golden, observed, asked, equals, unseen, replays or Replays())
    with np.errstate(all="ignore"):
        radius = golden.envelope[:steps] + observation.rounding
        outside = ~equals & ~(np.abs(observed - expected) <= radius)
    first = first_difference(golden, observed, outside if outside.any() else ~equals)
    before = flat_weights(golden.scenario)
    return Comparison(
        golden=golden.name,
        kind=golden.kind,
        family=family(golden.precision),
        fault=observation.fault,
        equal=equal,
        within=whole and not outside.any(),
        first=first,
        largest_ulp=_largest_ulp(expected, observed, equals, golden.precision),
        moves=not bool(same(golden.weights, before).all()),
        moved=_moved(golden, observed, same(observed, before) | unseen),
        steps=steps,
        seconds=observation.seconds,
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
    candidates = {
        precision: arithmetics(precision) for precision in {g.precision for g, _ in pairs}
    }
    found: dict[int, Comparison] = {}
    # Core before edge, short before long: what fails early need not be stepped for long.
    for i in sorted(
        range(len(pairs)), key=lambda i: (plain[i].kind != "core", pairs[i][0].weights.size)
    ):
        golden, observation = pairs[i]
        comparison = compare(golden, observation, candidates[golden.precision] or [PLAIN], replays)
        if comparison.kind == "core" and comparison.fault is None:
            candidates[golden.precision] = comparison.equal
        found[i] = comparison
    return [found[i] for i in range(len(pairs))]


def compare_streamed(
    scenario: Scenario,
    hypothesis: Hypothesis,
    rows: Iterator[Rows],
) -> Comparison:
    """Hold a scenario that is fed step by step against one hypothesis, in bounded memory.

    Args:
        scenario: its gradients are asked for one step at a time.
        hypothesis: what the port was found to compute; there is no envelope for so many
            elements, so it must be equal.
        rows: (N,) after each step; Unreachable from it is the fault.
    """
    stepper = Stepper(scenario, [hypothesis])
    before = previous = flat_weights(scenario)
    first: Divergence | None = None
    fault: Fault | None = None
    largest, steps, moved, moves = 0, 0, False, False
    try:
        for observed in rows:
            expected = stepper.step()[0][0]
            steps += 1
            equals = same(expected, observed)
            moves = moves or not bool(same(expected, before).all())
            moved = moved or not bool(same(observed, before).all())
            if not equals.all():
                found = _largest_ulp(expected, observed, equals, hypothesis.precision)
                largest = max(largest, found or 0)
                if first is None:
                    flat = int(np.argmin(equals))
                    first = _divergence(
                        scenario,
                        hypothesis.precision,
                        steps,
                        flat,
                        float(expected[flat]),
                        float(observed[flat]),
                        float(previous[flat]),
                    )
            previous = expected
    except Unreachable as error:
        fault = error.fault
    equal = fault is None and first is None and steps == scenario.steps
    return Comparison(
        golden=scenario.name,
        kind="core",
        family=family(hypothesis.precision),
        fault=fault,
        equal=(hypothesis.arithmetic,) if equal else (),
        within=equal,
        first=first,
        largest_ulp=largest,
        moves=moves,
        moved=moved,
        steps=steps,
    )


def family(precision: str) -> str:
    """What is stored: float64 or float32."""
    return "float32" if precision.startswith("float32") else "float64"


def same(expected: Rows, observed: Rows) -> NDArray[np.bool_]:
    """Equal as numbers, or both NaN; element by element."""
    result: NDArray[np.bool_] = (expected == observed) | (np.isnan(expected) & np.isnan(observed))
    return result


class Replays:
    """Goldens stepped in other arithmetics, once for all ports of a run.

    Most ports depart from the definition's order of operations in the same few ways. 32 MiB at
    most, and none of it a long golden's.
    """

    NUMBERS, NUMBERS_EACH = 1 << 22, 1 << 14

    def __init__(self) -> None:
        self._weights: dict[tuple[str, Arithmetic], Rows] = {}

    def weights(self, golden: Golden, asked: Sequence[Arithmetic]) -> dict[Arithmetic, Rows]:
        """The golden's weights, (T, N), as each of these arithmetics gives them."""
        known = {a: rows for a in asked if (rows := self._weights.get((golden.id, a))) is not None}
        missing = [a for a in asked if a not in known]
        if missing:
            hypotheses = [Hypothesis(golden.dialect, a, golden.precision) for a in missing]
            known |= zip(missing, replay(golden.scenario, hypotheses).weights, strict=True)
            if sum(rows.size for rows in list(self._weights.values())) > self.NUMBERS:
                self._weights.clear()
            self._weights.update({(golden.id, a): known[a] for a in missing})
        return known


def _equal_arithmetics(
    golden: Golden,
    observed: Rows,
    asked: Sequence[Arithmetic],
    equals: NDArray[np.bool_],
    unseen: NDArray[np.bool_],
    replays: Replays,
) -> tuple[Arithmetic, ...]:
    """Those asked about that give exactly what was observed, in their order."""
    if list(asked) == [PLAIN]:
        return tuple(asked) if equals.all() else ()
    if golden.weights.size > replays.NUMBERS_EACH:
        given = golden.scenario, golden.dialect, golden.precision
        return equal_arithmetics(*given, observed, asked, seen=~unseen[:, 0])
    rows = replays.weights(golden, asked)
    return tuple(a for a in asked if (same(rows[a], observed) | unseen).all())


def equal_arithmetics(
    scenario: Scenario,
    dialect: Dialect,
    precision: str,
    observed: Rows,
    asked: Sequence[Arithmetic],
    *,
    seen: NDArray[np.bool_] | None = None,
    rounding: float = 0.0,
) -> tuple[Arithmetic, ...]:
    """Those asked about in which a dialect gives exactly what was observed, in their order.

    Args:
        scenario: the inputs.
        dialect: what is computed.
        precision: what is stored.
        observed: (T, N).
        asked: the arithmetics in question.
        seen: (T,) the steps that were seen; all unless given.
        rounding: half a unit of the last digit printed; then what prints the same is equal.
    """
    alive = np.arange(len(asked))
    stepper = Stepper(scenario, [Hypothesis(dialect, a, precision) for a in asked])
    for t, row in enumerate(observed):
        weights, _ = stepper.step()
        if seen is not None and not seen[t]:
            continue
        equal = same(weights, row[None, :])
        if rounding:
            with np.errstate(all="ignore"):
                equal |= np.abs(weights - row) <= rounding + np.spacing(np.abs(row))
        keep = np.asarray(equal.all(axis=1))
        if not keep.all():
            alive = alive[keep]
            if not alive.size:
                return ()
            stepper.keep(keep)
    return tuple(asked[i] for i in alive.tolist())


def first_difference(
    golden: Golden, observed: Rows, different: NDArray[np.bool_]
) -> Divergence | None:
    """The first element, step by step, of those that count as different; None if none does."""
    where = np.argwhere(different)
    if not len(where):
        return None
    t, flat = (int(x) for x in where[0])
    array, index = locate(golden.scenario, flat)
    previous = golden.weights[t - 1, flat] if t else golden.scenario.weights[array][index]
    return replace(
        _divergence(
            golden.scenario,
            golden.precision,
            t + 1,
            flat,
            float(golden.weights[t, flat]),
            float(observed[t, flat]),
            float(previous),
        ),
        golden=golden.name,
    )


def _divergence(
    scenario: Scenario,
    precision: str,
    step: int,
    flat: int,
    expected: float,
    observed: float,
    previous: float,
) -> Divergence:
    array, index = locate(scenario, flat)
    scale = max(abs(expected), abs(expected - previous))
    relative = abs(observed - expected) / scale if scale else math.inf
    return Divergence(
        golden=scenario.name,
        step=step,
        array=array,
        index=index,
        expected=expected,
        observed=observed,
        ulp=ulp_distance(expected, observed, precision),
        relative=relative,
    )


def locate(scenario: Scenario, flat: int) -> tuple[str, int]:
    """The array's name and the index in it of element `flat` of N."""
    for name, length in zip(scenario.names, scenario.lengths, strict=True):
        if flat < length:
            return name, flat
        flat -= length
    raise IndexError(f"{scenario.name} has {scenario.size} elements")


def ulp_distance(a: float, b: float, precision: str) -> int | None:
    """How many representable numbers lie between a and b; None if either is NaN.

    >>> ulp_distance(1.0, 1.0 + 2**-52, "float64")
    1
    >>> ulp_distance(-0.0, 0.0, "float32")
    0
    """
    if math.isnan(a) or math.isnan(b):
        return None
    ordered = _ordered(np.array([a, b]), precision)
    return abs(int(ordered[0]) - int(ordered[1]))


def _ordered(values: Rows, precision: str) -> NDArray[np.int64]:
    """Integers in the order of the floats, neighbours one apart, both zeros 0."""
    if family(precision) == "float32":
        with np.errstate(over="ignore"):  # beyond the largest float it is infinite
            narrow = values.astype(np.float32)
        bits = narrow.view(np.int32).astype(np.int64)
        magnitude = bits & 0x7FFFFFFF
    else:
        bits = values.view(np.int64)
        magnitude = bits & 0x7FFFFFFFFFFFFFFF
    return np.where(bits < 0, -magnitude, magnitude)


def _largest_ulp(
    expected: Rows, observed: Rows, equals: NDArray[np.bool_], precision: str
) -> int | None:
    measurable = ~(np.isnan(expected) | np.isnan(observed))
    if not measurable.any():
        return None
    if equals.all():
        return 0
    pair = _ordered(expected[measurable], precision), _ordered(observed[measurable], precision)
    # Opposite signs may be further apart than int64 holds, never further than uint64: the
    # difference modulo 2**64 is the difference.
    apart = np.maximum(*pair).view(np.uint64) - np.minimum(*pair).view(np.uint64)
    return int(apart.max())
