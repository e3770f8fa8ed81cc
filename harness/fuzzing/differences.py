"""What a case shows: a target beside its claim, or beside another target.

The same rule as everywhere: equal, or inside the rounding envelope; where that has no bound (an
overflow, a denominator that can be 0) it is an edge, at which only bits are compared and nobody
is accused. Two targets are held against each other: they are equal, or no farther apart than the
envelopes of what they are let right results be, or farther.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harness.comparison.compare import Comparison, compare, compare_all
from harness.comparison.distance import family, same
from harness.comparison.replays import Replays
from harness.fuzzing.sessions import Target
from harness.fuzzing.strategies import Case
from harness.judging.verdict import of_golden
from harness.model.observation import Fault, Observation, Rows
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.golden.golden import dialect_name
from python_ref.numbers.arithmetic import PLAIN

EQUAL, ROUNDING, DIFFERS, FAULT, DECLINED = "equal", "rounding", "differs", "fault", "declined"

Dialects = Mapping[str, Dialect]
"""What a target does, by family of precision: float64, float32."""


@dataclass(frozen=True)
class Known:
    """What is known of the targets, one each.

    Attributes:
        dialects: None of a target that nothing in reach explains.
    """

    dialects: tuple[Dialects | None, ...]


@dataclass(frozen=True)
class Sighting:
    """What a case showed.

    Attributes:
        kind: EQUAL, ROUNDING (not equal, and no farther apart than that allows), DIFFERS, FAULT
            (a target gave no whole answer), or DECLINED (by its own will).
        edge: rounding has no bound in it.
        key: of a fault, what tells it from others: target, kind, error.
    """

    kind: str
    edge: bool = False
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fed:
    """A case and what came of it.

    Attributes:
        case: what was fed.
        golden: what the claim gives.
        observations: one a target.
    """

    case: Case
    golden: Golden
    observations: tuple[Observation, ...]


def golden_of(case: Case, target: Target, dialect: Dialect | None = None) -> Golden:
    """What a dialect, a target's claim unless given, gives for a case."""
    dialect = target.port.claim if dialect is None else dialect
    golden = make(case.scenario, dialect, case.precision, "-", target.port.fixed)
    if not np.isfinite(golden.envelope).all():
        golden = replace(golden, scenario=replace(golden.scenario, edge=True))
    name = f"{dialect_name(dialect)}/{case.precision}/fuzz-{golden.id[:8]}"
    return replace(golden, name=name)


def seen_in(fed: Fed, targets: Sequence[Target], known: Known, replays: Replays) -> Sighting:
    """What a case shows of the targets.

    Args:
        fed: the case.
        targets: one that is held against its claim, or two against each other.
        known: what they do.
        replays: what is remembered of goldens.
    """
    edge = fed.golden.scenario.edge
    faults = [observation.fault for observation in fed.observations]
    if any(fault and fault.kind in ("unsupported", "not-run") for fault in faults):
        return Sighting(DECLINED, edge)
    if len(targets) == 1:
        comparison = compared(fed, replays)
        word = of_golden(comparison)
        if word == "unsupported":
            return Sighting(DECLINED, edge)
        if comparison.fault:
            return Sighting(FAULT, edge, _key(0, comparison.fault))
        kinds = {"exact": EQUAL, "conforms": ROUNDING, "diverges": DIFFERS}
        return Sighting(kinds[word], edge)
    if all(faults):
        return Sighting(DECLINED, edge)
    for number, fault in enumerate(faults):
        if fault:
            return Sighting(FAULT, edge, _key(number, fault))
    a, b = (observation.weights for observation in fed.observations)
    if same(a, b).all():
        return Sighting(EQUAL, edge)
    bound = radius(fed, targets, known)
    if not np.isfinite(bound).all():
        return Sighting(DIFFERS, True)
    return Sighting(DIFFERS if apart(a, b, bound).any() else ROUNDING, edge)


def compared(fed: Fed, replays: Replays, *, thoroughly: bool = False) -> Comparison:
    """A case of one target held against its claim.

    Args:
        fed: the case.
        replays: what is remembered of goldens.
        thoroughly: in every listed arithmetic, also where rounding has a bound.
    """
    pair = fed.golden, fed.observations[0]
    comparison = compare(*pair, [PLAIN])
    # Where rounding has no bound, what equals any listed arithmetic is right.
    if of_golden(comparison) == "diverges" and (thoroughly or fed.golden.scenario.edge):
        (comparison,) = compare_all([pair], replays)
    return comparison


def _key(number: int, fault: Fault) -> tuple[str, ...]:
    message = "" if fault.error else fault.message.partition("\n")[0]
    return (str(number), fault.kind, fault.error, message)


def radius(fed: Fed, targets: Sequence[Target], known: Known) -> Rows:
    """How far two targets may lie apart by rounding: the envelopes of what each is, together.

    That of its claim stands for what nothing explains.
    """
    bounds = []
    for target, dialects in zip(targets, known.dialects, strict=True):
        dialect = (dialects or {}).get(family(fed.case.precision), target.port.claim)
        golden = fed.golden
        if dialect != golden.dialect or target.port.fixed:
            golden = golden_of(fed.case, target, dialect)
        bounds.append(golden.envelope)
    with np.errstate(all="ignore"):
        result: Rows = bounds[0] + bounds[1]
    return result


def apart(a: Rows, b: Rows, bound: Rows) -> NDArray[np.bool_]:
    """Where two trajectories lie farther apart than a bound, where there is one."""
    with np.errstate(all="ignore"):
        result: NDArray[np.bool_] = ~same(a, b) & ~(np.abs(a - b) <= bound) & ~np.isnan(bound)
    return result


def explains(known: Known, fed: Fed, targets: Sequence[Target], replays: Replays) -> bool:
    """Whether what is known of the targets gives what was observed, within rounding.

    Where what is known has no bound, though the claim has one, nothing speaks against it.
    """
    for target, dialects, observed in zip(targets, known.dialects, fed.observations, strict=True):
        dialect = (dialects or {}).get(family(fed.case.precision))
        if dialect is None:
            return False
        golden = golden_of(fed.case, target, dialect)
        if fed.golden.scenario.edge:
            if of_golden(compared(Fed(fed.case, golden, (observed,)), replays)) == "diverges":
                return False
            continue
        steps = len(observed.weights)
        if apart(golden.weights[:steps], observed.weights, golden.envelope[:steps]).any():
            return False
    return True
