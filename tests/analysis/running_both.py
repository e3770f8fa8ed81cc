"""Translations proved by running both calls, in a Python that has the libraries.

    uv run python -m tests.analysis.running_both --python PATH [--draws 3] [--seed 0]
        [--pairs torch:optax ...]

draws settings of every library that can be called from there, translates them to every other, runs
both calls as they are printed, and says a line a pair, source by source; what does not hold is
shown. A pair draws the same settings whichever others run: what was cut short goes on by `--pairs`.
Ends with 1 if a claim does not hold, with 3 if nothing ran.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, permutations
from operator import itemgetter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from test_translate import NAMES, drawn

from harness.analysis.translate import drift
from harness.analysis.translate.drift import Drift, drifts, worst
from harness.analysis.translate.solve import configured
from harness.analysis.translate.translation import Source, Translation, translate
from harness.analysis.translate.verify import verify_all
from harness.model.errors import ToolchainError
from python_ref.dialects.calls import calls_of

# Roundings of the way: libraries compute in other orders than the replay.
ROUNDING = 1e-11
# Formulas are told apart on far fewer steps than `translate` measures on; libraries take a
# millisecond a step and more.
STEPS = 150


@dataclass(frozen=True)
class Run:
    """A translation whose two calls ran.

    Attributes:
        translation: what was claimed.
        ran: how far the libraries were apart on each problem, or why there is nothing.
    """

    translation: Translation
    ran: tuple[Drift, ...] | ToolchainError

    @property
    def expected(self) -> tuple[Drift, ...]:
        """How far they are apart by the table, hyperparameters rounded as it says."""
        solution = self.translation.solution
        target = configured(solution.call, solution.settings)
        (expected,) = drifts(self.translation.source.configured, [target], rounded=True)
        return expected

    def rounding(self, measured: Drift) -> float:
        """What rounding comes to on the problem of a drift, as a share of the shortest way.

        Weights are rounded as they are stored in every step of either library, by half a unit;
        where they hardly move, that is much of their way.
        """
        first = self.translation.source.configured
        (row,) = drift._weights([first], measured.gradients, first.reach, measured.schedule, False)
        ways = np.nanmax(np.abs(row - row[0]), axis=0)
        stored = 2 * drift.STEPS * 2.0**-53 * np.nanmax(np.abs(row))
        return ROUNDING + float(stored / np.min(ways, initial=np.inf, where=ways > 0))

    @property
    def holds(self) -> bool:
        """Whether the libraries are as far apart as was claimed, on every problem.

        What is the same drifts by nothing but the rounding of hyperparameters to float32.
        """
        if isinstance(self.ran, ToolchainError):
            return False
        claimed = self.translation.solution
        same = {
            "always": claimed.drift,
            "constant learning rate": [d for d in claimed.drift if not d.schedule],
        }.get(claimed.sameness, [])
        lost, share = worst(same)
        return (
            not lost
            and share < ROUNDING
            and all(
                math.isclose(a.share, b.share, rel_tol=1e-6, abs_tol=self.rounding(a))
                or (math.isnan(a.share) and math.isnan(b.share))
                for a, b in zip(self.expected, self.ran, strict=True)
            )
        )


def shorter(steps: int = STEPS) -> None:
    """Measure on fewer steps than the command does, from here on in this process."""
    noise = np.array(drift._noise()[:steps])
    drift.STEPS = steps
    drift._noise = lambda: noise  # type: ignore[assignment]


def runnable(python: str) -> list[str]:
    """The libraries whose every call is run by the tool, and whose modules this Python has."""
    packages = {
        name: {
            module.partition(".")[0]
            for call in calls_of(name)
            for line in call.imports.splitlines()
            for module in line.partition(" ")[2].partition(" import ")[0].split(", ")
        }
        for name in NAMES
        if all(call.imports for call in calls_of(name))
    }
    wanted = sorted(set().union(*packages.values()))
    code = f"import importlib.util as u; print(*(n for n in {wanted!r} if u.find_spec(n)))"
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return [name for name, needed in packages.items() if needed <= set(found.stdout.split())]


def claims(source: str, target: str, draws: int, seed: int) -> list[Translation]:
    """Settings drawn of every way to make a library's RMSProp in turn, translated."""
    calls = calls_of(source)
    random = np.random.default_rng([seed, NAMES.index(source), NAMES.index(target)])
    start = int(random.integers(len(calls)))
    chosen = [calls[(start + i) % len(calls)] for i in range(draws)]
    return [translate(Source(call, drawn(call, random)), target) for call in chosen]


def runs(
    pairs: Sequence[tuple[str, str]], draws: int, seed: int, python: str
) -> Iterator[tuple[str, str, list[Run]]]:
    """What comes out of pairs, those of one source in one process: libraries are slow to load."""
    for source, group in groupby(pairs, key=itemgetter(0)):
        targets = [target for _, target in group]
        claimed = [claims(source, target, draws, seed) for target in targets]
        ran = iter(verify_all(list(chain(*claimed)), python))
        for target, translations in zip(targets, claimed, strict=True):
            yield source, target, [Run(found, next(ran)) for found in translations]


def refutation(run: Run) -> Iterator[str]:
    """What does not hold, line by line."""
    found = run.translation
    yield f"{found.source.call.library} {dict(found.source.settings)}"
    yield f"  to {found.solution.call.library} {dict(found.solution.settings)}"
    yield f"  claimed {found.solution.sameness}"
    if isinstance(run.ran, ToolchainError):
        yield f"  did not run: {run.ran}"
        return
    for name, drifted in (("claimed", found.solution.drift), ("expected", run.expected),
                        ("ran", run.ran)):  # fmt: skip
        yield f"  {name:9}" + " ".join(f"{d.share:.9g}" for d in drifted)


def main(arguments: Sequence[str] | None = None) -> int:
    """Translate and run, pair by pair; what does not hold is printed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--python", default=sys.executable)
    options.add_argument("--draws", type=int, default=3)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--steps", type=int, default=STEPS)
    options.add_argument("--pairs", nargs="*", metavar="FROM:TO", help="all that can run if none")
    given = options.parse_args(arguments)
    shorter(given.steps)
    named = [pair.split(":") for pair in given.pairs or ()]
    pairs = [(calls_of(a)[0].library, calls_of(b)[0].library) for a, b in named]
    pairs = sorted(pairs) or [*permutations(runnable(given.python), 2)]
    total: Counter[str] = Counter()
    begun = time.monotonic()
    for source, target, ran in runs(pairs, given.draws, given.seed, given.python):
        counts: Counter[str] = Counter()
        for run in ran:
            if isinstance(run.ran, ToolchainError):
                word = "did not run"
            else:
                word = "held" if run.holds else "DID NOT HOLD"
            counts[word] += 1
            counts[f"the same: {run.translation.solution.sameness}"] += word == "held"
            if word != "held":
                print("\n".join(refutation(run)))
        listed = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()) if count)
        print(f"{source} to {target}: {listed}; at {time.monotonic() - begun:.0f} s", flush=True)
        total += counts
    words = ", ".join(f"{count} {word}" for word, count in sorted(total.items()) if count)
    print(f"{len(pairs)} pairs: {words or 'nothing ran'}")
    if total["DID NOT HOLD"] or (total["did not run"] and total["held"]):
        return 1
    return 0 if total["held"] else 3


if __name__ == "__main__":
    sys.exit(main())
