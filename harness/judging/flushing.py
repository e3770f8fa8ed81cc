"""Ports on processors that flush subnormal numbers to zero: right but for that.

Where a golden's trajectory enters the subnormal range such a port, and no formula, makes the
difference. It is held against what the golden's formula gives there when subnormals are flushed:
ports and observations alike, before any other cause is searched for.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.comparison.compare import Comparison, compare_all
from harness.comparison.distance import same
from harness.comparison.replays import Replays
from harness.judging.verdict import of_golden, of_port
from harness.model.observation import Observation
from harness.model.words import GOOD, ORDER
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, of_stored
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay


def where_flushed(
    pairs: Sequence[tuple[Golden, Observation]],
    comparisons: Sequence[Comparison],
    replays: Replays | None = None,
) -> list[Comparison] | None:
    """The comparisons with goldens whose subnormals are flushed; None unless that explains all.

    Args:
        pairs: each golden of one precision with what was observed.
        comparisons: a row a pair.
        replays: what a run remembers of goldens.
    """
    before = of_port([c for c in comparisons if c.fault is None]).word
    if before not in ("diverges", "conforms"):
        return None
    # What is equal as it is needs no other explanation; short ones are sooner replayed.
    apart = [i for i, c in enumerate(comparisons) if c.fault is None and not c.equal]
    flushed: dict[int, Golden] = {}
    for i in sorted(apart, key=lambda i: pairs[i][0].weights.size):
        golden = pairs[i][0]
        if _flushes(golden):
            flushed[i] = _flushed(golden)
        elif comparisons[i].kind == "core" and not comparisons[i].within:
            return None  # nothing there is subnormal
    if not flushed:
        return None
    instead = [(flushed.get(i, golden), observed) for i, (golden, observed) in enumerate(pairs)]
    compared = compare_all(instead, replays)
    after = of_port([c for c in compared if c.fault is None]).word
    if after not in GOOD or after == before:
        return None
    return [max(pair, key=_goodness) for pair in zip(comparisons, compared, strict=True)]


def _goodness(comparison: Comparison) -> int:
    word = of_golden(comparison)
    return ORDER.index(word) if word in ORDER else -1


def _flushes(golden: Golden) -> bool:
    """Whether flushing changes any weight."""
    ways = [Hypothesis(d, precision=golden.precision) for d in (golden.dialect, _flushing(golden))]
    weights = replay(golden.scenario, ways).weights
    return not bool(same(weights[0], weights[1]).all())


def _flushing(golden: Golden) -> Dialect:
    choices = {**golden.dialect.choices(), "subnormals": "flushed"}
    return Dialect.choosing(choices, golden.dialect.constants)


def _flushed(golden: Golden) -> Golden:
    """What the golden's formula gives for the same inputs, by the same name."""
    return of_stored(golden.scenario, _flushing(golden), golden.precision, golden.name)
