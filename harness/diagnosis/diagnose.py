"""Why a port diverges: the smallest set of deviations that reproduces what was observed.

Hypotheses are replayed in order of size. A coarse sieve on the richest evidence leaves few of
thousands; those are held to the rounding envelope of their own dialect on every piece of
evidence, and then compared bit for bit in every listed arithmetic. The search stops at the
first size that explains everything. A name is given only then: what comes near and does not
fit is called nearest, never named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from harness.comparison.distance import family, same
from harness.comparison.replays import equal_arithmetics
from harness.diagnosis.hypotheses import (
    USUAL,
    Deviations,
    deviations_of,
    dialect,
    open_constants,
    sets,
    singles,
)
from harness.diagnosis.solver import shortest_first, solve
from harness.model.evidence import Evidence, richest_first, shortened
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import masked
from python_ref.numbers.arithmetic import Arithmetic, arithmetics
from python_ref.rounding.envelope import running_envelopes
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper, replay

LARGEST = 3
"""Sets of more deviations are not searched, except those that a library's name stands for."""

# The sieve only saves time: what it passes is judged by the envelope. Rounding moves a port by
# some 1e-13 of its path in double and 1e-5 in float; a set is dropped when most elements are
# far outside of that.
_SIEVE = {"float64": 1e-4, "float32": 1e-2}
# Numbers in a step of all candidates that are looked at together.
_BATCH = 2_000_000
# Of long evidence the first steps: what is not seen in so many is not seen at all.
_STEPS = 60
# So many candidates are asked for bits one by one; more are first held to the envelope.
_FEW = 6
# Probes that are fed to tell what still fits apart.
_PROBES = 6


@dataclass(frozen=True)
class Explanation:
    """One set of deviations that reproduces everything observed.

    Attributes:
        chosen: the set, in the order of the axes.
        constants: what the port uses instead of what it is given, by hyperparameter.
        arithmetic: by precision, the first listed that is equal bit for bit; None if none is.
    """

    chosen: Deviations
    constants: Mapping[str, float] = field(default_factory=dict)
    arithmetic: tuple[tuple[str, Arithmetic], ...] | None = None

    @property
    def deviations(self) -> tuple[str, ...]:
        """The set as "axis=value"."""
        return deviations_of(self.chosen)


@dataclass(frozen=True)
class Nearest:
    """What comes nearest where nothing fits: described, never named as the cause."""

    chosen: Deviations
    left: float
    """The median of what it leaves unexplained, relative to how far the weights moved."""


@dataclass(frozen=True)
class Diagnosis:
    """What explains a port.

    Attributes:
        best: the explanation; None where nothing in reach explains everything.
        alternatives: the other sets that fit equally well on what was fed.
        masked: axes nothing can be said about, because the explanation hides them.
        nearest: where nothing fits.
        numberless: most of what came out is no number, and too little is left to compare.
    """

    best: Explanation | None
    alternatives: tuple[Explanation, ...] = ()
    masked: tuple[str, ...] = ()
    nearest: Nearest | None = None
    numberless: bool = False


Candidate = tuple[Deviations, Mapping[str, float]]
"""A set of deviations with its constants."""

Probe = Callable[[Sequence[Dialect]], Evidence | None]
"""Feeds a port the scenario that tells these dialects apart best; None if none does."""


def diagnose(
    evidence: Sequence[Evidence],
    claim: Dialect,
    probe: Probe | None = None,
    largest: int = LARGEST,
) -> Diagnosis:
    """Explain what was observed.

    Args:
        evidence: at least one piece with a step seen.
        claim: what the port was held against; deviations are from it.
        probe: feeds the port more; None where it is out of reach.
        largest: sets of more deviations are not looked at.
    """
    ordered = richest_first([shortened(e, _STEPS) for e in evidence if e.steps])
    if not ordered:
        return Diagnosis(None)
    if all(_unmoved(e) for e in ordered):
        return _no_update()
    search = _Search(claim, ordered)
    found: list[Explanation] = []
    numbers = _numbers(ordered)
    for size in range(largest + 1 if numbers else 1):
        # What libraries do is likelier than any three things at once, and sooner tried.
        found = (search.named(size) if size == LARGEST else []) or search.of_size(size)
        if found:
            break
    for _ in range(_PROBES):
        apart = search.apart(found)
        if probe is None or len(apart) < 2:
            break
        more = probe([search.dialect_of(e) for e in apart])
        if more is None or not more.steps:
            break
        search.evidence.append(more)
        found = search.still_fitting(found)
    if not found and not numbers:
        return Diagnosis(None, numberless=True)
    if not found:
        return Diagnosis(None, nearest=search.nearest())
    best, *others = _ranked(found)
    _, *alternatives = _unique([best, *_twins(best, claim), *others])
    return Diagnosis(best, tuple(alternatives), search.masked(best))


