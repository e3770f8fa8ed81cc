"""The search: sets of deviations in order of size, the dialects of libraries, until one fits.

Sets of one size whose formulas are closed are sieved and settled first, those that leave
constants open are solved for after them. What was tried when the time is up is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.diagnosis.budget import Budget, OutOfTime
from harness.diagnosis.constants import (
    complemented,
    determined,
    opened_names,
    solved_for,
    solved_from,
)
from harness.diagnosis.explanation import Explanation, Tried, ranked, same_algebra, unique
from harness.diagnosis.hypotheses import (
    COMMON,
    IGNORED,
    Candidate,
    Deviations,
    Fed,
    dialect,
    difference,
    in_order,
    of_formula,
    sets,
)
from harness.diagnosis.iterates import COUNTS, Opened
from harness.diagnosis.settling import reaches_subnormals, settle
from harness.diagnosis.solver import led_to
from harness.diagnosis.starts import starts
from harness.diagnosis.thinning import STEPS, coupled, rows_to_read, rows_to_solve, thinned
from harness.diagnosis.trial import Trial
from harness.model.evidence import Evidence, richest_first, shortened
from python_ref.dialects.dialect import Dialect

LARGEST = 3
"""Sets of more deviations are not searched, except those that a library's name stands for."""

# Sets that are solved for together: between, the clock is asked and what was tried is counted.
_TOGETHER, _MOST_TOGETHER = 600, 2400
# The same for closed sets.
_CLOSED_TOGETHER = 8000
# A hyperparameter of the port's own, and nothing else.
_OWN = tuple(((axis, "ignored"),) for axis in ("learning_rate", "decay_rate", "eps"))
# No set leaves so many constants open.
_SOLVABLE = 8
# Schedules and averages have shown themselves in so many steps; of pieces that have as many, the
# one with most arrays is sieved and solved on.
_ENOUGH = 12


@dataclass
class Progressed:
    """How far the search is; see Tried."""

    size: int = -1
    begun: int = 0
    beyond: int = 0
    libraries: bool = False
    ended: bool = False


