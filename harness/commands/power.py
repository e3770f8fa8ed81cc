"""`power`: which golden catches which deviation."""

from __future__ import annotations

from harness.commands.common import OK, reporting
from harness.commands.options import GoldenPattern
from harness.model.errors import UsageError
from harness.report.destinations import Reports


@reporting("power")
def power(
    golden: GoldenPattern = "*",
    *,
    reports: Reports,
) -> int:
    """Show which golden (test case) catches which deviation."""
    from harness.analysis.power import power as measure
    from harness.judging.goldens import Goldens
    from python_ref.scenarios.scenario import PRECISIONS

    goldens = Goldens(golden)
    claim = goldens.claim
    goldens.check(claim)
    by_precision = ([g for g in goldens.of(claim, p) if g.kind == "core"] for p in PRECISIONS)
    core = next(filter(None, by_precision), None)
    if core is None:
        raise UsageError(f"--golden {golden}: none of these is a core golden, which alone decide")
    reports.write(measure(core))
    return OK
