"""Hypotheses replayed a second: all at once, and in a loop over one at a time.

    python tests/benchmarks/hypotheses.py [--hypotheses 20000] [--sample 300]

Ten steps of ten elements under singles and pairs of deviations in many orders of evaluation.
The loop takes a sample of the same hypotheses, and its results are compared with the batch's.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from itertools import combinations, cycle, islice

import numpy as np

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import ARITHMETICS
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay


def problem() -> Scenario:
    """Ten steps of the arrays of 5, 1 and 3, and one element of the last: ten elements."""
    whole = next(s for s in scenarios() if s.name == "mixed-arrays")
    kept = dict(zip(whole.names, (5, 1, 3, 1), strict=True))
    return replace(
        whole,
        weights={name: whole.weights[name][:n] for name, n in kept.items()},
        gradients=[{name: g[name][:n] for name, n in kept.items()} for g in whole.gradients[:10]],
    )


def hypotheses(count: int) -> list[Hypothesis]:
    """Pairs of deviations, arithmetic after arithmetic."""
    singles = [f"{n}={v}" for n, a in AXES.items() if n != "precision" for v in a.names[1:]]
    pairs = [p for p in combinations(singles, 2) if p[0].split("=")[0] != p[1].split("=")[0]]
    dialects = [Dialect(), *(Dialect([s]) for s in singles), *(Dialect(p) for p in pairs)]
    every = (Hypothesis(d, a) for a in cycle(ARITHMETICS) for d in dialects)
    return list(islice(every, count))


def main() -> None:
    """Measure and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hypotheses", type=int, default=20_000)
    parser.add_argument("--sample", type=int, default=300)
    arguments = parser.parse_args()
    scenario, batch = problem(), hypotheses(arguments.hypotheses)

    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        together = replay(scenario, batch)
        seconds.append(time.perf_counter() - start)
    best = min(seconds)

    rows = np.linspace(0, len(batch) - 1, arguments.sample).astype(int).tolist()
    start = time.perf_counter()
    alone = [replay(scenario, [batch[row]]).weights[0] for row in rows]
    each = (time.perf_counter() - start) / len(rows)
    for row, weights in zip(rows, alone, strict=True):
        np.testing.assert_array_equal(weights, together.weights[row])

    print(f"batch  {len(batch)} hypotheses in {best:.2f} s: {len(batch) / best:,.0f} a second")
    print(f"loop   {1 / each:,.0f} a second")
    print(f"ratio  {each * len(batch) / best:.0f}")


if __name__ == "__main__":
    main()