class Search:
    """The search over one port's evidence.

    Args:
        claim: what the port was held against; deviations are from it.
        evidence: pieces with a step seen.
        free: hyperparameters and options that the port cannot be given: open in every set.
        budget: the processor time there is.
    """

    def __init__(
        self,
        claim: Dialect,
        evidence: Sequence[Evidence],
        free: Sequence[str] = (),
        budget: Budget | None = None,
    ) -> None:
        self.claim = claim
        self.budget = budget or Budget()
        full = sorted(richest_first(evidence), key=lambda e: -min(e.steps, _ENOUGH))
        whole = [shortened(e, STEPS) for e in full]
        self.full = Trial(claim, full, self.budget)
        self._whole = Trial(claim, whole, self.budget)
        few = [thinned(e) for e in whole]
        self._small = Trial(claim, few, self.budget)
        if all(a.scenario is b.scenario for a, b in zip(few, whole, strict=True)):
            self._small = self._whole
        self._fed = Fed.of(full)
        self._free = tuple(free)
        self._fixed: Deviations = in_order(
            tuple(
                (IGNORED[name], "ignored")
                for name in free
                if name in IGNORED and name != "mean_decay"
            )
        )
        self.progress = Progressed()
        self._long = self._small.evidence[0].steps > STEPS
        # The sizes of which closed sets were tried before their turn.
        self._closed: set[int] = set()

    @property
    def shortened(self) -> Trial:
        """The first steps of all evidence."""
        return self._whole

    def run(
        self, largest: int = LARGEST, otherwise: Callable[[int], bool] | None = None
    ) -> list[Explanation]:
        """Every explanation of the smallest size that has one, larger ones of libraries behind.

        Args:
            largest: sets of more are not looked at.
            otherwise: asked before sets of two and more, with their size; if it answers, they
                are not looked at.
        """
        found: list[Explanation] = []
        try:
            for size in range(largest + 1):
                # What libraries do is likelier than any three things at once, and sooner tried.
                if size == LARGEST:
                    found = self.named(size)
                    self.progress.libraries = True
                    if found:
                        break
                if size > 1 and otherwise is not None and otherwise(size):
                    break
                found = self.of_size(size)
                if found:
                    break
                self.progress.size, self.progress.begun, self.progress.beyond = size, 0, 0
            else:
                found = self._again() if largest == LARGEST else []
            found = self._reduced(found)
            if found and 0 < found[0].size < LARGEST:
                known = {e.chosen for e in found}
                larger = self._named_closed(found[0].size + 1)
                found += [e for e in larger if e.chosen not in known]
        except OutOfTime:
            self.progress.ended = True
        return found

    def _again(self) -> list[Explanation]:
        """Explanations by sets whose constants are solved for from more starts, in time left.

        Nothing is said of it: what was tried was tried before, as well as the first starts led.
        """
        try:
            for size in range(2, LARGEST + 1):
                opened = self._varied(self._sets(size))
                for start in range(0, len(opened), _TOGETHER):
                    solved = self._solved(opened[start : start + _TOGETHER], dense=True)
                    if solved:
                        return solved
        except OutOfTime:
            pass
        return []

    def _reduced(self, found: Sequence[Explanation]) -> list[Explanation]:
        """Each without the members that nothing needs: with constants, sets that are smaller."""
        smaller: list[Explanation] = []
        for explanation in found:
            left = explanation
            for member in explanation.chosen if explanation.constants else ():
                left = self._without(left, member) or left
            smaller.append(left)
        least = min((e.size for e in smaller), default=0)
        return unique([e for e in smaller if e.size == least])

    def _without(self, explanation: Explanation, member: tuple[str, str]) -> Explanation | None:
        """What fits without a member: with the same constants, else with what these lead to.

        Without `average=swapped` that is the complement of a rate.
        """
        rest = tuple(m for m in explanation.chosen if m != member)
        names = opened_names(self.claim, rest, (), self._free)
        constants = {n: x for n, x in explanation.constants.items() if n in names}
        fits = self.full.borne_out([(rest, constants)])
        begun = complemented(rest, constants) if set(constants) - set(COUNTS) else []
        if not fits and begun:
            trial = self._whole
            rows = rows_to_read(trial.evidence[0])
            near = led_to(self.claim, begun, trial.evidence[0], rows, self.budget)
            fits = self._verified(solved_from(trial, near, rows))
        return fits[0] if fits else None

    def tried(self) -> Tried:
        """What was looked at."""
        p = self.progress
        tried = Tried(p.size, p.begun, p.beyond, p.libraries, self.budget.spent, p.ended)
        if not p.ended or not self.budget.interrupted:
            return tried
        return replace(tried, waited=self.budget.waited)

    def of_size(self, size: int) -> list[Explanation]:
        """Every explanation by a set of `size` deviations of the formula."""
        every = self._sets(size)
        closed, opened = self._shut(every), self._varied(every)
        self.progress.beyond = len(every)
        found: list[Explanation] = []
        if size not in self._closed:
            found = self._by_closed(closed)
        self._count(size, opened)
        solved: list[Explanation] = []
        if size == 1 and not found and self._long:
            # To solve for a constant all of it is replayed again and again: what is closed, once.
            # Only a hyperparameter of its own is likelier than any two things at once.
            likely = [o for o in opened if o[0] in _OWN]
            solved = self._solved(likely)
            if self._equals(solved):
                return solved
            opened = [o for o in opened if o not in likely]
            self._count(size, opened)
            if not solved:
                found = self._by_closed(self._shut(self._sets(2)))
                self._closed.add(2)
        # With two things at once there is always a constant that does nearly as well; it is
        # looked for where formulas alone explain nothing.
        if found and (size > 1 or self._settles(found) or (self._long and self._equals(found))):
            return found
        start, count = 0, _TOGETHER
        while start < len(opened):
            together = opened[start : start + count]
            # What is likelier comes first; the rest is sooner done in fewer, larger portions.
            start, count = start + count, min(2 * count, _MOST_TOGETHER)
            try:
                solved += self._solved(together, dense=size == 1)
            except OutOfTime:
                if found or solved:
                    self.progress.ended = True
                    break
                raise
            self._count(size, opened[start:])
            if solved and size >= LARGEST:
                # All of them are not solved for, but those that differ in one member are.
                solved += self._solved(_neighbours(ranked(solved)[0], opened[start:]))
                break
        return unique([*found, *solved])

    def _sets(self, size: int) -> list[Deviations]:
        fixed = {axis for axis, _ in self._fixed}
        return [
            c
            for c in (sets(self.claim, size, self._fed) if size else [()])
            if not any(axis in fixed for axis, _ in c)
        ]

    def _shut(self, every: Sequence[Deviations]) -> list[Candidate]:
        """Those sets that leave nothing open that varies, with each of the counts that they may."""
        evidence = self._small.evidence[0]
        found: list[Candidate] = []
        for chosen in every:
            names = self._opened(chosen)[1]
            if not names:
                found.append((chosen, {}))
            elif set(names) <= set(COUNTS):
                counts = starts(names, dialect(self.claim, chosen), evidence)
                found += [(chosen, dict(zip(names, count, strict=True))) for count in counts]
        return found

    def _varied(self, every: Sequence[Deviations]) -> list[Opened]:
        """Those that leave constants open, with these; what is likelier goes first."""
        opened = [self._opened(c) for c in every]
        if self._free:
            opened += [self._opened(c, free=True) for c in every]
        return sorted(
            (o for o in opened if set(o[1]) - set(COUNTS)),
            key=lambda o: (sum(m not in COMMON for m in o[0]), len(o[1])),
        )

    def _by_closed(self, closed: Sequence[Candidate]) -> list[Explanation]:
        """Every explanation by sets that leave nothing open."""
        found: list[Explanation] = []
        for start in range(0, len(closed), _CLOSED_TOGETHER):
            found += self._explained(closed[start : start + _CLOSED_TOGETHER])
        return found

    def _count(self, size: int, left: Sequence[Opened]) -> None:
        """Of how many sets nothing is left to be tried."""
        fixed = set(self._fixed)
        sets_left = {tuple(m for m in chosen if m not in fixed) for chosen, _ in left}
        self.progress.begun = self.progress.beyond - len(sets_left)
        self.budget.tell(f"sets of {size}", self.progress.begun, self.progress.beyond)

    def _opened(self, chosen: Deviations, free: bool = False) -> Opened:
        """A set and what it leaves open; with all that the port cannot be given if `free`."""
        every = in_order((*chosen, *self._fixed)) if free else chosen
        return every, opened_names(self.claim, every, self._offered(), self._free if free else ())

    def _offered(self) -> list[str]:
        """The options that all scenarios give, so that the port need not have its own."""
        first, *rest = [e.scenario.options for e in self.full.evidence]
        return [name for name in first if all(name in options for options in rest)]

    def _settles(self, found: Sequence[Explanation]) -> bool:
        """Whether no constant of a port's own could do as well: it would have to change, too.

        Equal to the last bit under several settings of the hyperparameters, a formula leaves
        nothing for a constant to explain.
        """
        settings = {
            (e.scenario.learning_rate, e.scenario.decay_rate, e.scenario.epsilon)
            for e in self.full.evidence
        }
        return len(settings) >= 3 and any(e.arithmetic is not None for e in found)

    def _equals(self, found: Sequence[Explanation]) -> bool:
        """Whether more numbers than constants could be solved for are equal to the last bit."""
        if any(e.rounding or e.input_rounding for e in self.full.evidence):
            return False
        moved = sum(int((e.weights[e.seen] != e.initial).sum()) for e in self.full.evidence)
        return moved > _SOLVABLE and any(e.arithmetic is not None for e in found)

    def named(self, size: int) -> list[Explanation]:
        """Explanations by the dialects of libraries that are `size` deviations or more."""
        found = self._named_closed(size)
        if not found:
            found = self._solved(self._varied([c for c, _ in self._named(size)]))
        least = min((e.size for e in found), default=0)
        return [e for e in found if e.size == least]

    def _named(self, size: int) -> list[Candidate]:
        from python_ref.dialects.libraries import LIBRARIES

        differences = {
            of_formula(difference(self.claim, named.dialect)): dict(named.dialect.constants)
            for named in LIBRARIES.values()
        }
        return [(c, k) for c, k in differences.items() if len(c) >= size]

    def _named_closed(self, size: int) -> list[Explanation]:
        listed = [
            (chosen, constants)
            for chosen, constants in self._named(size)
            if set(self._opened(chosen)[1]) <= set(constants)
        ]
        return self._explained(listed)

    # -- from sets to explanations ------------------------------------------------------------

    def _explained(self, candidates: Sequence[Candidate]) -> list[Explanation]:
        """The candidates that all evidence bears out, with whatever numbers."""
        near = {id(c): c for c in self._near(candidates)}
        # Where something cancels only the very precision comes near.
        for precision in self._whole.storable:
            left = [c for c in candidates if id(c) not in near]
            near |= {id(c): c for c in self._whole.near(left, precision=precision)}
        if any(map(reaches_subnormals, self._whole.evidence)):
            left = [c for c in candidates if id(c) not in near]
            near |= {id(c): c for c in self._near_flushed(left)}
        return self._verified(settle(self._whole, list(near.values())))

    def _near_flushed(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those that come near only where subnormals are flushed to zero."""
        flushed = [(in_order((*c, ("subnormals", "flushed"))), k) for c, k in candidates]
        as_given = {id(f): c for f, c in zip(flushed, candidates, strict=True)}
        return [as_given[id(f)] for f in self._whole.near(flushed)]

    def _near(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        if self._small is self._whole:
            return self._whole.near(candidates)
        apart = [c for c in candidates if coupled(dialect(self.claim, c[0]))]
        single = [c for c in candidates if not coupled(dialect(self.claim, c[0]))]
        near = self._small.near(single)
        # Held to its envelope on few elements first: the whole is many.
        return self._whole.near([*near, *self._whole.near(apart)])

    def _solved(self, opened: Sequence[Opened], dense: bool = False) -> list[Explanation]:
        """Explanations by sets whose constants are solved for, from many starts if `dense`."""
        found: list[Explanation] = []
        for trial in dict.fromkeys((self._small, self._whole)):
            part = [
                o
                for o in opened
                if self._small is self._whole
                or coupled(dialect(self.claim, o[0])) == (trial is self._whole)
            ]
            evidence = trial.evidence[0]
            rows = rows_to_solve(evidence, self._first_off(trial))
            found += solved_for(trial, part, rows, rows_to_read(evidence), dense)
        return self._verified(found)

    def _first_off(self, trial: Trial) -> int:
        """The first step, from 0, in which the claim does not fit; the last if it fits in all."""
        evidence = trial.evidence[0]
        seen = np.flatnonzero(evidence.seen)
        if len(seen) == 1:
            return int(seen[0])
        apart, _ = trial.outside([((), {})], evidence)
        off = np.flatnonzero(apart[0].any(axis=1))
        return int(seen[off[0]]) if off.size else int(seen[-1])

    def _verified(self, found: Sequence[Explanation]) -> list[Explanation]:
        """Those that all steps of all elements bear out, where only some were looked at."""
        same = all(
            a.steps == b.steps and a.scenario.size == b.scenario.size
            for a, b in zip(self.full.evidence, self._small.evidence, strict=True)
        )
        return list(found) if same else self.still_fitting(found)

    def still_fitting(self, found: Sequence[Explanation]) -> list[Explanation]:
        """Those of `found` that all evidence bears out, also what was added last."""
        fits = self.full.borne_out([(e.chosen, dict(e.constants)) for e in found])
        return [e for e in fits if not e.constants or determined(self.full, e)]

    def add(self, evidence: Evidence) -> None:
        """Take one more piece of evidence."""
        for trial in dict.fromkeys((self.full, self._whole, self._small)):
            trial.evidence.append(evidence)

    def apart(self, found: Sequence[Explanation]) -> list[Explanation]:
        """`found` without those that are the same thing in algebra as an earlier one."""
        kept: list[Explanation] = []
        for explanation in ranked(found):
            if not any(same_algebra(explanation.chosen, k.chosen) for k in kept):
                kept.append(explanation)
        return kept

    def dialect_of(self, explanation: Explanation) -> Dialect:
        """The whole dialect of an explanation."""
        return dialect(self.claim, explanation.chosen, explanation.constants)


def _neighbours(found: Explanation, opened: Sequence[Opened]) -> list[Opened]:
    """The sets that have all members of an explanation but one."""
    members = set(found.chosen)
    return [o for o in opened if len(members & set(o[0])) == len(o[0]) - 1]
