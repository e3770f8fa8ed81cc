"""One word for a port, from its comparisons and faults, and the result that it is part of.

Every way to a verdict ends in `conclude`: ports that were run or checked, blocks and trainers of
a document, observations in files, and what could not be reached at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.comparison.compare import Comparison, Divergence
from harness.comparison.omitted import KEPT, treatment
from harness.diagnosis.diagnose import LARGEST, Diagnosis, Probe
from harness.diagnosis.hypotheses import dialect
from harness.judging.memory import Memory
from harness.model.evidence import Evidence
from harness.model.observation import Fault
from harness.model.words import GOOD, ORDER, STATE_LEAKS, UNDECIDED
from harness.ports.port import Port
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
        compared: goldens compared whole.
        edge: the comparisons at edges that did not come out equal.
        partial: those of goldens that feed only some arrays in a step that are not within.
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
    unfed: int = 0
    why_unfed: str = ""


@dataclass(frozen=True)
class Result:
    """What is known of a port over one transport.

    Attributes:
        where: the weights are in place, replaced, returned, or nowhere.
        notes: GRADIENTS_CHANGED, WIDENED, STATE_LEAKS, UNSTEADY, as they apply; and what it
            does with arrays that a step leaves out (see comparison.omitted).
        comparisons: a row a golden.
        diagnosis: why it diverges, where it does.
        elsewhere: of a port that fails at some goldens, what it shows at the others.
        as_expected: it showed what it is known to show; for somebody's own: it conforms.
        unexpected: what of it is not as it is known to be, a sentence each.
        known: the goldens at which it is wrong as it is known to be.
        seconds: how long reaching and judging it took.
    """

    port: Port
    language: str
    transport: str
    verdict: Verdict
    where: str = ""
    notes: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    diagnosis: Diagnosis | None = None
    elsewhere: tuple[Verdict, Diagnosis | None] | None = None
    as_expected: bool = False
    unexpected: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    seconds: float = 0.0

    @property
    def deviations(self) -> tuple[str, ...]:
        """The deviations named, if the port was explained."""
        best = self.diagnosis.best if self.diagnosis else None
        return best.deviations if best else ()


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
    edge_decides: bool = False,
    largest: int = LARGEST,
    fixed: Sequence[str] = (),
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
        remembers: STATE_LEAKS or UNSTEADY, where one scenario's answer depends on others. What
            one shows then says nothing of another, and is no ground for a name.
        edge_decides: edge goldens decide, too.
        largest: the most deviations that a diagnosis may name.
        fixed: hyperparameters that the port cannot be given.
    """
    memory = memory or Memory()

    def explained(verdict: Verdict, among: Sequence[Comparison]) -> Diagnosis | None:
        if verdict.word not in ("diverges", "no-update"):
            return None
        names = {comparison.golden for comparison in among}
        steps = [e for e in evidence if e.name in names and e.steps]
        # What a port means shows in double; how it narrows to float is arithmetic.
        wide = [e for e in steps if e.precision == "float64"] or steps
        if not wide:
            return None
        diagnosis = memory.diagnosis(port, wide, probe, largest, fixed)
        # What departs from the claim is not explained by it, though the part that is searched is.
        return None if diagnosis.best and not diagnosis.best.chosen else diagnosis

    verdict = of_port(comparisons, edge_decides=edge_decides)
    if fault is not None:
        verdict = Verdict(fault.kind, fault)
    diagnosis, elsewhere = None, None
    if not remembers:
        core = [c for c in comparisons if c.kind == "core"]
        diagnosis = explained(verdict, core)
        whole = [c for c in core if c.fault is None]
        if verdict.fault is not None and verdict.golden is not None and whole:
            beside = of_port(whole)
            elsewhere = (beside, explained(beside, whole))
    elif remembers == STATE_LEAKS and verdict.word in GOOD:
        verdict = replace(verdict, word="diverges", arithmetic=())
    result = Result(
        port,
        language or port.language,
        transport,
        verdict,
        notes=tuple(_of_arrays_left_out(port, verdict, diagnosis, evidence)),
        comparisons=tuple(comparisons),
        diagnosis=diagnosis,
        elsewhere=elsewhere,
    )
    if port.expectation is None:
        return replace(result, as_expected=verdict.word in GOOD)
    breach = port.expectation.breach(verdict.word, result.deviations)
    return replace(result, as_expected=not breach, unexpected=(breach,) if breach else ())


def _of_arrays_left_out(
    port: Port, verdict: Verdict, diagnosis: Diagnosis | None, evidence: Sequence[Evidence]
) -> Iterator[str]:
    """What a port that is right or explained does with arrays that a step leaves out."""
    best = diagnosis.best if diagnosis else None
    if best is None and verdict.word not in GOOD:
        return
    shown = dialect(port.claim, best.chosen, best.constants) if best else port.claim
    apart = {c.golden for c in verdict.partial if c.fault is None}
    for e in evidence:
        if e.name in apart:
            done = treatment(e.scenario, e.precision, shown, e.weights[: e.steps])
            if done not in ("", KEPT):
                yield done


def of_golden(comparison: Comparison) -> str:
    """The verdict on one golden alone."""
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
    kinds = ("core", "edge") if edge_decides else ("core",)
    deciding = [c for c in comparisons if c.kind in kinds]
    arithmetic = common_arithmetic(deciding)
    edge = tuple(c for c in comparisons if c.kind == "edge" and not _equal_at_edge(c, arithmetic))
    partial = tuple(c for c in comparisons if c.kind == "partial" and not c.within)
    compared = sum(c.fault is None for c in comparisons)
    words = [of_golden(c) for c in deciding]
    judged = [(ORDER.index(w), i) for i, w in enumerate(words) if w in ORDER]
    if not judged:
        undecided = [(UNDECIDED.index(w), i) for i, w in enumerate(words)]
        if not undecided:
            fault = Fault("not-run", "nothing was compared")
            return Verdict("not-run", fault, compared=compared, edge=edge, partial=partial)
        c = deciding[min(undecided)[1]]
        assert c.fault is not None
        return Verdict(
            c.fault.kind, c.fault, c.golden, compared=compared, edge=edge, partial=partial
        )
    unfed = [c.fault for c in deciding if c.fault and c.fault.kind == "not-run"]
    decisive = deciding[min(judged)[1]]
    word = words[min(judged)[1]]
    families = {c.family for c in deciding if c.fault is None}
    if word == "exact" and {name for name, _ in arithmetic} != families:
        word = "conforms"  # exact on each golden, but in no arithmetic common to all
    still = next((c for c in deciding if c.moves and not c.moved), None)
    if word == "diverges" and still and not any(c.moves and c.moved for c in comparisons):
        word, decisive = "no-update", still
    return Verdict(
        word=word,
        fault=decisive.fault,
        golden=decisive.golden,
        first=decisive.first if word in ("diverges", "no-update") else None,
        arithmetic=arithmetic if word == "exact" else (),
        compared=compared,
        edge=edge,
        partial=partial,
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


def _equal_at_edge(comparison: Comparison, arithmetic: tuple[tuple[str, Arithmetic], ...]) -> bool:
    """Bit for bit in the port's own arithmetic, or in any if it has none."""
    own = [a for name, a in arithmetic if name == comparison.family]
    return any(a in comparison.equal for a in own) if own else bool(comparison.equal)
