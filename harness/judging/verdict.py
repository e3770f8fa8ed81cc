"""One word for a port, from its comparisons and faults, and the result that it is part of.

Every way to a verdict ends in `conclude`: ports that were run or checked, blocks and trainers of
a document, observations in files, and what could not be reached at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.comparison.compare import Comparison, Divergence
from harness.comparison.lost import Lost, together
from harness.comparison.omitted import KEPT, treatment
from harness.diagnosis.diagnose import LARGEST, Diagnosis, Probe
from harness.diagnosis.hypotheses import dialect
from harness.judging.grounds import Cause, cause
from harness.judging.memory import Memory
from harness.model.evidence import Evidence
from harness.model.observation import Fault
from harness.model.words import GOOD, ORDER, STATE_LEAKS, UNDECIDED
from harness.ports.port import Port
from harness.transport.base import Called
from python_ref.numbers.arithmetic import Arithmetic


@dataclass(frozen=True)
class Verdict:
    """What a port's comparisons amount to.

    Attributes:
        word: one of VERDICTS.
        fault: the fault that decided it, if one did.
        golden: the golden in which the deciding thing happened, if it was one.
        first: the first divergence of the deciding golden.
        arithmetic: the arithmetic that equals every deciding golden, by family of precision.
        but_for_roots: likewise, where it is equal only if roots may be off.
        compared: goldens compared whole.
        edge: the comparisons at edges that did not come out equal.
        partial: those of goldens that feed only some arrays in a step that are not within.
        refused: those at which a hyperparameter that is 0 is refused.
        lost: what is NaN or infinite in the deciding goldens, which have numbers; None if nothing.
        unfed: core goldens that were never fed, beside others that were.
        why_unfed: why not.
    """

    word: str
    fault: Fault | None = None
    golden: str | None = None
    first: Divergence | None = None
    arithmetic: tuple[tuple[str, Arithmetic], ...] = ()
    compared: int = 0
    edge: tuple[Comparison, ...] = ()
    partial: tuple[Comparison, ...] = ()
    refused: tuple[Comparison, ...] = ()
    lost: Lost | None = None
    unfed: int = 0
    why_unfed: str = ""
    but_for_roots: tuple[tuple[str, Arithmetic], ...] = ()

    def __post_init__(self) -> None:
        """Nothing compared is never a success, whoever says so."""
        if self.word in GOOD and not self.compared:
            raise AssertionError(f"{self.word} of nothing that was compared")


@dataclass(frozen=True)
class Result:
    """What is known of a port over one transport.

    Attributes:
        where: the weights are in place, replaced, returned, or nowhere.
        notes: GRADIENTS_CHANGED, WIDENED, STATE_LEAKS, UNSTEADY, FLUSHED, as they apply; and
            what it does with arrays that a step leaves out (see comparison.omitted).
        comparisons: a row a golden.
        diagnosis: why it diverges, where it does.
        diverging: float32, if it is right in float64 and only that diverges; else "".
        narrow: why it diverges in float32, where that is not as in float64.
        lost: what is NaN or infinite where numbers are expected, if the diagnosis does not
            explain that.
        elsewhere: of a port that fails at some goldens, what it shows at the others.
        as_expected: it showed what it is known to show; for somebody's own: it conforms.
        unexpected: what of it is not as it is known to be, a sentence each.
        known: the goldens at which it is wrong as it is known to be.
        seconds: how long reaching and judging it took.
        misread: a number that was sent, and what it came back as; None if none did.
        bound: how it was called, where names alone did not say; empty where they did.
        called: of the optimizer of a library, what its settings make of it.
        seed: of the scenarios drawn afresh, where it is in these that it is wrong.
    """

    port: Port
    language: str
    transport: str
    verdict: Verdict
    where: str = ""
    notes: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    diagnosis: Diagnosis | None = None
    diverging: str = ""
    narrow: Diagnosis | None = None
    lost: Lost | None = None
    elsewhere: tuple[Verdict, Diagnosis | None] | None = None
    as_expected: bool = False
    unexpected: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    seconds: float = 0.0
    misread: tuple[float, float] | None = None
    bound: str = ""
    called: Called | None = None
    seed: int | None = None

    @property
    def deviations(self) -> tuple[str, ...]:
        """The deviations named, if the port was explained."""
        best = self.diagnosis.best if self.diagnosis else None
        return best.deviations if best else ()

    def saying(self, *words: str) -> Result:
        """The same, with more said of how it was called."""
        return replace(self, bound="; ".join(filter(None, (self.bound, *words))))

    @property
    def stands(self) -> bool:
        """Whether it may be said of a port that is called by a guess: right, or explained.

        What anything shows that is no optimizer with an average explains nothing.
        """
        if self.verdict.word in GOOD:
            return True
        named = set(self.deviations)
        if self.divides_by_zero:
            # Without epsilon that is what becomes of a gradient of zero, where others get NaN.
            _, diagnosis = self.elsewhere or (None, None)
            best = diagnosis.best if diagnosis else None
            named = {*best.deviations} if best and "epsilon=none" in best.deviations else set()
        elif self.verdict.fault is not None:
            return False
        return bool(named) and not named & _VACUOUS

    @property
    def divides_by_zero(self) -> bool:
        """Whether it fails because it divides by zero, in a language that takes it for an error."""
        return self.verdict.fault is not None and self.verdict.fault.error == "ZeroDivisionError"


ANOTHER = frozenset(("average=none", "average=sum", "numerator=mean_gradient"))
"""What SGD, AdaGrad and Adam show."""
NOT_RMSPROP = ANOTHER | {"write=none"}
"""What these show, and what never moves."""
_VACUOUS = frozenset(("average=none", "write=none"))


def conclude(
    port: Port,
    transport: str,
    comparisons: Sequence[Comparison] = (),
    evidence: Sequence[Evidence] = (),
    probe: Probe | None = None,
    *,
    fault: Fault | None = None,
    memory: Memory | None = None,
    language: str = "",
    remembers: str = "",
    lossy: str = "",
    edge_decides: bool = False,
    largest: int | None = LARGEST,
    fixed: Sequence[str] = (),
    seconds: float = math.inf,
) -> Result:
    """The result of a port: its verdict, why it is that, and whether it was expected.

    Args:
        port: what was judged, and against which claim.
        transport: how it was reached.
        comparisons: a row a golden.
        evidence: what was observed for goldens, by their names; of those that are no core
            goldens nothing is explained.
        probe: feeds the port more; None where it is out of reach.
        fault: why it could not be asked anything.
        memory: the run's.
        language: what it says it is written in; the port's unless it says.
        remembers: STATE_LEAKS or UNSTEADY, where one scenario's answer depends on others;
            AFRESH, where it knows them. What one shows then says nothing of another, and is no
            ground for a name.
        lossy: MISREADS or MISPRINTS, where that is the whole cause.
        edge_decides: edge goldens decide, too.
        largest: the most deviations that a diagnosis may name; None where no cause is searched for.
        fixed: hyperparameters that the port cannot be given.
        seconds: the processor time that a diagnosis may take, where that is less than usual.
    """
    memory = memory or Memory()

    def explained(verdict: Verdict, among: Sequence[Comparison]) -> Cause:
        if (
            largest is None
            or verdict.word not in ("diverges", "no-update")
            or (verdict.lost and verdict.lost.alone)
            or lossy
        ):
            return Cause()
        most = largest
        return cause(
            port.claim,
            among,
            evidence,
            lambda grounds: memory.diagnosis(port, grounds, probe, most, fixed, seconds),
        )

    verdict = of_port(comparisons, edge_decides=edge_decides)
    if fault is not None:
        verdict = Verdict(fault.kind, fault)
    why, elsewhere = Cause(), None
    if not remembers:
        core = [c for c in comparisons if c.kind == "core"]
        why = explained(verdict, core)
        whole = [c for c in core if c.fault is None]
        if verdict.fault is not None and verdict.golden is not None and whole:
            beside = of_port(whole)
            elsewhere = (beside, explained(beside, whole).diagnosis)
        if why.edges:
            comparisons = [
                replace(c, kind="edge") if c.golden in why.edges else c for c in comparisons
            ]
            verdict = of_port(comparisons, edge_decides=edge_decides)
    elif remembers == STATE_LEAKS and verdict.word in GOOD:
        verdict = replace(verdict, word="diverges", arithmetic=())
    result = Result(
        port,
        language or port.language,
        transport,
        verdict,
        notes=tuple(filter(None, (lossy, *_of_arrays_left_out(port, verdict, why, evidence)))),
        comparisons=tuple(comparisons),
        diagnosis=why.diagnosis,
        diverging=why.precision,
        narrow=why.narrow,
        lost=None if why.explains else verdict.lost,
        elsewhere=elsewhere,
    )
    if port.expectation is None:
        return replace(result, as_expected=verdict.word in GOOD)
    breach = port.expectation.breach(verdict.word, result.deviations)
    return replace(result, as_expected=not breach, unexpected=(breach,) if breach else ())


def _of_arrays_left_out(
    port: Port, verdict: Verdict, cause: Cause, evidence: Sequence[Evidence]
) -> Iterator[str]:
    """What a port that is right or explained does with arrays that a step leaves out."""
    best = cause.diagnosis.best if cause.diagnosis else None
    if best is None and verdict.word not in GOOD:
        return
    explained = dialect(port.claim, best.chosen, best.constants) if best else port.claim
    apart = {c.golden for c in verdict.partial if c.fault is None}
    for e in evidence:
        if e.name in apart:
            done = treatment(e.scenario, e.precision, explained, e.weights[: e.steps])
            if done not in ("", KEPT):
                yield done


def decides(comparison: Comparison, *, edge_decides: bool = False) -> bool:
    """Whether a golden decides: core ones, edge ones if that is asked for, partial ones never."""
    return comparison.kind == "core" or (edge_decides and comparison.kind == "edge")


def of_golden(comparison: Comparison) -> str:
    """The verdict on one golden alone. A hyperparameter of 0 that is refused is not supported."""
    if comparison.refused:
        return "unsupported"
    if comparison.fault:
        return comparison.fault.kind
    if comparison.equal:
        return "exact"
    return "conforms" if comparison.within else "diverges"


def at_golden(result: Result, comparison: Comparison) -> Verdict:
    """What a result is at one of its goldens; where the port never moves, that is what it is."""
    word = of_golden(comparison)
    if word == "diverges" and result.verdict.word == "no-update":
        word = "no-update"
    return Verdict(
        word,
        fault=comparison.fault,
        golden=comparison.golden,
        first=None if word in GOOD else comparison.first,
        compared=int(comparison.fault is None),
    )


def of_port(comparisons: Sequence[Comparison], *, edge_decides: bool = False) -> Verdict:
    """The verdict over many goldens: the worst of those that decide.

    Core goldens decide, with `edge_decides` the edge ones too, partial ones never. What is
    `unsupported` or `not-run` never improves a verdict; all of it alone is the verdict. Nothing
    compared is never a success.
    """
    deciding = [c for c in comparisons if decides(c, edge_decides=edge_decides)]
    arithmetic = common_arithmetic(deciding)
    words = [of_golden(c) for c in deciding]
    unfed = [c.fault for c in deciding if c.fault and c.fault.kind == "not-run"]
    beside = Verdict(
        "not-run",
        Fault("not-run", "nothing was compared"),
        compared=sum(c.fault is None for c in comparisons),
        edge=tuple(
            c for c in comparisons if c.kind == "edge" and not _equal_at_edge(c, arithmetic)
        ),
        partial=tuple(c for c in comparisons if c.kind == "partial" and not c.within),
        refused=tuple(c for c in comparisons if c.refused),
        lost=together(c.lost for c in deciding if c.lost and c.fault is None),
    )
    judged = [(ORDER.index(w), i) for i, w in enumerate(words) if w in ORDER]
    if not judged:
        undecided = [(UNDECIDED.index(w), i) for i, w in enumerate(words)]
        if not undecided:
            return beside
        c, word = deciding[min(undecided)[1]], words[min(undecided)[1]]
        return replace(beside, word=word, fault=c.fault, golden=c.golden)
    decisive = deciding[min(judged)[1]]
    word = words[min(judged)[1]]
    families = {c.family for c in deciding if c.fault is None}
    if word == "exact" and {name for name, _ in arithmetic} != families:
        word = "conforms"  # exact on each golden, but in no arithmetic common to all
    still = next((c for c in deciding if c.moves and not c.moved), None)
    if word == "diverges" and still and not any(c.moves and c.moved for c in comparisons):
        word, decisive = "no-update", still
    return replace(
        beside,
        word=word,
        fault=decisive.fault,
        golden=decisive.golden,
        first=decisive.first if word in ("diverges", "no-update") else None,
        arithmetic=arithmetic if word == "exact" else (),
        but_for_roots=_but_for_roots(deciding) if word == "conforms" else (),
        unfed=len(unfed),
        why_unfed=unfed[0].message if unfed else "",
    )


def common_arithmetic(comparisons: Sequence[Comparison]) -> tuple[tuple[str, Arithmetic], ...]:
    """By family of precision, the first listed arithmetic that equals all its goldens."""
    common = []
    for name in ("float64", "float32"):
        whole = [c for c in comparisons if c.family == name and c.fault is None]
        if not whole:
            continue
        shared = [a for a in whole[0].equal if all(a in c.equal for c in whole[1:])]
        if shared:
            common.append((name, shared[0]))
    return tuple(common)


def _but_for_roots(comparisons: Sequence[Comparison]) -> tuple[tuple[str, Arithmetic], ...]:
    whole = [c for c in comparisons if c.fault is None]
    if not all(c.but_for_roots for c in whole):
        return ()
    return tuple({c.family: c.but_for_roots[0] for c in whole}.items())


def _equal_at_edge(comparison: Comparison, arithmetic: tuple[tuple[str, Arithmetic], ...]) -> bool:
    """Bit for bit in the port's own arithmetic, or in any if it has none."""
    own = [a for name, a in arithmetic if name == comparison.family]
    return any(a in comparison.equal for a in own) if own else bool(comparison.equal)