def _unmoved(evidence: Evidence) -> bool:
    return bool(same(evidence.initial, evidence.weights[evidence.seen]).all())


def _numbers(evidence: Sequence[Evidence]) -> bool:
    """Whether at least half of the weights that moved, moved to a number."""
    moved = finite = 0
    for e in evidence:
        rows = e.weights[e.seen]
        went = ~same(rows, e.initial)
        moved += int(went.sum())
        finite += int((went & np.isfinite(rows)).sum())
    return 2 * finite >= moved


def _no_update() -> Diagnosis:
    everything_else = tuple(axis for axis in AXES if axis != "write")
    return Diagnosis(Explanation((("write", "none"),)), masked=everything_else)


@dataclass
class _Held:
    """A candidate while the evidence is gone through.

    Attributes:
        equal: by precision, the arithmetics that equal all so far; None once none does.
        spoken, silent: weights that moved and speak for it, or say nothing.
    """

    chosen: Deviations
    constants: Mapping[str, float]
    equal: dict[str, Sequence[Arithmetic]] | None = field(default_factory=dict)
    spoken: int = 0
    silent: int = 0

    def exact(self) -> tuple[tuple[str, Arithmetic], ...] | None:
        """By precision, the first arithmetic that equals all evidence; None if one has none."""
        if not self.equal:
            return None
        return tuple((precision, found[0]) for precision, found in self.equal.items())


