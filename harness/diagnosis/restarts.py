"""What happens at a step, in all evidence that reaches it: the state is lost, or the rate changes.

A state is lost once or after every so many steps; a learning rate stays what it has become.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.diagnosis.budget import Budget, OutOfTime
from harness.diagnosis.explanation import Change, Explanation
from harness.diagnosis.hypotheses import dialect
from harness.diagnosis.noise import UNITS, typical
from harness.diagnosis.ranking import ranked
from harness.diagnosis.rates import other_rate, steps_down
from harness.diagnosis.search import Search
from harness.diagnosis.trial import Trial
from harness.model.evidence import Evidence, shortened
from python_ref.dialects.dialect import Dialect
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Replay, replay

# Beginnings of so many steps are searched for what explains all evidence until the state is lost.
_BEGINNINGS = (2, 5, 12)
# What is lost after every step is `state=reset`.
_SHORTEST = 2


def turn(
    claim: Dialect,
    evidence: Sequence[Evidence],
    budget: Budget,
    free: Sequence[str] = (),
    *,
    deep: bool = True,
) -> Change | Explanation | None:
    """What explains all evidence up to a step, and what happens then; None if nothing does.

    Where it happens again after every so many steps and has a name, all is explained by that.

    All that goes on after that step must be as if it began there, or as at another learning
    rate, and most of what is off by then must speak for it.

    Args:
        claim: what the port was held against.
        evidence: what was observed.
        budget: asked for time.
        free: hyperparameters that the port cannot be given.
        deep: single deviations from the claim are looked for, too.
    """
    tried = [Explanation(())]
    try:
        if change := _turning(claim, tried[0], evidence, budget):
            return change
        for steps in _BEGINNINGS if deep else ():
            search = Search(claim, [shortened(e, steps) for e in evidence], free, budget)
            for before in ranked(search.run(largest=1)):
                # What is bit for bit the same in fewer steps says nothing else.
                if any((before.chosen, before.constants) == (t.chosen, t.constants) for t in tried):
                    continue
                tried.append(before)
                if change := _turning(claim, before, evidence, budget):
                    return change
    except OutOfTime:
        pass
    return None


def _turning(
    claim: Dialect, before: Explanation, evidence: Sequence[Evidence], budget: Budget
) -> Change | Explanation | None:
    """The change, if all evidence bears it out."""
    trial = Trial(claim, evidence, budget)
    last: list[int] = []
    for e in evidence:
        explained = explains_until(trial, before, e)
        if explained is None:
            return None
        last.append(explained + 1)
    steps = min((t for t, e in zip(last, evidence, strict=True) if t < e.steps), default=0)
    if steps < _SHORTEST:
        return None
    port = dialect(claim, before.chosen, before.constants)
    reaching = [(e, t < e.steps) for e, t in zip(evidence, last, strict=True) if e.steps > steps]
    for repeated in (False, True):
        evidence_for = 0
        for e, departs in reaching:
            more = lost(port, e, steps, budget, repeated=repeated)
            if more is None:
                break
            evidence_for += more * departs
        else:
            if evidence_for > 0:
                return Change(before, steps, "state", repeated=repeated)
    # What tells most of it is what the learning rate is read from.
    departing = sorted((e for e, departs in reaching if departs), key=lambda e: -e.weights.size)
    others = [e for e, departs in reaching if not departs]
    if rate := other_rate(claim, before, [*departing, *others], steps - 1, budget):
        return Change(before, steps, "learning_rate", factor=rate.factor, learning_rate=rate.rate)
    shorter = [e for e in evidence if not any(e is d for d in departing)]
    return steps_down(claim, before, [*departing, *shorter], steps - 1, budget)


def explains_until(trial: Trial, explanation: Explanation, evidence: Evidence) -> int | None:
    """The last step seen, from 0, before the first that contradicts an explanation."""
    apart, _ = trial.outside([(explanation.chosen, explanation.constants)], evidence)
    seen = np.flatnonzero(evidence.seen)
    off = np.flatnonzero(apart[0].any(axis=1))
    if not off.size:
        return int(seen[-1])
    return int(seen[off[0] - 1]) if off[0] else None


def lost(
    dialect: Dialect, evidence: Evidence, steps: int, budget: Budget, *, repeated: bool = False
) -> int | None:
    """Whether a port of this dialect loses its state after so many steps, or after every so many.

    Returns:
        By how many the numbers that speak for it are more than those that say nothing; None
        where one contradicts.
    """
    more = 0
    while evidence.steps > steps:
        hypothesis = Hypothesis(dialect, precision=evidence.precision)
        evidence = _after(evidence, steps, replay(evidence.scenario, [hypothesis], steps))
        if repeated and not evidence.seen[:steps].any():
            continue
        part = shortened(evidence, steps) if repeated else evidence
        speaking = Trial(dialect, [part], budget).speaking()
        if speaking is None:
            return None
        more += speaking
        if not repeated:
            break
    return more


def _after(evidence: Evidence, steps: int, replayed: Replay) -> Evidence:
    """What comes after so many steps, as if it were the beginning, from the weights replayed.

    They are known as well as print and rounding told them.
    """
    scenario = evidence.scenario
    cuts = np.cumsum(scenario.lengths)[:-1]
    fed = replace(
        scenario,
        weights=dict(zip(scenario.names, np.split(replayed.weights[0, -1], cuts), strict=True)),
        gradients=list(scenario.gradients[steps:]),
        learning_rates=scenario.learning_rates[steps:],
    )
    slack = float(np.max(typical(replace(evidence, rounding=0.0), UNITS[evidence.precision])))
    return replace(
        evidence,
        scenario=fed,
        weights=evidence.weights[steps:],
        seen=evidence.seen[steps:],
        rounding=evidence.rounding + slack,
        moving_average=None,
    )
