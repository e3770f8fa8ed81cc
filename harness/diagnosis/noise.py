"""What precision and print leave to be told of a value: the least that a difference must pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from harness.comparison.distance import same
from harness.diagnosis.thinning import coupled
from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.numbers.narrow import bfloat16
from python_ref.scenarios.scenario import Arrays, Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper, replay

UNITS = {
    "float64": 2.0**-53,
    "float32": 2.0**-24,
    "float32_double": 2.0**-24,
    "float32_wide": 2.0**-24,
    "float16": 2.0**-11,
    "float16_float32": 2.0**-11,
    "bfloat16": 2.0**-8,
    "bfloat16_float32": 2.0**-8,
}
"""The unit roundoff of what each precision stores."""

# Numbers of copied gradients that are in memory together.
_TOGETHER = 4_000_000

_NARROWER = {
    "float32": ("float32", "float32_double", "float32_wide"),
    "float16": ("float16", "float16_float32"),
    "bfloat16": ("bfloat16", "bfloat16_float32"),
}


def storable(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The narrow precisions in which everything that was seen of doubles could be stored.

    Narrow storage shows in every number; a port that gives others does not have it.
    """
    if any(e.precision != "float64" for e in evidence):
        return ()  # where floats are stored it is arithmetic, no deviation
    return tuple(
        name
        for kind, names in _NARROWER.items()
        if all(_holds(kind, e) for e in evidence)
        for name in names
    )


def _holds(kind: str, evidence: Evidence) -> bool:
    rows = evidence.weights[evidence.seen]
    with np.errstate(all="ignore"):
        narrow = bfloat16(rows) if kind == "bfloat16" else rows.astype(kind)
        near = np.abs(rows - narrow.astype(np.float64)) <= evidence.rounding
    # What never moved was given in double and says nothing of what is stored.
    given = same(rows, evidence.initial)
    return bool((near | same(rows, narrow.astype(np.float64)) | given).all())


def typical(evidence: Evidence, unit: float, spread: Rows | float = 0.0) -> Rows:
    """(T, N) how far rounding takes a value in practice: no bound, a scale to measure by."""
    steps = np.arange(1, len(evidence.weights) + 1)[:, np.newaxis]
    with np.errstate(all="ignore"):
        size = np.abs(evidence.weights)
        moved = np.abs(evidence.weights - evidence.initial)
    rounded = unit * (np.sqrt(steps) * size + 8 * moved)
    return np.where(np.isfinite(rounded), rounded, 0.0) + evidence.rounding + spread


def spread(
    evidence: Evidence,
    hypotheses: Sequence[Hypothesis],
    steps: int,
    before_each: Callable[[], None] = lambda: None,
) -> Rows:
    """(H, T, N) how far inputs that were rounded in print may have moved each weight.

    To first order: the effects of every step's gradients and of the first weights, each moved by
    half a unit of its last digit one way and the other, are added up. Elements move together;
    what couples them (norms) is then only sampled.

    Args:
        evidence: what was seen.
        hypotheses: what was computed.
        steps: how many there are to be looked at.
        before_each: called before each step of a replay; what it raises ends it.
    """
    dialects = [hypothesis.dialect for hypothesis in hypotheses]
    apart = not any(coupled(d) or d.choice("write") != "all" for d in dialects)
    return (_side_by_side if apart else _in_turn)(evidence, hypotheses, steps, before_each)


def _in_turn(
    evidence: Evidence,
    hypotheses: Sequence[Hypothesis],
    steps: int,
    before_each: Callable[[], None],
) -> Rows:
    """A replay for each move."""
    scenario, half = evidence.scenario, evidence.input_rounding
    plain = replay(scenario, hypotheses, steps, before_each).weights
    total = np.zeros_like(plain)
    for part in range(-1, steps):
        moves = [
            np.abs(
                replay(_nudged(scenario, part, x), hypotheses, steps, before_each).weights - plain
            )
            for x in (half, -half)
        ]
        total += np.nan_to_num(np.maximum(*moves), nan=np.inf)
    return total


def _side_by_side(
    evidence: Evidence,
    hypotheses: Sequence[Hypothesis],
    steps: int,
    before_each: Callable[[], None],
) -> Rows:
    """Many moves in one replay, each of copies of its own of all elements."""
    scenario, half = evidence.scenario, evidence.input_rounding
    total = np.zeros((len(hypotheses), steps, scenario.size))
    together = max(1, _TOGETHER // max(1, 2 * scenario.size * max(steps, len(hypotheses))))
    ends = np.cumsum([0, *scenario.lengths])
    for start in range(-1, steps, together):
        parts = range(start, min(start + together, steps))
        stepper = Stepper(_copied(scenario, steps, parts, half), hypotheses)
        for t in range(steps):
            before_each()
            weights, _ = stepper.step()
            at = 0
            for first, last in pairwise(ends.tolist()):
                if last == first:
                    continue
                width = (last - first) * (2 * len(parts) + 1)
                copies = weights[:, at : at + width].reshape(len(weights), -1, last - first)
                at += width
                with np.errstate(all="ignore"):
                    moved = np.abs(copies[:, 1:] - copies[:, :1])
                    most = np.maximum(moved[:, 0::2], moved[:, 1::2])
                total[:, t, first:last] += np.nan_to_num(most, nan=np.inf).sum(axis=1)
    return total


def _copied(scenario: Scenario, steps: int, parts: Sequence[int], half: float) -> Scenario:
    """Each array with copies behind it: two for each part, in which that is moved up and down."""

    def copies(arrays: Arrays, part: int) -> Arrays:
        moves = np.zeros((2 * len(parts) + 1, 1))
        if part in parts:
            place = 2 * parts.index(part) + 1
            moves[place], moves[place + 1] = half, -half
        return {name: (values + moves).ravel() for name, values in arrays.items()}

    return replace(
        scenario,
        weights=copies(scenario.weights, -1),
        gradients=[copies(g, t) for t, g in enumerate(scenario.gradients[:steps])],
        learning_rates=scenario.learning_rates[:steps],
    )


def _nudged(scenario: Scenario, part: int, by: float) -> Scenario:
    """The scenario with the weights (part -1) or one step's gradients moved."""

    def moved(arrays: Arrays) -> Arrays:
        return {name: values + by for name, values in arrays.items()}

    if part < 0:
        return replace(scenario, weights=moved(scenario.weights))
    gradients = list(scenario.gradients)
    gradients[part] = moved(gradients[part])
    return replace(scenario, gradients=gradients)
