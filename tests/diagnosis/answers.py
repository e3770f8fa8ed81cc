"""What an answer of the search is worth, held against what a port truly does.

Everything that is named is recomputed from the formulas, an element at a time, by code that shares
nothing with what the search replays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import naive
import numpy as np

from harness.diagnosis.diagnose import Change, Diagnosis, Explanation, Part
from harness.diagnosis.hypotheses import Deviations, dialect, of_formula, open_constants
from harness.diagnosis.thinning import coupled, restricted
from harness.model.evidence import Evidence, shortened
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import equivalence
from python_ref.numbers.arithmetic import PLAIN
from python_ref.rounding.envelope import running_envelopes
from python_ref.stepping.hypothesis import Hypothesis

REFERENCE = Dialect()

WORDS = (
    "answered",  # the set itself, or the same thing in algebra
    "among the alternatives",
    "fewer do as well",  # on what was seen, with constants of their own
    "others do as well",  # as many, and the set itself is not listed
    "where",  # a change, or parts, that reproduce what was seen
    "too little",  # what fits is said to fit perhaps by chance
    "no number",  # of what was seen most is none
    "said what was tried",  # the set was not, and the message says so
    "missed",  # the set was tried, but the constants of its own were not found
    "FALSE",  # what is named does not reproduce it, or the set was tried and needs no constants
)


def answer(found: Diagnosis, evidence: Evidence, chosen: Deviations) -> str:
    """One of WORDS for what is said of evidence that a port with these deviations gave."""
    truth = of_formula(chosen)
    if found.best is None:
        if found.untold is not None:
            return "too little" if reproduces(found.untold, evidence) else "FALSE"
        if found.numberless:
            return "no number"
        if found.change is not None and not _changes(found.change, evidence):
            return "FALSE"
        if not all(_explains(part, evidence) for part in found.parts):
            return "FALSE"
        whole = found.parts and all(part.explanation for part in found.parts)
        if whole or (found.change is not None and found.change.kind):
            return "where"
        if found.tried.size < len(truth):
            return "said what was tried"
        return "missed" if open_constants(truth) else "FALSE"
    every = [found.best, *found.alternatives]
    if not all(reproduces(e, evidence) for e in every):
        return "FALSE"
    if same(found.best.chosen, truth):
        return "answered"
    if any(same(e.chosen, truth) for e in found.alternatives):
        return "among the alternatives"
    return "fewer do as well" if found.best.size < len(truth) else "others do as well"


def same(a: Deviations, b: Deviations) -> bool:
    """Whether two formulas are one in algebra, at a constant learning rate at least."""
    return equivalence(*(dialect(REFERENCE, of_formula(c)) for c in (a, b))) != "never"


def reproduces(explanation: Explanation, evidence: Evidence) -> bool:
    """Whether it gives what was seen: to the last bit if that is said, else within rounding."""
    named = dialect(REFERENCE, explanation.chosen, explanation.constants)
    exact = dict(explanation.arithmetic or ()).get(evidence.precision)
    hypothesis = Hypothesis(named, exact or PLAIN, evidence.precision)
    precision = hypothesis.effective_precision
    if precision not in naive.PRECISIONS:  # 16 bits of a kind NumPy lacks
        return True
    weights, _ = naive.trajectory(evidence.scenario, named, hypothesis.arithmetic, precision)
    near = _near(named, evidence, weights) if exact is None else _printed(evidence, weights)
    return bool(near[evidence.seen].all())


def _printed(e: Evidence, weights: np.ndarray) -> np.ndarray:
    """(T, N) which weights are those seen, or print as they do."""
    with np.errstate(all="ignore"):
        printed = np.abs(weights - e.weights) <= e.rounding + np.spacing(np.abs(e.weights))
    alike = (weights == e.weights) | (np.isnan(weights) & np.isnan(e.weights))
    return alike | (printed & (e.rounding > 0))


def _near(named: Dialect, e: Evidence, weights: np.ndarray) -> np.ndarray:
    """(T, N) which of the weights of a dialect are those seen, within twice its envelope."""
    with np.errstate(all="ignore"):
        bound = running_envelopes(e.scenario, e.precision, [named])[0]
        # Where there is no bound a name must still be right to a thousandth of the way.
        loose = 1e-3 * np.abs(e.weights - e.initial) + 1e-6 * np.abs(e.weights)
        limit = np.where(np.isnan(bound), loose, 2 * bound) + e.rounding
        near = np.abs(weights - e.weights) <= limit * (1 + 1e-9)
    near |= weights == e.weights
    return near | (np.isnan(weights) & np.isnan(e.weights))


def _changes(change: Change, evidence: Evidence) -> bool:
    """Whether the beginning is as said, and what comes after if that is said, too."""
    if not reproduces(change.before, shortened(evidence, change.step)):
        return False
    if not change.kind:
        return True
    named = dialect(REFERENCE, change.before.chosen, change.before.constants)
    scenario = evidence.scenario
    if change.kind == "learning_rate":
        given = scenario.learning_rates or (scenario.learning_rate,) * scenario.steps
        rates = tuple(r * (change.factor if t >= change.step else 1) for t, r in enumerate(given))
        changed = replace(evidence, scenario=replace(scenario, learning_rates=rates))
        return reproduces(change.before, changed)
    precision = Hypothesis(named, precision=evidence.precision).effective_precision
    rows, weights, start = [], scenario.weights, 0
    while start < scenario.steps:
        first = start == 0
        end = start + change.step if first or change.repeated else scenario.steps
        part = replace(
            scenario,
            weights=weights,
            gradients=scenario.gradients[start:end],
            learning_rates=scenario.learning_rates[start:end],
        )
        rows.append(naive.trajectory(part, named, precision=precision)[0])
        cuts = np.cumsum(scenario.lengths)[:-1]
        weights = dict(zip(scenario.names, np.split(rows[-1][-1], cuts), strict=True))
        start = end
    near = _near(named, evidence, np.concatenate(rows))
    return bool(near[evidence.seen].all())


def _explains(part: Part, evidence: Evidence) -> bool:
    """Whether a part is as said; where elements have to do with each other nothing is checked."""
    if part.explanation is None:
        return True
    if coupled(dialect(REFERENCE, part.explanation.chosen)):
        return True
    return reproduces(part.explanation, restricted(evidence, _mask(part.places, evidence)))


def _mask(places: Sequence[str], evidence: Evidence) -> np.ndarray:
    """(N,) the elements of arrays, or of "name[index]"."""
    scenario = evidence.scenario
    names = [
        (name, f"{name}[{i}]")
        for name, length in zip(scenario.names, scenario.lengths, strict=True)
        for i in range(length)
    ]
    return np.array([bool(set(both) & set(places)) for both in names])
