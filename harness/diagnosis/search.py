"""The search: sets of deviations in order of size, the dialects of libraries, until one fits.

Sets of one size whose formulas are closed are sieved and settled first, those that leave
constants open are solved for after them. What was tried when the time is up is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from harness.diagnosis.budget import Budget, OutOfTime
from harness.diagnosis.coincidence import told
from harness.diagnosis.constants import (
    complemented,
    opened_names,
    solved_from,
    with_intervals,
)
from harness.diagnosis.explanation import Explanation, Tried
from harness.diagnosis.fitting import Fitting
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
from harness.diagnosis.ranking import ranked, unique
from harness.diagnosis.solver import led_to
from harness.diagnosis.starts import starts
from harness.diagnosis.thinning import STEPS, rows_to_read
from harness.diagnosis.trial import Trial
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import canonical

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


class Search:
    """The search over one port's evidence.

    Args:
        claim: what the port was compared with; deviations are from it.
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
        self.fitting = Fitting(claim, evidence, self.budget)
        self._fed = Fed.of(self.fitting.full.evidence)
        self._free = tuple(free)
        self._fixed: Deviations = in_order(
            tuple(
                (IGNORED[name], "ignored")
                for name in free
                if name in IGNORED and name != "mean_decay"
            )
        )
        self.progress = Tried()
        self._long = self.fitting.few.evidence[0].steps > STEPS
        # The sizes of which closed sets were tried before their turn.
        self._closed: set[int] = set()

    def run(
        self, largest: int = LARGEST, otherwise: Callable[[int], bool] | None = None
    ) -> list[Explanation]:
        """Every explanation of the smallest size that has one, larger ones of libraries behind.

        Args:
            largest: sets of more are not looked at.
            otherwise: asked before sets of two and more, with their size; if it answers, they
                are not looked at.
        """
        explanations: list[Explanation] = []
        try:
            for size in range(largest + 1):
                if explanations:
                    explanations += self.of_size(size)
                    break
                # What libraries do is likelier than any three things at once, and sooner tried.
                if size == LARGEST:
                    explanations = self.named(size)
                    if explanations:
                        break
                if size > 1 and otherwise is not None and otherwise(size):
                    break
                explanations = self.of_size(size)
                if explanations and not self._doubtful(explanations):
                    break
                self.progress = Tried(size)
            else:
                if not explanations and largest == LARGEST:
                    explanations = self._again()
            explanations = self._reduced(explanations)
            if explanations and 0 < explanations[0].size < LARGEST:
                known = {e.chosen for e in explanations}
                larger = explanations[0].size + 1
                behind = self._named_closed(larger, explanations[0].constants)
                if all(e.arithmetic is None for e in [*explanations, *behind]):
                    behind += self._named_solved(larger)
                explanations += [e for e in behind if e.chosen not in known]
        except OutOfTime:
            self.progress = replace(self.progress, ended=True)
        return explanations

    def _doubtful(self, explanations: Sequence[Explanation]) -> bool:
        """Whether one more deviation may be likelier: print lets numbers of a port's own fit."""
        printed = any(e.rounding for e in self.fitting.full.evidence)
        return printed and all(e.weight > e.size for e in explanations)

    def _again(self) -> list[Explanation]:
        """Explanations by sets whose constants are solved for from more starts, in time left.

        Nothing is said of it: what was tried was tried before, as well as the first starts led.
        """
        try:
            for size in range(2, LARGEST + 1):
                opened = self._varied(self._sets(size))
                for start in range(0, len(opened), _TOGETHER):
                    solved = self.fitting.solved(opened[start : start + _TOGETHER], dense=True)
                    if solved:
                        return solved
        except OutOfTime:
            pass
        return []

    def _reduced(self, explanations: Sequence[Explanation]) -> list[Explanation]:
        """Each without the members that nothing needs: with constants, sets that are smaller."""
        smaller: list[Explanation] = []
        for explanation in ranked(explanations):
            left = explanation
            try:
                for member in explanation.chosen if explanation.constants else ():
                    less = self._without(left, member)
                    # Equal to the last bit with all of them, and not without: all are needed.
                    if less and (left.arithmetic is None or less.arithmetic is not None):
                        left = less
            except OutOfTime:  # what is likelier was looked at before
                self.progress = replace(self.progress, ended=True)
                smaller += [] if smaller else [left]
                break
            smaller.append(left)
        equal = [e for e in smaller if e.arithmetic is not None]
        smaller = equal or smaller
        least = min((e.weight for e in smaller), default=0)
        return unique([e for e in smaller if e.weight == least])

    def _without(self, explanation: Explanation, member: tuple[str, str]) -> Explanation | None:
        """What fits without a member: with the same constants, else with what these lead to.

        Without `average=swapped` that is the complement of a rate.
        """
        rest = tuple(m for m in explanation.chosen if m != member)
        names = opened_names(self.claim, rest, (), self._free)
        constants = {n: x for n, x in explanation.constants.items() if n in names}
        begun = complemented(rest, constants) if set(constants) - set(COUNTS) else []
        others = (solved.constants for solved in begun if solved.constants != constants)
        ways = [constants, *others]
        fits = self.fitting.full.borne_out([(rest, way) for way in ways])
        fits.sort(key=lambda e: e.arithmetic is None)
        if not fits and begun:
            trial = self.fitting.shortened
            rows = rows_to_read(trial.evidence[0])
            near = led_to(self.claim, begun, trial.evidence[0], rows, self.budget)
            fits = self.fitting.verified(solved_from(trial, near, rows))
        return fits[0] if fits else None

    def tells(self, explanation: Explanation) -> bool:
        """Whether what was seen tells that an explanation is the cause, and chance is none."""
        size = explanation.size
        among = len(self._sets(size)) if size <= LARGEST else len(self._named(size))
        # Beside the formula any of the numbers' own deviations could have been tried.
        among *= len(self._sets(1)) ** (len(explanation.chosen) - size)
        return told(Trial(self.claim, self.fitting.shortened.evidence), explanation, among)

    def left_open(self, explanation: Explanation, budget: Budget) -> Explanation:
        """The explanation with what print or floats leave open of its constants, if time allows."""
        whole = all(e.precision == "float64" and not e.rounding for e in self.fitting.full.evidence)
        if not explanation.constants or (whole and explanation.arithmetic is not None):
            return explanation  # nothing but the last bits is open
        try:
            return with_intervals(self.fitting.shortened.within_time(budget), explanation)
        except OutOfTime:
            return explanation

    def tried(self) -> Tried:
        """What was looked at, and how long it took."""
        tried = replace(self.progress, seconds=self.budget.spent)
        if not tried.ended or not self.budget.interrupted:
            return tried
        return replace(tried, waited=self.budget.waited)

    def of_size(self, size: int) -> list[Explanation]:
        """Every explanation by a set of `size` deviations of the formula."""
        every = self._sets(size)
        closed, opened = self._shut(every), self._varied(every)
        self.progress = replace(self.progress, beyond=len(every))
        explanations: list[Explanation] = []
        if size not in self._closed:
            explanations = self._by_closed(closed)
        self._count(size, opened)
        solved: list[Explanation] = []
        if size == 1 and not explanations and self._long:
            # To solve for a constant all of it is replayed again and again: what is closed, once.
            # Only a hyperparameter of its own is likelier than any two things at once.
            likely = [o for o in opened if o[0] in _OWN]
            solved = self.fitting.solved(likely)
            if self._equals(solved):
                return solved
            opened = [o for o in opened if o not in likely]
            self._count(size, opened)
            if not solved:
                explanations = self._by_closed(self._shut(self._sets(2)))
                self._closed.add(2)
        # With two things at once there is always a constant that does nearly as well; it is
        # looked for where formulas alone explain nothing.
        if explanations and (
            size > 1 or self._settles(explanations) or (self._long and self._equals(explanations))
        ):
            return explanations
        start, count = 0, _TOGETHER
        while start < len(opened):
            together = opened[start : start + count]
            # What is likelier comes first; the rest is sooner done in fewer, larger portions.
            start, count = start + count, min(2 * count, _MOST_TOGETHER)
            try:
                solved += self.fitting.solved(together, dense=size == 1)
            except OutOfTime:
                if explanations or solved:
                    self.progress = replace(self.progress, ended=True)
                    break
                raise
            self._count(size, opened[start:])
            if solved and size >= LARGEST:
                # All of them are not solved for, but those that differ in one member are.
                solved += self.fitting.solved(_neighbours(ranked(solved)[0], opened[start:]))
                break
        return unique([*explanations, *solved])

    def _sets(self, size: int) -> list[Deviations]:
        fixed = {axis for axis, _ in self._fixed}
        return [
            c
            for c in (sets(self.claim, size, self._fed) if size else [()])
            if not any(axis in fixed for axis, _ in c)
        ]

    def _shut(self, every: Sequence[Deviations]) -> list[Candidate]:
        """Those sets that leave nothing open that varies, with each of the counts that they may."""
        evidence = self.fitting.few.evidence[0]
        candidates: list[Candidate] = []
        for chosen in every:
            names = self._opened(chosen)[1]
            if not names:
                candidates.append((chosen, {}))
            elif set(names) <= set(COUNTS):
                counts = starts(names, dialect(self.claim, chosen), evidence)
                candidates += [(chosen, dict(zip(names, count, strict=True))) for count in counts]
        return candidates

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
        explanations: list[Explanation] = []
        for start in range(0, len(closed), _CLOSED_TOGETHER):
            explanations += self.fitting.explained(closed[start : start + _CLOSED_TOGETHER])
        return explanations

    def _count(self, size: int, left: Sequence[Opened]) -> None:
        """Of how many sets nothing is left to be tried."""
        fixed = set(self._fixed)
        sets_left = {tuple(m for m in chosen if m not in fixed) for chosen, _ in left}
        begun, beyond = self.progress.beyond - len(sets_left), self.progress.beyond
        self.progress = replace(self.progress, begun=begun)
        self.budget.tell(f"sets of {size}", begun, beyond)

    def _opened(self, chosen: Deviations, free: bool = False) -> Opened:
        """A set and what it leaves open; with all that the port cannot be given if `free`.

        Of that only what has an effect beside the set: nothing would tell the rest.
        """
        every = in_order((*chosen, *self._fixed)) if free else chosen
        if free:
            simplest = canonical(dialect(self.claim, every))
            inert = {m for m in self._fixed if simplest.choice(m[0]) != m[1]} - set(chosen)
            every = tuple(m for m in every if m not in inert)
        offered = self.fitting.offered()
        return every, opened_names(self.claim, every, offered, self._free if free else ())

    def _settles(self, explanations: Sequence[Explanation]) -> bool:
        """Whether no constant of a port's own could do as well: it would have to change, too.

        Equal to the last bit under several settings of the hyperparameters, a formula leaves
        nothing for a constant to explain.
        """
        settings = {
            (e.scenario.learning_rate, e.scenario.decay_rate, e.scenario.epsilon)
            for e in self.fitting.full.evidence
        }
        return len(settings) >= 3 and any(e.arithmetic is not None for e in explanations)

    def _equals(self, explanations: Sequence[Explanation]) -> bool:
        """Whether more numbers than constants could be solved for are equal to the last bit."""
        if any(e.rounding or e.input_rounding for e in self.fitting.full.evidence):
            return False
        moved = sum(int((e.weights[e.seen] != e.initial).sum()) for e in self.fitting.full.evidence)
        return moved > _SOLVABLE and any(e.arithmetic is not None for e in explanations)

    def named(self, size: int) -> list[Explanation]:
        """Explanations by the dialects of libraries that are `size` deviations or more."""
        explanations = self._named_closed(size)
        if not explanations:
            explanations = self._named_solved(size)
        least = min((e.size for e in explanations), default=0)
        return [e for e in explanations if e.size == least]

    def _named(self, size: int) -> list[Candidate]:
        from python_ref.dialects.libraries import LIBRARIES

        differences = {
            of_formula(difference(self.claim, named.dialect)): dict(named.dialect.constants)
            for named in LIBRARIES.values()
        }
        return [(c, k) for c, k in differences.items() if len(c) >= size]

    def _named_closed(
        self, size: int, found: Mapping[str, float] = MappingProxyType({})
    ) -> list[Explanation]:
        """Those whose constants are the library's own, or were found for less of it."""
        listed = []
        for chosen, own in self._named(size):
            names, constants = self._opened(chosen)[1], {**found, **own}
            if set(names) <= set(constants):
                listed.append((chosen, {name: constants[name] for name in names}))
        return self.fitting.explained(listed)

    def _named_solved(self, size: int) -> list[Explanation]:
        return self.fitting.solved(self._varied([chosen for chosen, _ in self._named(size)]))

    def dialect_of(self, explanation: Explanation) -> Dialect:
        """The whole dialect of an explanation."""
        return dialect(self.claim, explanation.chosen, explanation.constants)


def _neighbours(explanation: Explanation, opened: Sequence[Opened]) -> list[Opened]:
    """The sets that have all members of an explanation but one."""
    members = set(explanation.chosen)
    return [o for o in opened if len(members & set(o[0])) == len(o[0]) - 1]
