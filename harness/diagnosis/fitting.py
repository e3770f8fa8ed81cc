"""From sets to explanations: what comes near on few elements, is settled and fits all there is.

To replay every candidate on all evidence takes too long. A candidate is first replayed on few
elements, those that come near on the first steps, and what these leave on the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.diagnosis.budget import Budget
from harness.diagnosis.constants import determined, solved_for
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import Candidate, dialect, in_order
from harness.diagnosis.iterates import Opened
from harness.diagnosis.settling import reaches_subnormals, settle
from harness.diagnosis.thinning import STEPS, coupled, rows_to_read, rows_to_solve, thinned
from harness.diagnosis.trial import Trial
from harness.model.evidence import Evidence, richest_first, shortened
from python_ref.dialects.dialect import Dialect

# Schedules and averages have shown themselves in so many steps; of pieces that have as many, the
# one with most arrays is sieved and solved on.
_ENOUGH = 12


class Fitting:
    """One port's evidence, as much of it at a time as a candidate is worth.

    Attributes:
        full: all of it. shortened: its first steps. few: of these, few elements.

    Args:
        claim: what the port was compared with; deviations are from it.
        evidence: pieces with a step seen.
        budget: the processor time there is.
    """

    def __init__(self, claim: Dialect, evidence: Sequence[Evidence], budget: Budget) -> None:
        self._claim = claim
        full = sorted(richest_first(evidence), key=lambda e: -min(e.steps, _ENOUGH))
        short = [shortened(e, STEPS) for e in full]
        few = [thinned(e) for e in short]
        self.full = Trial(claim, full, budget)
        self.shortened = Trial(claim, short, budget)
        self.few = Trial(claim, few, budget)
        if all(a.scenario is b.scenario for a, b in zip(few, short, strict=True)):
            self.few = self.shortened

    def offered(self) -> list[str]:
        """The options that all scenarios give, so that the port need not have its own."""
        first, *rest = [e.scenario.options for e in self.full.evidence]
        return [name for name in first if all(name in options for options in rest)]

    def explained(self, candidates: Sequence[Candidate]) -> list[Explanation]:
        """The candidates that all evidence bears out, with whatever numbers."""
        near = {id(c): c for c in self._near(candidates)}
        # Where something cancels only the very precision comes near.
        for precision in self.shortened.storable:
            left = [c for c in candidates if id(c) not in near]
            near |= {id(c): c for c in self.shortened.near(left, precision=precision)}
        if any(map(reaches_subnormals, self.shortened.evidence)):
            left = [c for c in candidates if id(c) not in near]
            near |= {id(c): c for c in self._near_flushed(left)}
        return self.verified(settle(self.shortened, list(near.values())))

    def _near_flushed(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those that come near only where subnormals are flushed to zero."""
        flushed = [(in_order((*c, ("subnormals", "flushed"))), k) for c, k in candidates]
        as_given = {id(f): c for f, c in zip(flushed, candidates, strict=True)}
        return [as_given[id(f)] for f in self.shortened.near(flushed)]

    def _near(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        if self.few is self.shortened:
            return self.shortened.near(candidates)
        apart = [c for c in candidates if coupled(dialect(self._claim, c[0]))]
        single = [c for c in candidates if not coupled(dialect(self._claim, c[0]))]
        near = self.few.near(single)
        # Held to its envelope on few elements first: the whole is many.
        return self.shortened.near([*near, *self.shortened.near(apart)])

    def solved(self, opened: Sequence[Opened], dense: bool = False) -> list[Explanation]:
        """Explanations by sets whose constants are solved for, from many starts if `dense`."""
        explanations: list[Explanation] = []
        for trial in dict.fromkeys((self.few, self.shortened)):
            part = [
                o
                for o in opened
                if self.few is self.shortened
                or coupled(dialect(self._claim, o[0])) == (trial is self.shortened)
            ]
            evidence = trial.evidence[0]
            rows = rows_to_solve(evidence, trial.first_off)
            more = rows_to_read(evidence)
            explanations += solved_for(trial, part, rows, more, dense, explanations)
        return self.verified(explanations)

    def verified(self, explanations: Sequence[Explanation]) -> list[Explanation]:
        """Those that all steps of all elements bear out, where only some were looked at."""
        same = all(
            a.steps == b.steps and a.scenario.size == b.scenario.size
            for a, b in zip(self.full.evidence, self.few.evidence, strict=True)
        )
        return list(explanations) if same else self.still_fitting(explanations)

    def still_fitting(self, explanations: Sequence[Explanation]) -> list[Explanation]:
        """Those explanations that all evidence bears out, also what was added last."""
        fits = self.full.borne_out([(e.chosen, dict(e.constants)) for e in explanations])
        return [e for e in fits if not e.constants or determined(self.full, e)]

    def add(self, evidence: Evidence) -> None:
        """Take one more piece of evidence."""
        for trial in dict.fromkeys((self.full, self.shortened, self.few)):
            trial.evidence.append(evidence)
