"""What a diagnosis says: explanations, what is nearest, where something changes, what was tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.diagnosis.hypotheses import Deviations, deviations_of, of_formula
from python_ref.numbers.arithmetic import Arithmetic


@dataclass(frozen=True)
class Explanation:
    """One set of deviations that reproduces everything observed.

    Attributes:
        chosen: the set, in the order of the axes.
        constants: what the port uses instead of what it is given, by hyperparameter.
        arithmetic: by precision, the first listed that is equal bit for bit; None if none is.
        but_for_roots: likewise, where it is equal only if roots may be off.
        intervals: where print or floats leave more than the last bits open, the numbers
            between which a constant lies, the others as they are: the first that do not fit,
            0 and infinity where nothing ends it.
        untold: hyperparameters among the constants that the port was not told, and somebody may
            tell it in a way that is not known.
    """

    chosen: Deviations
    constants: Mapping[str, float] = field(default_factory=dict)
    arithmetic: tuple[tuple[str, Arithmetic], ...] | None = None
    but_for_roots: tuple[tuple[str, Arithmetic], ...] = ()
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    untold: frozenset[str] = frozenset()

    @property
    def deviations(self) -> tuple[str, ...]:
        """The set as "axis=value"."""
        return deviations_of(self.chosen)

    @property
    def size(self) -> int:
        """How many deviations of the formula there are."""
        return len(of_formula(self.chosen))

    @property
    def weight(self) -> int:
        """The size, where an average that starts at a number of the port's own counts as two.

        No library has one, and where print hides digits it does what others do.
        """
        return self.size + (("initial_average", "constant") in self.chosen)


@dataclass(frozen=True)
class Nearest:
    """What comes nearest where nothing fits: described, never named as the cause.

    Attributes:
        chosen: the claim or a single deviation.
        left: the most that it leaves unexplained of any value, relative to the way it went.
        share: of all values seen, how many it gives within rounding.
        evidence: the scenario in which most is left.
        constants: with which of its own it comes nearest.
    """

    chosen: Deviations
    left: float
    share: float = 0.0
    evidence: str = ""
    constants: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Tried:
    """What was looked at before the search ended.

    Attributes:
        size: all sets of up to so many deviations were tried, their constants solved for;
            -1 where not even the claim was.
        begun: of the next size, how many sets were tried, with whatever constants; `beyond`
            there are.
        seconds: the processor time that it took; `ended` whether it was up.
        waited: seconds that went by, where they were too many; else 0.
    """

    size: int = -1
    begun: int = 0
    beyond: int = 0
    seconds: float = 0.0
    ended: bool = False
    waited: float = 0.0


@dataclass(frozen=True)
class Schedule:
    """What the learning rate is multiplied by in each step.

    Attributes:
        formula: of the step t, from 1; empty where there is a table.
        name: what the number in it is called; empty where it has none.
        number: what that is.
        table: the factors of the first steps, the last of them of all that follow.
        read: the factors of the first steps as near as they can be read, where all that is known
            is that they are the same whatever was fed.
    """

    formula: str
    name: str = ""
    number: float = 1.0
    table: tuple[float, ...] = ()
    read: tuple[float, ...] = ()


@dataclass(frozen=True)
class Change:
    """A beginning that one set explains, and what changes there.

    Attributes:
        before: what explains the steps up to `step`.
        step: the last step, from 1, that it explains; 0 where the learning rate follows a schedule.
        kind: "state" where the state is lost after it, "learning_rate" where that changes,
            "schedule" where that is another in every step, empty where what comes after is not
            known.
        repeated: the state is lost after every so many steps.
        factor: what the learning rate is multiplied by from then on; None where that differs.
        learning_rate: what it is from then on; None where that differs.
        schedule: what it is multiplied by in each step, where it is another in every one.
        printed: its numbers are as near as print lets them be read.
    """

    before: Explanation
    step: int
    kind: str = ""
    repeated: bool = False
    factor: float | None = None
    learning_rate: float | None = None
    schedule: Schedule | None = None
    printed: bool = False


@dataclass(frozen=True)
class Part:
    """Arrays or elements, and the set that explains them.

    Attributes:
        places: names of arrays, or "name[index]".
        explanation: None where nothing in reach explains them.
    """

    places: tuple[str, ...]
    explanation: Explanation | None


@dataclass(frozen=True)
class Suggestion:
    """What a file forgot to say of its digits, and what it would be then.

    Attributes:
        rounding, input_rounding: half a unit of the last digit printed; 0 where none is needed.
        explanation: what fits with them.
    """

    rounding: float
    input_rounding: float
    explanation: Explanation


@dataclass(frozen=True)
class Diagnosis:
    """What explains a port.

    Attributes:
        best: the explanation; None where nothing in reach explains everything.
        alternatives: the other sets that fit equally well on what was fed.
        masked: axes nothing can be said about, because the explanation hides them.
        nearest: where nothing fits.
        untold: what fits, where so little was seen that chance may explain it as well.
        numberless: most of what came out is no number, and too little is left to compare.
        tried: what was looked at.
        change: where nothing fits, the beginning that one set explains.
        parts: where nothing fits, arrays or elements that different sets explain.
        evidence: the scenario that change or parts are of, where they are of one alone.
        average: where the port reports its moving average: "right" if it is that of the claim,
            "wrong" if it is not; empty where it reports none.
        suggestion: what would explain it if numbers were printed with few digits.
    """

    best: Explanation | None
    alternatives: tuple[Explanation, ...] = ()
    masked: tuple[str, ...] = ()
    nearest: Nearest | None = None
    untold: Explanation | None = None
    numberless: bool = False
    tried: Tried = Tried()
    change: Change | None = None
    parts: tuple[Part, ...] = ()
    evidence: str = ""
    average: str = ""
    suggestion: Suggestion | None = None
