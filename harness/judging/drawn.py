"""Scenarios drawn afresh: what a port answers that looks goldens up, it cannot answer of these.

Goldens are on the disk of whoever judges; a port that finds them there is right in each. A port
that is right in all is fed a few scenarios more, which nobody knew before. The seed is said, and
repeats them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from python_ref.scenarios.scenario import Scenario

_EACH = 2
_LENGTHS = {"kernel": 3, "bias": 2}
_STEPS = 6


def drawn(seed: int, precision: str, known: Sequence[Scenario]) -> list[Scenario]:
    """The scenarios of a seed: ordinary numbers, so that rounding has a bound in all of them.

    Args:
        seed: what they are drawn from.
        precision: what is stored.
        known: what was fed before. The hyperparameters are those of one of these: a port may have
            its own, which is right for what it was asked for.
    """
    random = np.random.default_rng([seed, len(precision)])
    scenarios = []
    for number in range(1, _EACH + 1):

        def arrays() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
            return {
                name: random.choice([-1.0, 1.0], n) * random.uniform(0.1, 2.0, n)
                for name, n in _LENGTHS.items()
            }

        like = known[int(random.integers(len(known)))]
        scenario = replace(
            like,
            name=f"{seed}-{number}",
            catches="a port that knows the test cases",
            weights=arrays(),
            gradients=[arrays() for _ in range(_STEPS)],
            learning_rates=(),
        )
        scenarios.append(scenario.in_precision(precision))
    return scenarios
