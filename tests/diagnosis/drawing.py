"""Draws: formulas of up to three deviations with numbers of their own, and what one would see.

    uv run python -m tests.diagnosis.drawing --draws 2000 --write tests/diagnosis/draws.toml

draws so many, explains each in the time that `identify` takes unless told otherwise, and prints
what is wrong. With `--write` the figures go into a file, beside those of a portion that ends where
this one begins. Ends with 1 if anything false was named, or said to be tried that was not.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from answers import WORDS, answer

from harness.diagnosis.diagnose import Diagnosis, diagnose
from harness.diagnosis.hypotheses import (
    Deviations,
    coherent,
    dialect,
    in_order,
    of_formula,
    open_constants,
    sets,
)
from harness.model.evidence import Evidence
from harness.model.limits import SEARCH_SECONDS
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import canonical
from python_ref.numbers.arithmetic import PLAIN, Arithmetic, arithmetics
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

REFERENCE = Dialect()
STEPS = 12
# What the axes had when the figures by hand were made: a seed means what it meant then.
LATER = (
    ("initial_average", "constant"),
    ("clip", "norm_plus_epsilon"), ("clip", "global_norm_plus_epsilon"),
    ("epsilon", "on_quotient"), ("epsilon", "on_rate"), ("epsilon", "on_step"),
    ("epsilon", "on_weights"), ("write", "last_array"),
)  # fmt: skip
ALONE = [c[0] for c in sets(REFERENCE, 1) if c[0] not in (("write", "none"), *LATER)]
LATER_WAYS: tuple[tuple[str, str], ...] = ()
"""Ordinary ways to write a part of a step that came later, which are not drawn: part and name."""
WITH_LATER = [*ALONE, *LATER * (len(ALONE) // 2)]
"""The same, and in two of three formulas what came later."""


@dataclass(frozen=True)
class Draw:
    """What a port does, and what was seen of it.

    Attributes:
        chosen: its deviations from the reference, of the formula and of numbers.
        constants: what it has of its own for what these leave open.
        evidence: what was seen.
        arithmetic: the order of its operations.
    """

    chosen: Deviations
    constants: dict[str, float]
    evidence: Evidence
    arithmetic: Arithmetic

    @property
    def truth(self) -> Dialect:
        """The dialect of the port."""
        return dialect(REFERENCE, self.chosen, self.constants)

    def __str__(self) -> str:
        """Everything that tells it from others."""
        e = self.evidence
        printed = f", printed to {e.rounding:g}" if e.rounding else ""
        return (
            f"{self.truth} {e.precision}, {self.arithmetic}, {int(e.seen.sum())} of"
            f" {e.scenario.steps} steps{printed}, options {dict(e.scenario.options)}"
        )


def drawn(seed: int, largest: int = 3, among: Sequence[tuple[str, str]] = ALONE) -> Draw:
    """The draw of a seed, of `largest` deviations at most."""
    rng = np.random.default_rng(seed)
    scenario = drawn_scenario(rng)
    chosen = drawn_formula(rng, int(rng.integers(largest + 1)), among)
    constants = {name: drawn_constant(rng, name, scenario) for name in open_constants(chosen)}
    offered = [n for n in constants if n in OPTIONS and (n, "ignored") not in chosen]
    options = {name: constants.pop(name) for name in offered if rng.random() < 0.3}
    scenario = replace(scenario, options=options)
    storage = "float32" if rng.random() < 0.3 else "float64"
    # What a port has of its own it has as it is.
    rounded = AXES["float32_hyperparameters"].names
    given = [n for n in (*HYPERPARAMETERS, *options) if n not in constants and n in rounded]
    numbers = _numbers(rng, given) if storage == "float64" else ()
    whole = in_order((*chosen, *numbers))
    fed = scenario.in_precision(storage)
    listed = [a for a in arithmetics(storage) if not _later(a)]
    arithmetic = listed[int(rng.integers(len(listed)))] if rng.random() < 0.5 else listed[0]
    truth = dialect(REFERENCE, whole, constants)
    weights = replay(fed, [Hypothesis(truth, arithmetic, storage)]).weights[0]
    seen = np.ones(fed.steps, dtype=bool)
    if rng.random() < 0.2:
        seen[:-1] = rng.random(fed.steps - 1) < 0.6
    evidence = Evidence("drawn", fed, storage, weights, seen)
    if rng.random() < 0.25:
        digits = int(rng.integers(4, 9))
        printed = np.round(weights, digits)
        evidence = replace(evidence, weights=printed, rounding=0.5 * 10.0**-digits)
    return Draw(whole, constants, evidence, arithmetic)


def _later(arithmetic: Arithmetic) -> bool:
    return any((place, way.name) in LATER_WAYS for place, way in arithmetic.departing.items())


def _numbers(rng: np.random.Generator, given: Sequence[str]) -> Deviations:
    """Which hyperparameters are rounded, or which floats are computed with; mostly none."""
    if rng.random() < 0.25:
        names = [name for name in given if rng.random() < 0.6]
        return (("float32_hyperparameters", "+".join(names)),) if names else ()
    if rng.random() < 0.15:
        return (("precision", str(rng.choice(["float32", "float32_double", "float32_wide"]))),)
    return ()


def drawn_scenario(rng: np.random.Generator) -> Scenario:
    """Two or three arrays of a few elements; gradients over a few decades, some zero.

    In some an array takes no part now and then, or the learning rate is another at every step.
    """
    lengths = {f"w{i}": int(rng.integers(1, 6)) for i in range(int(rng.integers(2, 4)))}
    scale = 10.0 ** rng.uniform(-2, 0.5)
    absent = 0.3 if rng.random() < 0.15 else 0.0
    gradients = [
        {
            name: np.where(
                rng.random(n) < 0.08, 0.0, rng.standard_normal(n) * 10 ** rng.uniform(-1, 0.5, n)
            )
            * scale
            for name, n in lengths.items()
            if name == "w0" or rng.random() >= absent
        }
        for _ in range(STEPS)
    ]
    rate = float(f"{10 ** rng.uniform(-3, -1):.2g}")
    changing = rng.random() < 0.1
    rates = tuple(float(f"{rate * x:.3g}") for x in rng.uniform(0.5, 1, STEPS)) if changing else ()
    return Scenario(
        name="drawn",
        catches="",
        learning_rate=rates[0] if rates else rate,
        decay_rate=float(rng.choice([0.9, 0.99, 0.95, 0.7, 0.83])),
        epsilon=float(f"{10 ** rng.uniform(-4, -0.5) * scale:.2g}"),
        weights={name: rng.standard_normal(n) for name, n in lengths.items()},
        gradients=gradients,
        learning_rates=rates,
    )


def drawn_formula(
    rng: np.random.Generator, size: int, among: Sequence[tuple[str, str]] = ALONE
) -> Deviations:
    """A set of `size` deviations, none of which is without effect beside the others."""
    while True:
        picked = [among[i] for i in rng.choice(len(among), size, replace=False)]
        chosen = in_order(picked)
        distinct = len(chosen) == size and coherent(REFERENCE, chosen)
        if distinct and len(canonical(dialect(REFERENCE, chosen)).deviations) == size:
            return chosen


def drawn_constant(rng: np.random.Generator, name: str, scenario: Scenario) -> float:
    """A constant that shows on a scenario, of one to four digits."""
    size = float(np.median([np.abs(g).max() for s in scenario.gradients for g in s.values()]))
    drawn = {
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
    }
    # What came later is drawn only where it is asked for: a seed means what it meant before.
    given = drawn[name] if name in drawn else size**2 * 10 ** rng.uniform(-2, 2)
    value = float(f"{given:.{int(rng.integers(1, 5))}g}")
    return value if value not in (0.0, 1.0) else given


def flushing(seed: int) -> Draw:
    """A draw of one deviation at most and no constant, which flushes subnormals to zero.

    Half of the squares fed are so small that their share in an average is subnormal, or nearly.
    """
    rng = np.random.default_rng(seed)
    scenario = drawn_scenario(rng)
    sizes = [np.abs(g) for step in scenario.gradients for g in step.values()]
    factor = 3e-154 / float(np.median(np.concatenate(sizes)))
    fed = replace(
        scenario,
        epsilon=scenario.epsilon * factor,
        gradients=[{n: g * factor for n, g in step.items()} for step in scenario.gradients],
    )
    chosen = next(
        c for c in iter(lambda: drawn_formula(rng, int(rng.integers(2))), None)
        if not open_constants(c)
    )  # fmt: skip
    whole = in_order((*chosen, ("subnormals", "flushed")))
    weights = replay(fed, [Hypothesis(dialect(REFERENCE, whole))]).weights[0]
    evidence = Evidence("drawn", fed, "float64", weights, np.ones(STEPS, dtype=bool))
    return Draw(whole, {}, evidence, PLAIN)


def explained(draw: Draw, seconds: float | None = SEARCH_SECONDS, largest: int = 3) -> Diagnosis:
    """What the search says of a draw."""
    with np.errstate(all="ignore"):
        return diagnose([draw.evidence], REFERENCE, None, largest, seconds=seconds)


def judged(
    draw: Draw, seconds: float | None = SEARCH_SECONDS, largest: int = 3
) -> tuple[str, Diagnosis]:
    """One of `answers.WORDS` for a draw, and what it was said of."""
    found = explained(draw, seconds, largest)
    return answer(found, draw.evidence, draw.chosen), found


# -- by hand --------------------------------------------------------------------------------------


def _recorded(path: Path, seed: int, words: dict[int, Counter[str]], seconds: float) -> None:
    """Write the figures, added to those of the portion that ends where this one begins."""
    first, spent = seed, seconds
    if path.exists():
        before = tomllib.loads(path.read_text("utf-8"))
        if before["first_seed"] + before["draws"] == seed:
            first, spent = before["first_seed"], spent + before["processor_seconds"]
            for size, row in before["deviations"].items():
                words.setdefault(int(size), Counter()).update(row)
    lines = [
        "# Written by drawing.py; answers.py says what the words are.",
        f"first_seed = {first}",
        f"draws = {sum(map(Counter.total, words.values()))}",
        f"processor_seconds = {spent:.0f}",
    ]
    for size, row in sorted(words.items()):
        lines += ["", f"[deviations.{size}]"]
        lines += [f'"{word}" = {row[word]}' for word in WORDS if row[word]]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def main(arguments: Sequence[str]) -> int:
    """Draw, print what is no right answer, and the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the first; each has the next")
    parser.add_argument("--later", action="store_true", help="mostly with what came later")
    parser.add_argument("--largest", type=int, default=3, help="the most deviations")
    parser.add_argument("--minutes", type=float, default=60 * 24, help="when to stop, draw whole")
    parser.add_argument("--write", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    words: dict[int, Counter[str]] = {}
    began, deadline = time.process_time(), time.monotonic() + 60 * given.minutes
    for seed in range(given.seed, given.seed + given.draws):
        if time.monotonic() > deadline:
            break
        draw = drawn(seed, given.largest, WITH_LATER if given.later else ALONE)
        before = time.process_time()
        word, found = judged(draw, SEARCH_SECONDS, given.largest)
        words.setdefault(len(of_formula(draw.chosen)), Counter())[word] += 1
        if word not in ("answered", "among the alternatives"):
            best = found.best and (found.best.deviations, dict(found.best.constants))
            took = time.process_time() - before
            print(f"{seed}: {word}: {draw}: {best} {found.tried} {took:.1f} s", flush=True)
    spent = time.process_time() - began
    for size, row in sorted(words.items()):
        print(f"{size} deviations: {dict(row)}")
    print(f"{spent:.0f} s of processor time")
    if given.write:
        _recorded(given.write, given.seed, words, spent)
    return int(any(row["FALSE"] for row in words.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
