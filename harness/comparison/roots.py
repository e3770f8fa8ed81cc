"""Whether a port is exact but for its square root: libraries have roots that are not correct.

IEEE 754 has the root rounded correctly. Vector libraries and processors' approximations give a
neighbour now and then. Which one cannot be computed, but it can be seen: a root enters nothing
but the step, so that with the weights that were observed before it every step stands alone, and
some root within so many ULP of the correct one must give exactly the weights observed after it.
With momentum a step also depends on the roots before; then all buffers that are still possible
are stepped side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from harness.comparison.distance import same
from harness.model.evidence import Evidence
from harness.model.observation import Observation, Rows
from python_ref.dialects.axes import BY_NORM_OF_ALL
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.evaluation import library_arithmetics, ordinary_arithmetics
from python_ref.numbers.arithmetic import MOST_OFF, Arithmetic
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper

# Buffers that are told apart of one element. Too few may lose the one there is, and then
# nothing is said; they never let pass what no roots explain.
_BUFFERS = 32


def but_for_roots(
    fed: Sequence[tuple[Scenario, Dialect, Observation | Evidence]], precision: str
) -> Arithmetic | None:
    """The arithmetic that gives all that was observed if roots may be `off`; None if none does.

    Of several, the one of which the fewest roots must be off.

    Args:
        fed: scenarios, what is computed of them, and what was observed; none of it was rounded.
        precision: what is stored.
    """
    if any(o.rounding or (o.seen is not None and not o.seen[: s.steps].all()) for s, _, o in fed):
        return None
    left: dict[Arithmetic, tuple[int, int]] = {}
    for place, (scenario, dialect, observation) in enumerate(
        sorted(fed, key=lambda row: row[2].weights.size)
    ):
        ordinary = [a for a in ordinary_arithmetics(dialect, precision) if not a.precision]
        asked = left or [*ordinary, *library_arithmetics(dialect, precision)]
        fits = equal_but_for_roots(
            scenario, dialect, precision, observation.weights[: scenario.steps], list(asked)
        )
        before = left if place else {replace(a, off=0): (0, 0) for a, _ in fits}
        plain = {replace(a, off=0): (a.off, count) for a, count in fits}
        left = {
            a: (max(off, before[a][0]), count + before[a][1]) for a, (off, count) in plain.items()
        }
        if not left:
            return None
    best = min(left, key=lambda a: left[a])
    return replace(best, off=left[best][0])


def equal_but_for_roots(
    scenario: Scenario,
    dialect: Dialect,
    precision: str,
    observed: Rows,
    asked: Sequence[Arithmetic],
) -> tuple[tuple[Arithmetic, int], ...]:
    """Those asked about that give exactly what was observed with roots that are off.

    Args:
        scenario: the inputs.
        dialect: what is computed.
        precision: what is stored.
        observed: (T, N), every step of it.
        asked: the arithmetics in question.

    Returns:
        Each with the fewest ULP, up to MOST_OFF, that roots must be `off`, and at how many values
        at least they must be.
    """
    says = dialect.choice
    moving = says("momentum") != "no"
    together = says("clip") in BY_NORM_OF_ALL or says("state") == "shared"
    # Where it enters more than the step, or side by side arrays would see each other.
    apart = says("average") == "none" or says("root") == "none" or says("state") == "root_kept"
    if apart or (moving and together):
        return ()
    given = scenario, dialect, precision, observed
    left, results = list(asked), []
    for off in range(1, MOST_OFF + 1):
        fitting = _fitting(*given, left, off, _BUFFERS if moving else 1)
        results += [(replace(a, off=off), count) for a, count in fitting.items()]
        left = [a for a in left if a not in fitting]
    return tuple(results)


def _fitting(
    scenario: Scenario,
    dialect: Dialect,
    precision: str,
    observed: Rows,
    asked: Sequence[Arithmetic],
    off: int,
    copies: int,
) -> dict[Arithmetic, int]:
    """Those that fit with roots up to `off` ULP off, and at how many values they must be."""
    offs = np.arange(-off, off + 1)
    every = [replace(a, off=k) for a in asked for k in offs.tolist()]
    fed = _side_by_side(scenario, copies)
    stepper = Stepper(fed, [Hypothesis(dialect, a, precision) for a in every])
    alive = np.arange(len(asked))
    size = scenario.size
    counts = np.zeros((len(asked), copies, size), dtype=np.int64)
    for row in observed:
        weights, _ = stepper.step()
        wanted = np.tile(row, copies)
        equal = same(weights, wanted).reshape(len(alive), len(offs), copies, size)
        keep = np.asarray(equal.any(axis=(1, 2)), dtype=bool).all(axis=1)
        if not keep.any():
            return {}
        if not keep.all():
            stepper.keep(np.repeat(keep, len(offs)))
            alive, equal, counts = alive[keep], equal[keep], counts[keep]
        # (A, offs, copies, N): how many roots before and now must be off on each way here.
        needed = counts[:, None] + (offs != 0)[None, :, None, None]
        needed = np.where(equal, needed, np.iinfo(np.int64).max)
        shape = len(alive) * len(offs), copies * size
        buffers = stepper.buffers()
        if copies == 1:
            counts = needed.min(axis=1)
        else:
            chosen, counts = _likeliest(buffers.reshape(needed.shape), needed)
            buffers = np.broadcast_to(chosen[:, None], needed.shape).reshape(shape)
        stepper.put(np.broadcast_to(wanted, shape), buffers)
    least = counts.min(axis=1).sum(axis=1).tolist()
    return {asked[i]: int(count) for i, count in zip(alive.tolist(), least, strict=True)}


def _side_by_side(scenario: Scenario, copies: int) -> Scenario:
    """The scenario with so many copies of all its arrays."""
    if copies == 1:
        return scenario
    return replace(
        scenario,
        weights={f"{n} {i}": w for i in range(copies) for n, w in scenario.weights.items()},
        gradients=[
            {f"{n} {i}": g for i in range(copies) for n, g in step.items()}
            for step in scenario.gradients
        ],
    )


def _likeliest(
    buffers: NDArray[np.float64], needed: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Buffers to go on from, (A, copies, N), of (A, offs, copies, N): those that need least."""
    arithmetics, _, copies, size = buffers.shape
    chosen = np.empty((arithmetics, copies, size))
    counts = np.empty((arithmetics, copies, size), dtype=np.int64)
    for a in range(arithmetics):
        for n in range(size):
            ways, counted = buffers[a, :, :, n].ravel(), needed[a, :, :, n].ravel()
            order = np.lexsort((ways, counted))
            order = order[counted[order] < np.iinfo(np.int64).max]
            _, first = np.unique(ways[order], return_index=True)
            likeliest = order[np.sort(first)[:copies]]
            likeliest = np.concatenate([likeliest, np.full(copies - len(likeliest), likeliest[0])])
            chosen[a, :, n], counts[a, :, n] = ways[likeliest], counted[likeliest]
    return chosen, counts
