"""Hypotheses a second, and how long naming a deviation takes, by the processor's time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations, cycle, islice
from typing import Any

import numpy as np
from measuring import Figure, Row, interleaved, ratio, seconds

from harness.judging.identify import identify
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import ARITHMETICS
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

_HYPOTHESES, _ALONE = 20_000, 100


def rows(arguments: argparse.Namespace) -> Sequence[Row]:
    """Of ten steps and ten elements; of observations of 200 elements and 100 steps."""
    scenario, batch = _problem(), _hypotheses(_HYPOTHESES)
    picked = [batch[row] for row in np.linspace(0, len(batch) - 1, _ALONE).astype(int).tolist()]

    def alone() -> None:
        for hypothesis in picked:
            replay(scenario, [hypothesis])

    jobs = {"together": lambda: replay(scenario, batch), "alone": alone}
    found = interleaved(jobs, max(2, arguments.rounds // 2))
    times = ratio(found["alone"], found["together"], "processor")
    scale = _HYPOTHESES / _ALONE
    rate = _HYPOTHESES / seconds(found["together"], "processor").median
    result = [
        Row("hypotheses", "hypotheses replayed together beside one after another",
            times.times(scale),
            seen=f"{rate:,.0f} a second"),
    ]  # fmt: skip
    identified = {name: _identified(seen) for name, seen in _observations().items()}
    plain = identified["no deviation"][0]
    for name, (took, named) in identified.items():
        figure = Figure(took / plain, took / plain, took / plain)
        slug = f"identify_{name.partition(' ')[0]}"
        seen = f"{took:.2f} s of processor time: {named}"
        result.append(Row(slug, f"identify, {name}, beside one of a right port", figure, seen=seen))
    return result


def _identified(seen: Callable[[], dict[str, Any]]) -> tuple[float, str]:
    best, named = float("inf"), ""
    for _ in range(2):
        observation = seen()
        begun = time.process_time()
        result = identify(observation)
        best = min(best, time.process_time() - begun)
        named = " ".join(result.deviations) or result.verdict.word
    return best, named


def _problem() -> Scenario:
    """Ten steps of the arrays of 5, 1 and 3, and one element of the last: ten elements."""
    whole = next(s for s in scenarios() if s.name == "mixed-arrays")
    kept = dict(zip(whole.names, (5, 1, 3, 1), strict=True))
    return replace(
        whole,
        weights={name: whole.weights[name][:n] for name, n in kept.items()},
        gradients=[{name: g[name][:n] for name, n in kept.items()} for g in whole.gradients[:10]],
    )


def _hypotheses(count: int) -> list[Hypothesis]:
    """Pairs of deviations, arithmetic after arithmetic."""
    singles = [f"{n}={v}" for n, a in AXES.items() if n != "precision" for v in a.names[1:]]
    pairs = [p for p in combinations(singles, 2) if p[0].split("=")[0] != p[1].split("=")[0]]
    dialects = [Dialect(), *(Dialect([s]) for s in singles), *(Dialect(p) for p in pairs)]
    every = (Hypothesis(d, a) for a in cycle(ARITHMETICS) for d in dialects)
    return list(islice(every, count))


def _observation(made_by: Dialect, steps: int, elements: int, noise: float = 0) -> dict[str, Any]:
    """What a port shows in so many steps of so many elements."""
    random = np.random.default_rng(1)
    given = Scenario(
        name="observation",
        catches="",
        learning_rate=0.01,
        decay_rate=0.9,
        epsilon=1e-3,
        weights={"a": random.standard_normal(elements)},
        gradients=[{"a": random.standard_normal(elements)} for _ in range(steps)],
    )
    seen = replay(given, [Hypothesis(made_by)]).weights[0]
    seen = seen + noise * random.standard_normal(seen.shape)
    return {
        "precision": "float64",
        **given.hyperparameters,
        "weights": given.weights,
        "gradients": given.gradients,
        "observed": [{"a": row} for row in seen],
    }


def _observations() -> dict[str, Callable[[], dict[str, Any]]]:
    one, two = ["epsilon=inside"], ["epsilon=inside", "initial_average=one"]
    three = ["epsilon=inside", "decay_rate=ignored", "weight_decay=coupled"]
    constants = {"decay_rate": 0.97, "weight_decay": 0.013}
    return {
        "no deviation": lambda: _observation(Dialect(), 100, 200),
        "one deviation": lambda: _observation(Dialect(one), 100, 200),
        "two deviations": lambda: _observation(Dialect(two), 100, 200),
        "three deviations, of twelve steps and eight elements": lambda: _observation(
            Dialect(three, constants), 12, 8
        ),
        "nothing in reach: noise": lambda: _observation(Dialect(), 12, 8, noise=1.0),
    }
