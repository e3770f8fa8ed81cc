"""Where the search for a constant starts: read from what was fed, no decade out of reach.

A rate starts at a few values between 0 and 1, an epsilon at several scales of the gradients it
stands beside, a limit among their sizes, a count at every whole number that shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.dialects.axes import BY_NORM_OF_ALL
from python_ref.dialects.dialect import Dialect

# Sets that leave more open start from fewer combinations.
_MOST = 40
# From so many values each is solved for, however many combinations that makes.
_LEAST = 3
# The same where many are started from.
_MOST_DENSE = 150


def starts(
    names: Sequence[str], dialect: Dialect, evidence: Evidence, dense: bool = False
) -> list[tuple[float, ...]]:
    """Combinations of values to start from, in the order of `names`; many if `dense`."""
    each = [_of_one(name, dialect, evidence, dense) for name in names]
    most = _MOST_DENSE if dense else _MOST
    # A count is not varied afterwards: every one is a start of its own.
    varied = [i for i, name in enumerate(names) if name != "every"]
    while len(each) > 1 and np.prod([len(values) for values in each]) > most:
        longest = max(varied, key=lambda i: len(each[i]), default=None)
        if longest is None or len(each[longest]) <= _LEAST:
            break
        each[longest] = _inner(each[longest])
    return list(product(*each))


def _inner(values: Sequence[float]) -> list[float]:
    """About half of the values, evenly, without the first and the last."""
    places = np.linspace(0, len(values) - 1, (len(values) + 1) // 2 + 2).round().astype(int)
    return [values[i] for i in places[1:-1].tolist()]


LEAST = 4 * float(np.finfo(np.float64).tiny)
"""The least that is started from."""

_FIXED = {
    "decay_rate": [0.3, 0.8, 0.95, 0.995],
    "mean_decay": [0.3, 0.9, 0.99],
    "momentum": [0.5, 0.9, 0.99],
    "weight_decay": [1e-3, 0.1],
    "decay": [1e-3, 0.1, 2.0],
    "factor": [0.5, 0.95],
}
_DENSER = {
    "decay_rate": [0.05, 0.3, 0.6, 0.8, 0.9, 0.95, 0.985, 0.995, 0.999],
    "mean_decay": [0.1, 0.3, 0.6, 0.8, 0.9, 0.95, 0.99],
    "momentum": [0.2, 0.5, 0.7, 0.85, 0.95, 0.99],
    "weight_decay": [1e-3, 0.01, 0.03, 0.1, 0.3],
    "decay": [1e-3, 0.02, 0.1, 0.5, 2.0, 10.0],
    "factor": [0.3, 0.5, 0.7, 0.85, 0.95],
}


def _of_one(name: str, dialect: Dialect, evidence: Evidence, dense: bool) -> list[float]:
    fixed = _DENSER if dense else _FIXED
    if name in fixed:
        return fixed[name]
    if name == "learning_rate":
        return [evidence.scenario.learning_rate or 0.01]
    seen = evidence.steps
    if name == "every":
        # One change is no schedule: it is said where it is.
        return [float(n) for n in range(2, (seen - 1) // 2 + 1)][:_MOST]
    if name == "total":
        return [0.7 * seen, 1.5 * seen, 5.0 * seen, 50.0 * seen]
    size = _sizes(evidence)
    typical = float(np.median(size)) if size.size else 1.0
    if name == "initial_average":
        # Of the size of what is averaged and below it shows at first, above it for long.
        square = typical if dialect.choice("average") == "absolute" else typical**2
        steps = np.arange(-4, 7, 0.5).tolist() if dense else [-3, -1.5, -0.5, 0.5, 2, 4]
        return _normal(square * 10.0**k for k in steps)
    if name == "gradient_scale":
        return [10.0**k for k in (-4, -2.5, -1.25, -0.4, 0.4, 1.25, 2.5, 4)]
    if name == "clip":
        sizes = size if dialect.choice("clip") == "value" else _norms(dialect, evidence)
        if not sizes.size:
            return [1.0]
        # Between two sizes nothing new is clipped; below them all, everything is.
        every = np.linspace(0.02, 0.98, 25) if dense else [0.05, 0.25, 0.45, 0.65, 0.85, 0.97]
        quantiles = np.quantile(sizes, every)
        least = float(quantiles[0])
        below = (0.02 * least, 0.15 * least, 0.6 * least)
        return _normal((*below, *sorted({float(q) for q in quantiles})))
    inside = dialect.choice("epsilon") == "inside" or dialect.choice("state") == "epsilon_kept"
    inside |= dialect.choice("initial_average") == "epsilon" or dialect.choice("root") == "none"
    scale = typical**2 if inside else typical
    if dialect.choice("epsilon") in ("on_quotient", "on_step", "on_weights"):
        scale = 1.0  # of what is divided already
    steps = np.arange(-9, 2, 0.5).tolist() if dense else [-9, -6, -4, -2, -1, 0, 1.5]
    return _normal(scale * 10.0**k for k in steps)


def _normal(values: Iterable[float]) -> list[float]:
    """Those that are normal numbers, as is half of each: squares of what is fed may underflow."""
    return [value for value in values if value >= LEAST] or [LEAST]


def _sizes(evidence: Evidence) -> Rows:
    """The sizes of all gradients fed that are neither 0 nor infinite."""
    steps = evidence.scenario.gradients[: evidence.steps]
    values = [np.abs(g) for step in steps for g in step.values()]
    flat: Rows = np.concatenate(values) if values else np.zeros(0)
    return flat[np.isfinite(flat) & (flat > 0)]


def _norms(dialect: Dialect, evidence: Evidence) -> Rows:
    """The norms of each array's gradients, or of all together."""
    whole = dialect.choice("clip") in BY_NORM_OF_ALL
    norms = []
    for step in evidence.scenario.gradients[: evidence.steps]:
        arrays = [np.concatenate(list(step.values()))] if whole and step else list(step.values())
        norms += [float(np.sqrt(np.sum(g * g))) for g in arrays]
    flat: Rows = np.array(norms)
    return flat[np.isfinite(flat) & (flat > 0)]
