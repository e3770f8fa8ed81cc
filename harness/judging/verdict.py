"""One word for a port, from its comparisons and faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.comparison.compare import Comparison, Divergence
from harness.model.observation import Fault
from harness.model.words import ORDER, UNDECIDED
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
    unfed: int = 0
    why_unfed: str = ""


def of_golden(comparison: Comparison) -> str:
    """The verdict on one golden alone."""
    if comparison.fault:
        return comparison.fault.kind
    if comparison.equal:
        return "exact"
    return "conforms" if comparison.within else "diverges"


def of_port(comparisons: Sequence[Comparison], *, edge_decides: bool = False) -> Verdict:
    """The verdict over many goldens: the worst of those that decide.

    Core goldens decide, with `edge_decides` the edge ones too. `unsupported` and `not-run`
    never improve a verdict; all of them alone are it. Nothing compared is never a success.
    """
    deciding = [c for c in comparisons if edge_decides or c.kind == "core"]
    arithmetic = common_arithmetic(deciding)
    edge = tuple(c for c in comparisons if c.kind == "edge" and not _equal_at_edge(c, arithmetic))
    compared = sum(c.fault is None for c in comparisons)
    words = [of_golden(c) for c in deciding]
    judged = [(ORDER.index(w), i) for i, w in enumerate(words) if w in ORDER]
    if not judged:
        undecided = [(UNDECIDED.index(w), i) for i, w in enumerate(words)]
        if not undecided:
            return Verdict("not-run", Fault("not-run", "nothing was compared"), compared=compared)
        c = deciding[min(undecided)[1]]
        assert c.fault is not None
        return Verdict(c.fault.kind, c.fault, c.golden, compared=compared, edge=edge)
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
        unfed=len(unfed),
        why_unfed=unfed[0].message if unfed else "",
    )


def common_arithmetic(comparisons: Sequence[Comparison]) -> tuple[tuple[str, Arithmetic], ...]:
    """By family of precision, the first listed arithmetic that equals all its goldens."""
    found = []
    for name in ("float64", "float32"):
        whole = [c for c in comparisons if c.family == name and c.fault is None]
        if not whole:
            continue
        shared = [a for a in whole[0].equal if all(a in c.equal for c in whole[1:])]
        if shared:
            found.append((name, shared[0]))
    return tuple(found)


def _equal_at_edge(comparison: Comparison, arithmetic: tuple[tuple[str, Arithmetic], ...]) -> bool:
    """Bit for bit in the port's own arithmetic, or in any if it has none."""
    own = [a for name, a in arithmetic if name == comparison.family]
    return any(a in comparison.equal for a in own) if own else bool(comparison.equal)
