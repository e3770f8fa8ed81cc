"""Constants that have no effect where the others are read: they are read from what shows them.

An epsilon that only bounds a root from below shows where gradients are small, and only there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from harness.diagnosis.hypotheses import dialect
from harness.diagnosis.iterates import Solved
from harness.diagnosis.solver import errors, led_to
from harness.diagnosis.starts import LEAST, starts
from harness.diagnosis.thinning import rows_to_read
from harness.diagnosis.trial import Trial
from harness.model.evidence import Evidence
from harness.model.observation import Rows, flat_gradients

# What only bounds something shows where the bound is reached; on one side of it nothing changes.
_BOUNDS = ("epsilon", "clip")
# What is left that is no more than a double's last bits, relative to the way that weights went.
_ROUNDED = 1e-12
# The least of more elements is among so many, be it rounded.
_LEAST = 6


def read_elsewhere(trial: Trial, near: Sequence[Solved]) -> Iterator[Solved]:
    """What came near on the first piece of evidence; with idle constants, where others lead.

    Args:
        trial: the evidence.
        near: sets with constants that fit the first piece.
    """
    first, *others = trial.evidence
    for solved in near:
        idle = [name for name in _BOUNDS if _idle(trial, solved, name, first)]
        if not idle or not others:
            yield solved
        else:
            led = (led for e in others if (led := _read(trial, solved, idle, e)))
            yield from itertools.islice(led, 1)


def _idle(trial: Trial, solved: Solved, name: str, evidence: Evidence) -> bool:
    """Whether a constant of a set may be another one for all that a piece of evidence shows."""
    if name not in solved.constants:
        return False
    value = solved.constants[name]
    here, *other = _left(trial, solved, name, (value, value / 2, value * 2), evidence).tolist()
    return bool(min(other) <= here + _ROUNDED)


def _read(trial: Trial, solved: Solved, idle: Sequence[str], evidence: Evidence) -> Solved | None:
    """Where the best starts of idle constants lead on another piece, if it shows all of them."""
    begun = solved
    for name in idle:
        formula = dialect(trial.claim, solved.chosen)
        values = [value for (value,) in starts([name], formula, evidence, dense=True)]
        if name == "epsilon":
            values += _divided_by(begun, evidence)
        best = values[int(_left(trial, begun, name, values, evidence).argmin())]
        begun = replace(begun, constants={**begun.constants, name: best})
        if _idle(trial, begun, name, evidence):
            return None
    led = led_to(trial.claim, [begun], evidence, rows_to_read(evidence), trial.budget)
    return next((o for o in led if not any(_idle(trial, o, n, evidence) for n in idle)), None)


def _divided_by(solved: Solved, evidence: Evidence) -> list[float]:
    """What gradients were divided by in the first step: the least of it may be an epsilon."""
    if not evidence.seen[0]:
        return []
    gradients, _ = flat_gradients(evidence.scenario, 0, 1)
    rate = solved.constants.get("learning_rate", evidence.scenario.learning_rate)
    with np.errstate(all="ignore"):
        divided = np.abs(rate * gradients[0] / (evidence.weights[0] - evidence.initial))
    finite = divided[np.isfinite(divided) & (divided >= LEAST)]
    return sorted({float(value) for value in finite})[:_LEAST]


def _left(
    trial: Trial, solved: Solved, name: str, values: Sequence[float], evidence: Evidence
) -> Rows:
    """(len(values),) what is left of a set with each of these for one of its constants."""
    given = [{**solved.constants, name: value} for value in values]
    rows = rows_to_read(evidence)
    return errors(trial.claim, solved.chosen, given, evidence, rows, trial.budget)
