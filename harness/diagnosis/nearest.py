"""Where nothing fits: of the claim and all single deviations, what leaves least unexplained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from harness.diagnosis.budget import OutOfTime
from harness.diagnosis.explanation import Nearest
from harness.diagnosis.hypotheses import USUAL, Candidate, Deviations, open_constants, singles
from harness.diagnosis.noise import UNITS, typical
from harness.diagnosis.trial import Trial, cut
from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.stepping.stepper import replay


@dataclass
class _Left:
    """What candidates leave, over the evidence so far; each (C,)."""

    mean: Rows
    most: Rows
    within: Rows
    values: int
    worst: list[str]


def nearest(trial: Trial) -> Nearest | None:
    """What comes nearest over all evidence, with the most it leaves of any value, and where.

    None where no candidate leaves anything finite, or there was no time to see all of it.
    """
    candidates = _candidates(trial)
    count = len(candidates)
    left = _Left(np.zeros(count), np.zeros(count), np.zeros(count), 0, [""] * count)
    for evidence in trial.evidence:
        try:
            _add(left, trial, candidates, evidence)
        except OutOfTime:
            return None
    if not left.values or not np.isfinite(left.most).any():
        return None
    # What gives more of the values is nearer, however far the rest is; to a tenth of them, since
    # a few come out right by chance. So do the last digits of what is left.
    tenths = np.round(left.within / left.values, 1)
    endless = ~np.isfinite(left.most)
    keys = [_rounded(left.most), _rounded(left.mean), -tenths, endless]
    best = int(np.lexsort((np.arange(count), *keys))[0])
    share = float(left.within[best] / left.values)
    chosen, constants = candidates[best]
    return Nearest(chosen, float(left.most[best]), share, left.worst[best], constants)


def _rounded(left: Rows) -> Rows:
    return np.array([float(f"{x:.3g}") for x in left.tolist()])


def _candidates(trial: Trial) -> list[Candidate]:
    tried: list[Candidate] = [((), {})]
    for chosen in singles(trial.claim):
        if chosen[0][0] == "precision" and chosen[0][1] not in trial.storable:
            continue
        names = open_constants(chosen)
        offered = trial.evidence[0].scenario.options
        usual = list(usual_constants(chosen)) if set(names) - set(offered) else [{}]
        tried.extend((chosen, constants) for constants in usual)
    return tried


def _add(left: _Left, trial: Trial, candidates: list[Candidate], evidence: Evidence) -> None:
    hypotheses = [trial.hypothesis(c, k, evidence) for c, k in candidates]
    seen = evidence.seen[: evidence.steps]
    weights = replay(cut(evidence), hypotheses, before_each=trial.budget.check).weights[:, seen]
    observed = evidence.weights[: evidence.steps][seen]
    arithmetic = typical(replace(evidence, rounding=0.0), UNITS[evidence.precision])
    noise = 8 * arithmetic[: evidence.steps][seen] + evidence.rounding
    with np.errstate(all="ignore"):
        moved = np.abs(observed - evidence.initial) + np.abs(weights - evidence.initial)
        apart = np.abs(weights - observed)
        relative = apart / np.where(moved > 0, moved, 1.0)
        near = apart <= noise
    both = np.isnan(weights) & np.isnan(observed)[None]
    relative = np.where(both | (weights == observed), 0.0, relative)
    relative = np.where(np.isnan(relative), np.inf, relative)
    most = relative.max(axis=(1, 2), initial=0.0)
    for i in np.flatnonzero(most > left.most).tolist():
        left.worst[i] = evidence.name
    left.most = np.maximum(left.most, most)
    # A value that is far off counts as one, however far.
    left.mean = left.mean + np.minimum(relative, 1.0).sum(axis=(1, 2))
    left.within = left.within + (near | both | (weights == observed)).sum(axis=(1, 2))
    left.values += int(observed.size)


def usual_constants(chosen: Deviations) -> Iterable[dict[str, float]]:
    """The constant of a set that has one, at each of its usual values."""
    names = open_constants(chosen)
    if len(names) != 1 or names[0] not in USUAL:
        return []
    return [{names[0]: value} for value in USUAL[names[0]]]
