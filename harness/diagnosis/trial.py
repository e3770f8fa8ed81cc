"""Candidates held to evidence: a coarse sieve first, then the envelope, then every bit.

What the sieve passes is judged by the rounding envelope of each candidate's own dialect on every
piece of evidence, and compared bit for bit in every listed arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from harness.comparison.distance import family, same
from harness.comparison.replays import equal_arithmetics
from harness.comparison.roots import but_for_roots
from harness.diagnosis.budget import Budget
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import Candidate, Deviations, dialect
from harness.diagnosis.noise import UNITS, spread, storable
from harness.model.evidence import Evidence
from harness.model.observation import flat_gradients
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.evaluation import library_arithmetics, ordinary_arithmetics
from python_ref.numbers.arithmetic import Arithmetic
from python_ref.rounding.envelope import running_envelopes
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper, replay

# The sieve only saves time: what it passes is judged by the envelope. Rounding moves a port by
# some 1e-13 of its path in double and 1e-5 in float, hyperparameters rounded to float32 by 1e-8
# and up to 1e-5 where a decay rate is near 1; a set is dropped when most elements are far
# outside of that.
_SIEVE = {"float64": 1e-4, "float32": 1e-2}
# What a port that keeps 16 bits is off by.
_SIEVE_16 = 0.5
# Numbers in a step of all candidates that are looked at together.
_BATCH = 2_000_000
# So many candidates are asked for bits one by one; more are first held to the envelope.
_FEW = 6
# Of so many that the envelope leaves it is asked whether libraries compute them bit for bit.
_MANY = 12


CLAIM: Sequence[Candidate] = [((), {})]
"""The claim as it is, as the only candidate."""


@dataclass
class Surviving:
    """A candidate while the evidence is gone through.

    Attributes:
        equal: by precision, the arithmetics that equal all so far; None once none does.
        supporting, uninformative: weights that moved and speak for it, or say nothing.
    """

    chosen: Deviations
    constants: Mapping[str, float]
    equal: dict[str, Sequence[Arithmetic]] | None = field(default_factory=dict)
    supporting: int = 0
    uninformative: int = 0

    def exact(self) -> tuple[tuple[str, Arithmetic], ...] | None:
        """By precision, the first arithmetic that equals all evidence; None if one has none."""
        if not self.equal:
            return None
        return tuple((precision, arithmetics[0]) for precision, arithmetics in self.equal.items())


# Of the way that a weight went, where a denominator can be 0 or a difference cancels.
_UNBOUNDED = 1e-3


class Trial:
    """Candidates against one port's evidence.

    Args:
        claim: what deviations are from.
        evidence: the first piece is what the sieve looks at.
        budget: asked for time between steps.
    """

    def __init__(
        self, claim: Dialect, evidence: Sequence[Evidence], budget: Budget | None = None
    ) -> None:
        self.claim = claim
        self.evidence = list(evidence)
        self.budget = budget or Budget()
        self.storable = storable(evidence)

    def within_time(self, budget: Budget) -> Trial:
        """The same under another budget."""
        return Trial(self.claim, self.evidence, budget)

    @property
    def loose(self) -> float:
        """How far off, relative to the way it went, an element may be in the sieve."""
        if any("16" in name for name in self.storable):
            return _SIEVE_16
        return _SIEVE["float32" if self.storable else family(self.evidence[0].precision)]

    def explained(self, candidates: Sequence[Candidate]) -> list[Explanation]:
        """The candidates that every piece of evidence bears out, in their order."""
        return self.borne_out(self.near(candidates))

    def near(
        self, candidates: Sequence[Candidate], loose: float | None = None, precision: str = ""
    ) -> list[Candidate]:
        """The candidates that the richest piece of evidence does not rule out at a glance.

        Args:
            candidates: what they are.
            loose: how far off, relative to the way it went, an element may be; as precision
                and hyperparameters leave it unless said.
            precision: what they compute with, other than what was stored.
        """
        left: list[Candidate] = []
        together = max(1, _BATCH // max(1, self.evidence[0].scenario.size))
        for start in range(0, len(candidates), together):
            part = candidates[start : start + together]
            left += [part[i] for i in self.sieved(part, self.evidence[0], loose, precision)]
        return left

    def borne_out(self, candidates: Sequence[Candidate]) -> list[Explanation]:
        """The candidates that the envelope or every bit of every piece of evidence bears out."""
        surviving = [Surviving(chosen, constants) for chosen, constants in candidates]
        for evidence in self.evidence:
            if not surviving:
                return []
            self.budget.check()
            surviving = self.holding(surviving, evidence)
        # Where most of what moved has no bound that says anything, nothing is explained but
        # what is equal to the last bit.
        if len(surviving) <= _MANY:
            for h in surviving:
                if h.equal is None:
                    h.equal = self._as_in_libraries(h)
        return [
            Explanation(h.chosen, dict(h.constants), h.exact())
            for h in surviving
            if h.supporting >= h.uninformative or h.exact() is not None
        ]

    def _as_in_libraries(self, surviving: Surviving) -> dict[str, Sequence[Arithmetic]] | None:
        """By precision, the arithmetics of libraries that equal all evidence; None if none do."""
        equal: dict[str, Sequence[Arithmetic]] = {}
        for evidence in sorted(self.evidence, key=lambda e: e.weights.size):
            self.budget.check()
            precision = evidence.precision
            of_libraries = library_arithmetics(
                self.hypothesis(surviving.chosen, surviving.constants, evidence).dialect, precision
            )
            asked = equal.get(precision, of_libraries)
            equal[precision] = self.equal(surviving.chosen, surviving.constants, evidence, asked)
            if not equal[precision]:
                return None
        return equal

    def but_for_roots(self, explanation: Explanation) -> Explanation:
        """The explanation with the arithmetics that equal all evidence if roots may be off."""
        if explanation.arithmetic is not None or any(e.input_rounding for e in self.evidence):
            return explanation
        arithmetics = []
        for precision in dict.fromkeys(e.precision for e in self.evidence):
            fed = [
                (cut(e), dialect(self.claim, explanation.chosen, explanation.constants), e)
                for e in self.evidence
                if e.precision == precision
            ]
            self.budget.check()
            best = but_for_roots(fed, precision)
            if best is None:
                return explanation
            arithmetics.append((precision, best))
        return replace(explanation, but_for_roots=tuple(arithmetics))

    def holding(self, surviving: Sequence[Surviving], evidence: Evidence) -> list[Surviving]:
        """Those of `surviving` that one more piece of evidence bears out.

        What equals it to the last bit, in an arithmetic that equals all before it, needs no
        bound; the rest is held to its envelope.
        """
        many = len(surviving) > _FEW  # too many to ask bit for bit until the envelope has left few
        if many:
            surviving = list(compress(surviving, self._fitting(surviving, evidence)))
        for h in surviving:
            if h.equal is not None:
                asked = h.equal.get(evidence.precision)
                arithmetics = self.equal(h.chosen, h.constants, evidence, asked)
                h.equal = {**h.equal, evidence.precision: arithmetics} if arithmetics else None
        if many:
            return list(surviving)
        for h in surviving:
            if h.equal is not None:
                numbers = np.isfinite(evidence.weights[evidence.seen])
                h.supporting += int(numbers.sum())
                h.uninformative += int((~numbers).sum())
        unequal = [h for h in surviving if h.equal is None]
        fits = dict(zip(map(id, unequal), self._fitting(unequal, evidence), strict=True))
        return [h for h in surviving if h.equal is not None or fits[id(h)]]

    def _fitting(self, surviving: Sequence[Surviving], evidence: Evidence) -> list[bool]:
        """Which of them one more piece of evidence does not contradict, counting what speaks."""
        if not surviving:
            return []
        fits, says = self.within([(h.chosen, h.constants) for h in surviving], evidence)
        for h, supporting, uninformative in zip(surviving, *says.tolist(), strict=True):
            h.supporting += supporting
            h.uninformative += uninformative
        return list(fits.tolist())

    def hypothesis(
        self, chosen: Deviations, constants: Mapping[str, float], evidence: Evidence
    ) -> Hypothesis:
        """A candidate as a port that stores what was seen."""
        return Hypothesis(dialect(self.claim, chosen, constants), precision=evidence.precision)

    def sieved(
        self,
        candidates: Sequence[Candidate],
        evidence: Evidence,
        loose: float | None = None,
        precision: str = "",
    ) -> list[int]:
        """Which candidates are not far off on most elements, step by step."""
        alive = np.arange(len(candidates))
        stored = precision or evidence.precision
        stepper = Stepper(
            evidence.scenario,
            [Hypothesis(dialect(self.claim, c, k), precision=stored) for c, k in candidates],
        )
        loose = self.loose if loose is None else loose
        floor = self._sieve_floor(evidence)
        # Where nothing moves either, narrow storage rounds what was given.
        narrow = 2 * max((UNITS[name] for name in self.storable), default=0.0)
        for t in range(evidence.steps):
            self.budget.check()
            weights, _ = stepper.step()
            if not evidence.seen[t]:
                continue
            observed = evidence.weights[t]
            with np.errstate(all="ignore"):
                moved = np.maximum(
                    np.abs(observed - evidence.initial), np.abs(weights - evidence.initial)
                )
                tolerance = loose * (moved + np.abs(observed) * 1e-9) + floor[t]
                tolerance += narrow * np.abs(observed)
                apart = np.abs(weights - observed)
                # Where one of them is infinite the tolerance is, too, and would let all pass.
                near = np.isfinite(apart) & (apart <= tolerance)
            near |= same(weights, observed[None, :])
            # Elements that neither moves say nothing, however many they are.
            still = same(observed, evidence.initial) & same(weights, evidence.initial)
            passed = np.asarray(2 * (near & ~still).sum(axis=1) >= (~still).sum(axis=1))
            if not passed.all():
                alive = alive[passed]
                if not alive.size:
                    return []
                stepper.keep(passed)
        return list(alive.tolist())

    def _sieve_floor(self, evidence: Evidence) -> NDArray[np.float64]:
        """(T, N or 1) what print may hide."""
        floor = np.full((evidence.steps, 1), 2 * evidence.rounding)
        if not evidence.input_rounding:
            return floor
        claim = self.hypothesis((), {}, evidence)
        inputs = spread(evidence, [claim], evidence.steps, self.budget.check)[0]
        # Of other formulas it may be several times as much.
        return np.asarray(floor + 4 * np.where(np.isfinite(inputs), inputs, 0.0))

    def within(
        self, candidates: Sequence[Candidate], evidence: Evidence
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which candidates hold everything observed within their own rounding envelope.

        Returns:
            (C,) whether nothing contradicts a candidate, and (2, C) how many of the weights
            that moved speak for it and how many say nothing, having no bound or one wider than
            the way they went.
        """
        apart, dumb = self.outside(candidates, evidence)
        went = ~same(evidence.weights[: evidence.steps][evidence.seen[: evidence.steps]],
                     evidence.initial)[None]  # fmt: skip
        fits = np.asarray(~apart.any(axis=(1, 2)))
        counts = [(went & ~dumb).sum(axis=(1, 2)), (went & dumb).sum(axis=(1, 2))]
        return fits, np.array(counts)

    def speaking(self) -> int | None:
        """By how many weights that moved speak for the claim more than say nothing of it.

        None where one contradicts it.
        """
        more = 0
        for evidence in self.evidence:
            fits, says = self.within(CLAIM, evidence)
            if not fits[0]:
                return None
            more += int(says[0, 0] - says[1, 0])
        return more

    def outside(
        self, candidates: Sequence[Candidate], evidence: Evidence
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which values contradict each candidate, and which say nothing, (C, seen, N) both."""
        weights, bound = self.limits(candidates, evidence)
        seen = evidence.seen[: evidence.steps]
        observed = evidence.weights[: evidence.steps][seen]
        equal = same(weights, observed[None])
        with np.errstate(all="ignore"):
            moved = np.abs(observed - evidence.initial)
            # Where rounding has no bound, what is named must still come near.
            limit = np.where(np.isnan(bound), _UNBOUNDED * moved, bound) + evidence.rounding
            apart = np.abs(weights - observed) > limit
            # What is no number must be the same one.
            apart |= ~(np.isfinite(weights) & np.isfinite(observed)[None])
            # What is no number says nothing either: many ways lead there.
            dumb = ~np.isfinite(observed) | (~equal & (np.isnan(bound) | (bound > 2 * moved)))
        scaled = np.array([("eps", "ignored") in chosen for chosen, _ in candidates])
        lossy = scaled[:, None, None] & _subnormal(cut(evidence), evidence.precision)[None, seen]
        return apart & ~equal & ~lossy, dumb | lossy

    def limits(
        self, candidates: Sequence[Candidate], evidence: Evidence
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(C, seen, N) what candidates give, and how far rounding may move that; NaN: unknown.

        Print is not in it, but that of what was fed.
        """
        scenario = cut(evidence)
        dialects = [dialect(self.claim, c, k) for c, k in candidates]
        hypotheses = [Hypothesis(d, precision=evidence.precision) for d in dialects]
        check = self.budget.check
        weights = replay(scenario, hypotheses, before_each=check).weights
        # The value replayed may be off by the bound as well as the port.
        bound = 2 * running_envelopes(scenario, evidence.precision, dialects, before_each=check)
        if evidence.input_rounding:
            bound = bound + spread(evidence, hypotheses, evidence.steps, check)
        seen = evidence.seen[: evidence.steps]
        return weights[:, seen], bound[:, seen]

    @cached_property
    def first_off(self) -> int:
        """The first step, from 0, in which the claim does not fit; the last if it fits in all."""
        evidence = self.evidence[0]
        seen = np.flatnonzero(evidence.seen)
        if len(seen) == 1:
            return int(seen[0])
        apart, _ = self.outside(CLAIM, evidence)
        off = np.flatnonzero(apart[0].any(axis=1))
        return int(seen[off[0]]) if off.size else int(seen[-1])

    def equal(
        self,
        chosen: Deviations,
        constants: Mapping[str, float],
        evidence: Evidence,
        asked: Sequence[Arithmetic] | None = None,
    ) -> Sequence[Arithmetic]:
        """The arithmetics in which a candidate gives every bit that was seen."""
        if evidence.input_rounding:
            return ()  # what was fed is not known to the last bit
        hypothesis = self.hypothesis(chosen, constants, evidence)
        return equal_arithmetics(
            cut(evidence),
            hypothesis.dialect,
            evidence.precision,
            evidence.weights[: evidence.steps],
            asked or ordinary_arithmetics(hypothesis.dialect, evidence.precision),
            seen=evidence.seen[: evidence.steps],
            rounding=evidence.rounding,
            before_each=self.budget.check,
        )


# A batch is seldom larger.
_SCALE = 2.0**16


def _subnormal(scenario: Scenario, precision: str) -> NDArray[np.bool_]:
    """(T, N) where a gradient was so small that a scale of its own would cost it bits.

    An epsilon of the port's own is, in algebra, one beside gradients that are divided first.
    """
    least = float(np.finfo("float64" if precision == "float64" else "float32").tiny)
    gradients, _ = flat_gradients(scenario, 0, scenario.steps)
    tiny = (gradients != 0) & (np.abs(gradients) < least * _SCALE)
    return np.asarray(np.logical_or.accumulate(tiny, axis=0))


def cut(evidence: Evidence) -> Scenario:
    """The scenario up to the last step that was seen."""
    if evidence.steps == evidence.scenario.steps:
        return evidence.scenario
    return replace(evidence.scenario, gradients=evidence.scenario.gradients[: evidence.steps])
