"""Draws: formulas of up to three deviations with numbers of their own, and what one would see.

    uv run python tests/diagnosis/drawing.py COUNT [FIRST_SEED]

draws so many, judges each and prints the figures.
A draw fails where a false name is given, or where something was claimed to be tried that was not.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, replace

import naive
import numpy as np

from harness.diagnosis.diagnose import Diagnosis, diagnose
from harness.diagnosis.explanation import same_algebra
from harness.diagnosis.hypotheses import (
    Deviations,
    dialect,
    in_order,
    of_formula,
    open_constants,
    sets,
)
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import canonical, equivalence
from python_ref.numbers.arithmetic import Arithmetic, arithmetics
from python_ref.rounding.envelope import running_envelopes
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

REFERENCE = Dialect()
STEPS = 12


@dataclass(frozen=True)
class Draw:
    """What a port does, and what was seen of it.

    Attributes:
        truth: its dialect, constants and numbers included.
        chosen: its deviations from the reference.
        evidence: what was seen.
        arithmetic: the order of its operations.
    """

    truth: Dialect
    chosen: Deviations
    evidence: Evidence
    arithmetic: Arithmetic


def drawn(seed: int, largest: int = 3) -> Draw:
    """The draw of a seed, of `largest` deviations at most."""
    rng = np.random.default_rng(seed)
    scenario = _scenario(rng)
    chosen = _formula(rng, int(rng.integers(largest + 1)))
    constants = {name: _constant(rng, name, scenario) for name in open_constants(chosen)}
    storage = "float32" if rng.random() < 0.3 else "float64"
    numbers: list[tuple[str, str]] = []
    if storage == "float64" and rng.random() < 0.25:
        drawn_names = [n for n in ("learning_rate", "decay_rate", "epsilon") if rng.random() < 0.6]
        # What a port has of its own it has as it is.
        names = [n for n in drawn_names if n not in constants]
        if names:
            numbers.append(("float32_hyperparameters", "+".join(names)))
    elif storage == "float64" and rng.random() < 0.15:
        numbers.append(("precision", "float32"))
    whole = in_order((*chosen, *numbers))
    truth = dialect(REFERENCE, whole, constants)
    fed = scenario.in_precision(storage)
    listed = arithmetics(storage)
    arithmetic = listed[int(rng.integers(len(listed)))] if rng.random() < 0.5 else listed[0]
    weights = replay(fed, [Hypothesis(truth, arithmetic, storage)]).weights[0]
    seen = np.ones(fed.steps, dtype=bool)
    if rng.random() < 0.2:
        seen[:-1] = rng.random(fed.steps - 1) < 0.6
    evidence = Evidence("drawn", fed, storage, weights, seen)
    if rng.random() < 0.25:
        digits = int(rng.integers(4, 9))
        rounded = np.round(weights, digits)
        evidence = replace(evidence, weights=rounded, rounding=0.5 * 10.0**-digits)
    return Draw(truth, whole, evidence, arithmetic)


def _scenario(rng: np.random.Generator) -> Scenario:
    """Two or three arrays of a few elements; gradients over a few decades, some zero."""
    lengths = {f"w{i}": int(rng.integers(1, 6)) for i in range(int(rng.integers(2, 4)))}
    scale = 10.0 ** rng.uniform(-2, 0.5)
    gradients = [
        {
            name: np.where(
                rng.random(n) < 0.08, 0.0, rng.standard_normal(n) * 10 ** rng.uniform(-1, 0.5, n)
            )
            * scale
            for name, n in lengths.items()
        }
        for _ in range(STEPS)
    ]
    return Scenario(
        name="drawn",
        catches="",
        learning_rate=float(f"{10 ** rng.uniform(-3, -1):.2g}"),
        decay_rate=float(rng.choice([0.9, 0.99, 0.95, 0.7, 0.83])),
        epsilon=float(f"{10 ** rng.uniform(-4, -0.5) * scale:.2g}"),
        weights={name: rng.standard_normal(n) for name, n in lengths.items()},
        gradients=gradients,
    )


def _formula(rng: np.random.Generator, size: int) -> Deviations:
    """A set of `size` deviations, none of which is without effect beside the others."""
    if not size:
        return ()
    alone = [c[0] for c in _ALONE]
    while True:
        picked = [alone[i] for i in rng.choice(len(alone), size, replace=False)]
        chosen = in_order(picked)
        if chosen in _of_size(size, chosen) and _irreducible(chosen):
            return chosen


_ALONE = [
    c for c in sets(REFERENCE, 1) if c[0] not in (("write", "none"), ("learning_rate", "first"))
]


def _of_size(size: int, chosen: Deviations) -> list[Deviations]:
    """The set itself if it is one that may be, on different axes."""
    from harness.diagnosis.hypotheses import _coherent

    good = len({axis for axis, _ in chosen}) == size and _coherent(REFERENCE, chosen)
    return [chosen] if good else []


def _irreducible(chosen: Deviations) -> bool:
    """Whether no member can be left out in algebra."""
    whole = canonical(dialect(REFERENCE, chosen))
    return len(whole.deviations) == len(chosen)


def _constant(rng: np.random.Generator, name: str, scenario: Scenario) -> float:
    size = float(np.median([np.abs(g).max() for s in scenario.gradients for g in s.values()]))
    given = {
        "learning_rate": 10 ** rng.uniform(-4, 0),
        "decay_rate": rng.uniform(0.3, 0.999),
        "mean_decay": rng.uniform(0.3, 0.99),
        "momentum": rng.uniform(0.3, 0.99),
        "epsilon": 10 ** rng.uniform(-3, 0) * size,
        "weight_decay": 10 ** rng.uniform(-2.5, -0.5),
        "clip": size * rng.uniform(0.2, 0.9),
        "decay": 10 ** rng.uniform(-2, 0),
        "gradient_scale": 10 ** rng.uniform(-2, 2),
        "factor": rng.uniform(0.5, 0.98),
        "every": float(rng.integers(2, 5)),
        "total": float(rng.integers(10, 60)),
    }[name]
    digits = int(rng.integers(1, 5))
    value = float(f"{given:.{digits}g}")
    return value if value not in (0.0, 1.0) else given


def judged(draw: Draw, seconds: float | None, largest: int = 3) -> tuple[str, Diagnosis]:
    """One word for a draw: what was found, or "false" where something false would be told."""
    with np.errstate(all="ignore"):
        found = diagnose([draw.evidence], REFERENCE, None, largest, seconds=seconds)
    truth = of_formula(draw.chosen)
    if found.best is None:
        if found.numberless or not np.isfinite(draw.evidence.weights[draw.evidence.seen]).all():
            return "no number", found
        if found.change is not None and found.change.kind:
            return "change", found
        if found.parts and all(part.explanation for part in found.parts):
            return "parts", found
        return ("false" if found.tried.size >= len(truth) else "not reached"), found
    every = [found.best, *found.alternatives]
    if not all(reproduces(draw, dialect(REFERENCE, e.chosen, e.constants)) for e in every):
        return "false", found
    if same_algebra(of_formula(found.best.chosen), truth):
        return "named", found
    if any(same_algebra(of_formula(e.chosen), truth) for e in found.alternatives):
        return "alternative", found
    plain = Dialect(draw.truth.deviations)
    if any(equivalence(dialect(REFERENCE, e.chosen), plain) != "never" for e in every):
        return "same in algebra", found
    return ("smaller" if found.best.size < len(truth) else "another"), found


def reproduces(draw: Draw, named: Dialect) -> bool:
    """Whether a dialect, one element at a time, gives what was seen within rounding."""
    e = draw.evidence
    precision = Hypothesis(named, precision=e.precision).effective_precision
    if precision not in naive.PRECISIONS:
        return True
    weights, _ = naive.trajectory(e.scenario, named, precision=precision)
    with np.errstate(all="ignore"):
        bound = running_envelopes(e.scenario, e.precision, [named])[0]
        apart = np.abs(weights - e.weights)
        unit = np.finfo("float32" if e.precision != "float64" or "32" in precision else "float64")
        # Where there is no bound, a name must still be right to a thousandth of the way.
        loose = 1e-3 * np.abs(e.weights - e.initial) + 16 * float(unit.eps) * np.abs(e.weights)
        limit = np.where(np.isnan(bound), loose, 2 * bound) + e.rounding
        good = (apart <= limit * (1 + 1e-9)) | (weights == e.weights)
        good |= np.isnan(weights) & np.isnan(e.weights)
    return bool(good[e.seen].all())


def main() -> None:
    count = int(sys.argv[1])
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 20.0
    words: Counter[str] = Counter()
    began = time.process_time()
    for seed in range(first, first + count):
        draw = drawn(seed)
        word, found = judged(draw, seconds)
        words[word] += 1
        if word in ("false", "not reached", "another", "parts", "change"):
            best = found.best and (found.best.deviations, dict(found.best.constants))
            e = draw.evidence
            print(f"{seed}: {word}: {draw.truth} {e.precision} {e.rounding:g}"
                  f" {draw.arithmetic} seen {int(e.seen.sum())}: {best}"
                  f" {found.tried}", flush=True)  # fmt: skip
    print(dict(words), f"{time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
