"""Ports on processors that flush subnormal numbers to zero: right but for that.

Where a golden's trajectory enters the subnormal range such a port, and no formula, makes the
difference. It is held against what the golden's formula gives there when subnormals are flushed.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.comparison.compare import Comparison, compare_all
from harness.comparison.distance import same
from harness.comparison.replays import Replays
from harness.judging.verdict import of_port
from harness.model.observation import Observation
from harness.model.words import GOOD
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, of_stored


def where_flushed(
    pairs: Sequence[tuple[Golden, Observation]],
    comparisons: Sequence[Comparison],
    replays: Replays | None = None,
) -> list[Comparison] | None:
    """The comparisons with goldens whose subnormals are flushed; None unless that explains all.

    Args:
        pairs: each golden with what was observed.
        comparisons: a row a pair.
        replays: what a run remembers of goldens.
    """
    if of_port(comparisons).word not in ("diverges", "conforms"):
        return None
    # What is equal as it is needs no other explanation.
    apart = [i for i, c in enumerate(comparisons) if c.fault is None and not c.equal]
    flushed = {i: _flushed(pairs[i][0]) for i in apart}
    if all(same(flushed[i].weights, pairs[i][0].weights).all() for i in apart):
        return None
    instead = [(flushed.get(i, golden), observed) for i, (golden, observed) in enumerate(pairs)]
    found = compare_all(instead, replays)
    before, after = of_port(comparisons).word, of_port(found).word
    return found if after in GOOD and after != before else None


def _flushed(golden: Golden) -> Golden:
    """What the golden's formula gives for the same inputs, by the same name."""
    choices = {**golden.dialect.choices(), "subnormals": "flushed"}
    dialect = Dialect([f"{axis}={value}" for axis, value in choices.items()],
                      golden.dialect.constants)  # fmt: skip
    return of_stored(golden.scenario, dialect, golden.precision, golden.name)
