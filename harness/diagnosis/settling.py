"""Numbers after the formula: which floats are computed with, which hyperparameters are rounded.

A formula that comes near is tried as it is, and where that does not fit with every narrow
precision that what was seen could be stored in, every subset of the hyperparameters it is given
rounded to float32 on the way in, and subnormals flushed, in every combination.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, compress

import numpy as np

from harness.comparison.distance import same
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import (
    IGNORED,
    Candidate,
    Deviations,
    dialect,
    in_order,
    open_constants,
)
from harness.diagnosis.trial import Trial, cut
from harness.model.evidence import Evidence
from python_ref.dialects.axes import AXES, ROUNDED
from python_ref.dialects.dialect import Dialect
from python_ref.stepping.effective import hyperparameters
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Rounding of hyperparameters moves weights by 1e-8 of their way, and double's own rounding by
# far less: what is off by more on most elements is another subset.
_TIGHT = 1e-9
# More than this are held to their envelopes together first.
_FEW = 8
# More formulas than this do not come near at once; they are settled in turns.
_TOGETHER = 32


def settle(trial: Trial, candidates: Sequence[Candidate]) -> list[Explanation]:
    """The candidates that explain everything, as they are or with other numbers."""
    plain = trial.borne_out(candidates)
    done = {(e.chosen, tuple(e.constants.items())) for e in plain}
    left = [c for c in candidates if (c[0], tuple(c[1].items())) not in done]
    explanations = list(plain)
    for start in range(0, len(left), _TOGETHER):
        trial.budget.check()
        explanations += _with_numbers(trial, left[start : start + _TOGETHER])
    return explanations


def _with_numbers(trial: Trial, candidates: Sequence[Candidate]) -> list[Explanation]:
    """For each candidate the first of its variants that fits, those equal bit for bit before."""
    offered = [
        (i, (in_order((*numbers, *chosen)), constants))
        for i, (chosen, constants) in enumerate(candidates)
        for numbers in variants(trial, (chosen, constants))
    ]
    owners = {id(candidate): i for i, candidate in offered}
    narrow = [c for _, c in offered if "precision" in dict(c[0])]
    double = [c for _, c in offered if "precision" not in dict(c[0])]
    near = [*trial.near(double, _TIGHT), *trial.near(narrow)]
    if len(near) > _FEW:
        near = list(compress(near, trial.within(near, trial.evidence[0])[0]))
    best: dict[int, Explanation] = {}
    order = {id(c): k for k, (_, c) in enumerate(offered)}
    for candidate in sorted(near, key=lambda c: order[id(c)]):
        owner = owners[id(candidate)]
        if owner in best and best[owner].arithmetic is not None:
            continue
        for explanation in trial.borne_out([candidate]):
            if not _seen_flushed(trial, candidate):
                continue  # bounds are so wide where numbers are flushed that more fits
            if owner not in best or explanation.arithmetic is not None:
                best[owner] = explanation
    return list(best.values())


def variants(trial: Trial, candidate: Candidate) -> list[Deviations]:
    """Other numbers for a candidate, few changes before many."""
    whole = dialect(trial.claim, *candidate)
    precisions = ["", *trial.storable]
    subsets = _subsets(trial, candidate[0], whole) if _double(trial) else ["none"]
    flushing = [False, True] if _flushes(trial, whole) else [False]
    every: list[Deviations] = []
    for flushed in flushing:
        for precision in precisions:
            # Where all is narrow, hyperparameters are narrowed anyway.
            rounding = subsets if precision in ("", "float32_wide") else ["none"]
            for subset in rounding:
                chosen = (
                    ("precision", precision or trial.claim.choice("precision")),
                    ("float32_hyperparameters", subset),
                    ("subnormals", "flushed" if flushed else trial.claim.choice("subnormals")),
                )
                changed = tuple(
                    (axis, value) for axis, value in chosen if value != trial.claim.choice(axis)
                )
                if changed:
                    every.append(changed)
    return sorted(every, key=lambda v: sum(value.count("+") + 1 for _, value in v))


def _double(trial: Trial) -> bool:
    return all(e.precision == "float64" for e in trial.evidence)


def _subsets(trial: Trial, chosen: Deviations, dialect: Dialect) -> list[str]:
    """The values of float32_hyperparameters that change what this dialect computes with."""
    own = set(open_constants(chosen)) - set(trial.evidence[0].scenario.options)
    own |= {name for name, axis in IGNORED.items() if dialect.choice(axis) == "ignored"}
    names = [
        name
        for name in ROUNDED
        if name not in own and _used(dialect, name) and _rounds(trial, dialect, name)
    ]
    listed = [
        "+".join(subset) for count in range(len(names) + 1) for subset in combinations(names, count)
    ]
    return [subset or "none" for subset in listed]


def _used(dialect: Dialect, name: str) -> bool:
    options = {"momentum", "weight_decay", "clip"}
    if name not in options:
        return True
    chosen = dialect.choices().items()
    return any(name in AXES[axis][value].constants for axis, value in chosen)


def _rounds(trial: Trial, dialect: Dialect, name: str) -> bool:
    """Whether float32 holds another number."""
    plain = dialect.choices()
    plain.pop("float32_hyperparameters", None)
    as_given = Dialect.choosing(plain, dialect.constants)
    for evidence in trial.evidence:
        value = hyperparameters(evidence.scenario, as_given)[name]
        if float(np.float32(value)) != value:
            return True
    return False


def _flushes(trial: Trial, dialect: Dialect) -> bool:
    """Whether anything that this dialect computes is subnormal."""
    if not any(map(reaches_subnormals, trial.evidence)):
        return False
    choices = {**dialect.choices(), "subnormals": "flushed"}
    flushed = Dialect.choosing(choices, dialect.constants)
    for evidence in trial.evidence:
        pair = [Hypothesis(d, precision=evidence.precision) for d in (dialect, flushed)]
        weights = replay(cut(evidence), pair).weights
        if not np.array_equal(weights[0], weights[1], equal_nan=True):
            return True
    return False


def _seen_flushed(trial: Trial, candidate: Candidate) -> bool:
    """Whether what is said to be flushed is: most weights that tell are nearer to it than not."""
    chosen, constants = candidate
    if ("subnormals", "flushed") not in chosen:
        return True
    kept = tuple(member for member in chosen if member[0] != "subnormals")
    nearer = farther = 0
    for evidence in trial.evidence:
        pair = [trial.hypothesis(c, constants, evidence) for c in (chosen, kept)]
        flushed, whole = replay(cut(evidence), pair).weights[:, evidence.seen[: evidence.steps]]
        observed = evidence.weights[: evidence.steps][evidence.seen[: evidence.steps]]
        with np.errstate(all="ignore"):
            off, off_whole = np.abs(observed - flushed), np.abs(observed - whole)
        tells = ~same(flushed, whole)
        nearer += int((tells & ~(off > off_whole)).sum())
        farther += int((tells & (off > off_whole)).sum())
    return nearer >= farther


def reaches_subnormals(evidence: Evidence) -> bool:
    """Whether anything fed is so small that a product with it may be subnormal."""
    least = float(np.finfo("float64" if evidence.precision == "float64" else "float32").tiny)
    steps = evidence.scenario.gradients[: evidence.steps]
    arrays = [*evidence.scenario.weights.values(), *(g for step in steps for g in step.values())]
    sizes = np.abs(np.concatenate([np.zeros(0), *arrays]))
    return bool(((sizes > 0) & (sizes < least**0.25)).any())
