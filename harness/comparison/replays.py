"""In which arithmetics a dialect gives exactly what was observed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.comparison.distance import same
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper, replay


class Replays:
    """Goldens stepped in other arithmetics, once for all ports of a run.

    Most ports depart from the definition's order of operations in the same few ways. 32 MiB at
    most, and none of it a long golden's.
    """

    NUMBERS, NUMBERS_EACH = 1 << 22, 1 << 14

    def __init__(self) -> None:
        self._weights: dict[tuple[str, Arithmetic], Rows] = {}
        self._lock = threading.Lock()

    def weights(self, golden: Golden, asked: Sequence[Arithmetic]) -> dict[Arithmetic, Rows]:
        """The golden's weights, (T, N), as each of these arithmetics gives them."""
        with self._lock:  # two transports come to the same golden at once: one steps it
            return self._stepped(golden, asked)

    def _stepped(self, golden: Golden, asked: Sequence[Arithmetic]) -> dict[Arithmetic, Rows]:
        known = {a: rows for a in asked if (rows := self._weights.get((golden.id, a))) is not None}
        missing = [a for a in asked if a not in known]
        if missing:
            hypotheses = [Hypothesis(golden.dialect, a, golden.precision) for a in missing]
            known |= zip(missing, replay(golden.scenario, hypotheses).weights, strict=True)
            if sum(rows.size for rows in self._weights.values()) > self.NUMBERS:
                self._weights.clear()
            self._weights.update({(golden.id, a): known[a] for a in missing})
        return known

    def equal(
        self, golden: Golden, observed: Rows, unseen: NDArray[np.bool_], asked: Sequence[Arithmetic]
    ) -> tuple[Arithmetic, ...]:
        """Those asked about in which a golden is exactly what was observed, in their order.

        Args:
            golden: stepped anew where it is long, to its first difference.
            observed: (T, N).
            unseen: (T, 1) the steps that were not seen.
            asked: the arithmetics in question.
        """
        if list(asked) == [PLAIN]:
            return (PLAIN,) if (same(golden.weights, observed) | unseen).all() else ()
        if golden.weights.size > self.NUMBERS_EACH:
            given = golden.scenario, golden.dialect, golden.precision
            return equal_arithmetics(*given, observed, asked, seen=~unseen[:, 0])
        rows = self.weights(golden, asked)
        return tuple(a for a in asked if (same(rows[a], observed) | unseen).all())


def equal_arithmetics(
    scenario: Scenario,
    dialect: Dialect,
    precision: str,
    observed: Rows,
    asked: Sequence[Arithmetic],
    *,
    seen: NDArray[np.bool_] | None = None,
    rounding: float = 0.0,
    before_each: Callable[[], None] = lambda: None,
) -> tuple[Arithmetic, ...]:
    """Those asked about in which a dialect gives exactly what was observed, in their order.

    Args:
        scenario: the inputs.
        dialect: what is computed.
        precision: what is stored.
        observed: (T, N).
        asked: the arithmetics in question.
        seen: (T,) the steps that were seen; all unless given.
        rounding: half a unit of the last digit printed; then what prints the same is equal.
        before_each: called before each step; what it raises ends it.
    """
    alive = np.arange(len(asked))
    stepper = Stepper(scenario, [Hypothesis(dialect, a, precision) for a in asked])
    for t, row in enumerate(observed):
        before_each()
        weights, _ = stepper.step()
        if seen is not None and not seen[t]:
            continue
        equal = same(weights, row[None, :])
        if rounding:
            with np.errstate(all="ignore"):
                equal |= np.abs(weights - row) <= rounding + np.spacing(np.abs(row))
        keep = np.asarray(equal.all(axis=1))
        if not keep.all():
            alive = alive[keep]
            if not alive.size:
                return ()
            stepper.keep(keep)
    return tuple(asked[i] for i in alive.tolist())
