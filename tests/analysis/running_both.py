"""Translations proved by running both calls, in a Python that has the libraries.

    uv run python -m tests.analysis.running_both --python PATH [--draws 3] [--seed 0]

draws settings of every library that can be called from there, translates them to every other,
runs both calls as they are printed, and prints what was claimed and how far the weights are apart.
Ends with 1 if a claim does not hold.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from itertools import permutations
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from test_translate import NAMES, drawn

from harness.analysis.translate.problems import Drift, worst
from harness.analysis.translate.translation import Source, translate
from harness.analysis.translate.verify import verify_all
from harness.model.errors import ToolchainError
from python_ref.dialects.calls import calls_of

# Roundings of the way: libraries compute in other orders than the replay, and some in float32.
ROUNDING = 1e-11


def holds(sameness: str, replayed: tuple[Drift, ...], ran: tuple[Drift, ...]) -> bool:
    """Whether what was claimed is so where both ran."""
    constant = [d for d in ran if not d.schedule]
    if sameness == "always":
        return worst(ran)[1] < ROUNDING
    if sameness == "constant learning rate":
        return worst(constant)[1] < ROUNDING
    return all(
        math.isclose(a.share, b.share, rel_tol=1e-6, abs_tol=ROUNDING)
        or (math.isnan(a.share) and math.isnan(b.share))
        for a, b in zip(replayed, ran, strict=True)
    )


def main() -> int:
    """Translate and run; what does not hold is printed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--python", required=True)
    options.add_argument("--draws", type=int, default=3)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    random = np.random.default_rng(given.seed)
    counts: Counter[str] = Counter()
    translations = []
    for source, target in permutations(NAMES, 2):
        for _ in range(given.draws):
            calls = calls_of(source)
            call = calls[random.integers(len(calls))]
            if call.imports:
                translations.append(translate(Source(call, drawn(call, random)), target))
    for found, ran in zip(translations, verify_all(translations, given.python), strict=True):
        sameness = found.solution.sameness
        if isinstance(ran, ToolchainError):
            counts[f"not run: {ran}"] += 1
            continue
        good = holds(sameness, found.solution.drift, ran)
        counts[f"{sameness}: {'holds' if good else 'DOES NOT HOLD'}"] += 1
        if not good:
            print(found.source.call.library, dict(found.source.settings))
            print("  to", found.solution.call.library, dict(found.solution.settings))
            print("  claimed", sameness, found.solution.drift)
            print("  ran    ", ran, flush=True)
    for text, count in sorted(counts.items()):
        print(f"{count:5} {text}")
    return 1 if any("DOES NOT" in text for text in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