class _Search:
    """The search over one port's evidence."""

    def __init__(self, claim: Dialect, evidence: Sequence[Evidence]) -> None:
        self.claim = claim
        self.evidence = list(evidence)
        self._storable = all(_float32_only(e) for e in evidence)

    def of_size(self, size: int) -> list[Explanation]:
        """Every explanation by a set of `size` deviations."""
        if size == 0:
            return self._explained([((), {})])
        every = [c for c in sets(self.claim, size) if self._could_be(c)]
        found = self._explained([(chosen, {}) for chosen in every if self._closed(chosen)])
        # With two things at once there is always a constant that does nearly as well; it is
        # looked for where formulas alone explain nothing.
        if self._settles(found) or (found and size > 1):
            return found
        opened = [chosen for chosen in every if open_constants(chosen)]
        if size < LARGEST:
            return _unique([*found, *self._solved(opened)])
        return _unique(
            self._explained([(chosen, c) for chosen in opened for c in _usual_constants(chosen)])
        )

    def _settles(self, found: Sequence[Explanation]) -> bool:
        """Whether no constant of a port's own could do as well: it would have to change, too.

        Equal to the last bit under several settings of the hyperparameters, a formula leaves
        nothing for a constant to explain.
        """
        settings = {
            (e.scenario.learning_rate, e.scenario.decay_rate, e.scenario.epsilon)
            for e in self.evidence
        }
        return len(settings) >= 3 and any(e.arithmetic is not None for e in found)

    def named(self, size: int) -> list[Explanation]:
        """Explanations by the dialects of libraries that are `size` deviations or more."""
        from python_ref.dialects.libraries import LIBRARIES

        differences = {
            _difference(self.claim, named.dialect): dict(named.dialect.constants)
            for named in LIBRARIES.values()
        }
        candidates = {c: k for c, k in differences.items() if len(c) >= size}
        found = self._explained(list(candidates.items()))
        if not found:
            found = self._solved([chosen for chosen in candidates if open_constants(chosen)])
        return [e for e in found if len(e.chosen) == min(len(other.chosen) for other in found)]

    def still_fitting(self, found: Sequence[Explanation]) -> list[Explanation]:
        """Those of `found` that the evidence that was added last bears out too."""
        return self._explained([(e.chosen, dict(e.constants)) for e in found])

    def apart(self, found: Sequence[Explanation]) -> list[Explanation]:
        """`found` without those that are the same thing in algebra as an earlier one."""
        kept: list[Explanation] = []
        for explanation in _ranked(found):
            if not any(_same_algebra(explanation.chosen, k.chosen) for k in kept):
                kept.append(explanation)
        return kept

    def dialect_of(self, explanation: Explanation) -> Dialect:
        """The whole dialect of an explanation."""
        return dialect(self.claim, explanation.chosen, explanation.constants)

    def masked(self, best: Explanation) -> tuple[str, ...]:
        """Axes that would show in the claim and do not in what the port does instead."""
        named = {axis for axis, _ in best.chosen}
        inert = set(masked(self.claim))
        return tuple(a for a in masked(self.dialect_of(best)) if a not in inert | named)

    def nearest(self) -> Nearest | None:
        """Of the claim and all single deviations, what leaves least unexplained."""
        evidence = self.evidence[0]
        candidates: list[Candidate] = [((), {})]
        for chosen in singles(self.claim):
            if self._could_be(chosen):
                usual = list(_usual_constants(chosen)) if open_constants(chosen) else [{}]
                candidates.extend((chosen, constants) for constants in usual)
        hypotheses = [self._hypothesis(c, k, evidence) for c, k in candidates]
        weights = replay(_cut(evidence), hypotheses).weights
        seen = evidence.seen[: evidence.steps]
        observed = evidence.weights[: evidence.steps][seen]
        with np.errstate(all="ignore"):
            moved = np.abs(observed - evidence.initial) + np.abs(
                weights[:, seen] - evidence.initial
            )
            apart = np.abs(weights[:, seen] - observed) / np.where(moved > 0, moved, 1.0)
        left = np.median(np.where(np.isnan(apart), np.inf, apart), axis=(1, 2))
        best = int(np.argmin(left))
        return Nearest(candidates[best][0], float(left[best])) if np.isfinite(left[best]) else None

    # -- which sets are worth replaying ---------------------------------------------------------

    def _could_be(self, chosen: Deviations) -> bool:
        """Narrow storage shows in every number; a port that gives others does not have it."""
        narrow = dict(chosen).get("precision")
        if narrow is None:
            return True
        if any(e.precision != "float64" for e in self.evidence):
            return False  # where floats are stored it is arithmetic, no deviation
        return self._storable

    def _closed(self, chosen: Deviations) -> bool:
        return all(self._offered(name) for name in open_constants(chosen)) and not any(
            value == "ignored" for _, value in chosen
        )

    def _offered(self, name: str) -> bool:
        """Whether the scenarios give this option, so that the port need not have its own."""
        return all(name in e.scenario.options for e in self.evidence)

    # -- from sets to explanations ------------------------------------------------------------

    def _solved(self, opened: Sequence[Deviations]) -> list[Explanation]:
        """Explanations by sets whose constants are solved for, each the shortest that fits."""
        if not opened:
            return []
        found = []
        for solved in solve(self.claim, opened, self.evidence[0]):
            ladder = [(solved.chosen, constants) for constants in shortest_first(solved.constants)]
            found.extend(self._shortest(ladder))
        return found

    def _shortest(self, ladder: Sequence[Candidate]) -> list[Explanation]:
        """The first of the ladder that is exact, else the first that fits, if any does."""
        fitting: list[Explanation] = []
        near = self._near(ladder)
        # What comes near first is mostly it, and then the rest need not be looked at.
        for part in near[:1], near[1:]:
            fitting += self._borne_out(part)
            if exact := [e for e in fitting if e.arithmetic is not None]:
                return exact[:1]
        return fitting[:1]

    def _explained(self, candidates: Sequence[Candidate]) -> list[Explanation]:
        """The candidates that every piece of evidence bears out, in their order."""
        return self._borne_out(self._near(candidates))

    def _near(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates that the richest piece of evidence does not rule out at a glance."""
        left: list[Candidate] = []
        together = max(1, _BATCH // max(1, self.evidence[0].scenario.size))
        for start in range(0, len(candidates), together):
            part = candidates[start : start + together]
            left += [part[i] for i in self._sieved(part, self.evidence[0])]
        return left

    def _borne_out(self, candidates: Sequence[Candidate]) -> list[Explanation]:
        held = [_Held(chosen, constants) for chosen, constants in candidates]
        for evidence in self.evidence:
            if not held:
                return []
            held = self._holding(held, evidence)
        # Where most of what moved has no bound that says anything, nothing is explained but
        # what is equal to the last bit.
        return [
            Explanation(h.chosen, dict(h.constants), h.exact())
            for h in held
            if h.spoken >= h.silent or h.exact() is not None
        ]

    def _holding(self, held: Sequence[_Held], evidence: Evidence) -> list[_Held]:
        """Those of `held` that one more piece of evidence bears out.

        What equals it to the last bit, in an arithmetic that equals all before it, needs no
        bound; the rest is held to its envelope.
        """
        many = len(held) > _FEW  # too many to ask bit for bit until the envelope has left few
        if many:
            held = list(compress(held, self._fitting(held, evidence)))
        for h in held:
            if h.equal is not None:
                asked = h.equal.get(evidence.precision)
                found = self._equal(h.chosen, h.constants, evidence, asked)
                h.equal = {**h.equal, evidence.precision: found} if found else None
        if many:
            return list(held)
        for h in held:
            if h.equal is not None:
                numbers = np.isfinite(evidence.weights[evidence.seen])
                h.spoken += int(numbers.sum())
                h.silent += int((~numbers).sum())
        unequal = [h for h in held if h.equal is None]
        fits = dict(zip(map(id, unequal), self._fitting(unequal, evidence), strict=True))
        return [h for h in held if h.equal is not None or fits[id(h)]]

    def _fitting(self, held: Sequence[_Held], evidence: Evidence) -> list[bool]:
        """Which of `held` one more piece of evidence does not contradict, counting what speaks."""
        if not held:
            return []
        fits, says = self._within([(h.chosen, h.constants) for h in held], evidence)
        for h, spoken, silent in zip(held, *says.tolist(), strict=True):
            h.spoken, h.silent = h.spoken + spoken, h.silent + silent
        return list(fits.tolist())

    def _hypothesis(
        self, chosen: Deviations, constants: Mapping[str, float], evidence: Evidence
    ) -> Hypothesis:
        return Hypothesis(dialect(self.claim, chosen, constants), precision=evidence.precision)

    def _sieved(self, candidates: Sequence[Candidate], evidence: Evidence) -> list[int]:
        """Which candidates are not far off on most elements, step by step."""
        alive = np.arange(len(candidates))
        stepper = Stepper(
            evidence.scenario, [self._hypothesis(c, k, evidence) for c, k in candidates]
        )
        loose = _SIEVE[family(evidence.precision)]
        for t in range(evidence.steps):
            weights, _ = stepper.step()
            if not evidence.seen[t]:
                continue
            observed = evidence.weights[t]
            with np.errstate(all="ignore"):
                moved = np.maximum(
                    np.abs(observed - evidence.initial), np.abs(weights - evidence.initial)
                )
                tolerance = loose * (moved + np.abs(observed) * 1e-9)
                apart = np.abs(weights - observed)
                # Where one of them is infinite the tolerance is, too, and would let all pass.
                near = np.isfinite(apart) & (apart <= tolerance + 2 * evidence.rounding)
            near |= same(weights, observed[None, :])
            passed = np.asarray(near.mean(axis=1) >= 0.5)
            if not passed.all():
                alive = alive[passed]
                if not alive.size:
                    return []
                stepper.keep(passed)
        return list(alive.tolist())

    def _within(
        self, candidates: Sequence[Candidate], evidence: Evidence
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which candidates hold everything observed within their own rounding envelope.

        Returns:
            (C,) whether nothing contradicts a candidate, and (2, C) how many of the weights
            that moved speak for it and how many say nothing, having no bound or one wider than
            the way they went.
        """
        scenario = _cut(evidence)
        dialects = [dialect(self.claim, c, k) for c, k in candidates]
        hypotheses = [Hypothesis(d, precision=evidence.precision) for d in dialects]
        weights = replay(scenario, hypotheses).weights
        bound = running_envelopes(scenario, evidence.precision, dialects)
        seen = evidence.seen[: evidence.steps]
        observed = evidence.weights[: evidence.steps][seen]
        weights, bound = weights[:, seen], bound[:, seen]
        equal = same(weights, observed[None])
        # The value replayed may be off by the bound as well as the port.
        with np.errstate(all="ignore"):
            apart = np.abs(weights - observed) > 2 * bound + evidence.rounding
            moved = np.abs(observed - evidence.initial)
            # What is no number says nothing either: many ways lead there.
            dumb = ~np.isfinite(observed) | (~equal & (np.isnan(bound) | (bound > moved)))
        went = ~same(observed, evidence.initial)[None]
        fits = np.asarray(~(apart & ~equal).any(axis=(1, 2)))
        counts = [(went & ~dumb).sum(axis=(1, 2)), (went & dumb).sum(axis=(1, 2))]
        return fits, np.array(counts)

    def _equal(
        self,
        chosen: Deviations,
        constants: Mapping[str, float],
        evidence: Evidence,
        asked: Sequence[Arithmetic] | None = None,
    ) -> Sequence[Arithmetic]:
        hypothesis = self._hypothesis(chosen, constants, evidence)
        return equal_arithmetics(
            _cut(evidence),
            hypothesis.dialect,
            evidence.precision,
            evidence.weights[: evidence.steps],
            asked or arithmetics(evidence.precision),
            seen=evidence.seen[: evidence.steps],
            rounding=evidence.rounding,
        )


def _cut(evidence: Evidence) -> Scenario:
    """The scenario up to the last step that was seen."""
    return replace(evidence.scenario, gradients=evidence.scenario.gradients[: evidence.steps])


def _float32_only(evidence: Evidence) -> bool:
    rows = evidence.weights[evidence.seen]
    with np.errstate(all="ignore"):
        narrowed = rows.astype(np.float32).astype(np.float64)
    # What never moved was given in double and says nothing of what is stored.
    given = same(rows, evidence.initial)
    return evidence.rounding == 0 and bool((same(rows, narrowed) | given).all())


def _usual_constants(chosen: Deviations) -> Iterable[dict[str, float]]:
    names = open_constants(chosen)
    if len(names) != 1:
        return []
    return [{names[0]: value} for value in USUAL[names[0]]]


def _difference(claim: Dialect, other: Dialect) -> Deviations:
    return tuple(
        (axis, other.choice(axis)) for axis in AXES if other.choice(axis) != claim.choice(axis)
    )


# -- telling explanations apart -------------------------------------------------------------------

_TWINS = {"lr_in_buffer": "lr_out_of_buffer", "lr_out_of_buffer": "lr_in_buffer"}


def _twins(best: Explanation, claim: Dialect) -> list[Explanation]:
    """Where the learning rate stands in the buffer cannot be seen while it is constant."""
    if dict(best.chosen).get("schedule", claim.choice("schedule")) != "no":
        return []
    return [Explanation(_swapped(best.chosen), best.constants)]


def _same_algebra(a: Deviations, b: Deviations) -> bool:
    return b in (a, _swapped(a))


def _swapped(chosen: Deviations) -> Deviations:
    """The set with the twin of what has one; the same set where nothing has."""
    return tuple((axis, _TWINS.get(value, value)) for axis, value in chosen)


def _ranked(found: Sequence[Explanation]) -> list[Explanation]:
    """Bit for bit before within rounding, formulas before constants, then in axis order."""
    order = {axis: i for i, axis in enumerate(AXES)}

    def key(e: Explanation) -> tuple[object, ...]:
        values = [(order[axis], AXES[axis].names.index(value)) for axis, value in e.chosen]
        ignored = sum(value == "ignored" for _, value in e.chosen)
        return (e.arithmetic is None, len(e.chosen), ignored, len(e.constants), values)

    return sorted(found, key=key)


def _unique(found: Sequence[Explanation]) -> list[Explanation]:
    """The first of each set."""
    kept: dict[Deviations, Explanation] = {}
    for explanation in found:
        kept.setdefault(explanation.chosen, explanation)
    return list(kept.values())
