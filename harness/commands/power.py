"""`power`: which golden catches which deviation."""

from __future__ import annotations

from harness.commands.common import OK, reporting
from harness.commands.options import GoldenPattern
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
    from python_ref.dialects.dialect import Dialect

    goldens = Goldens(golden)
    goldens.check(Dialect())
    core = [g for g in goldens.of(Dialect(), "float64") if g.kind == "core"]
    reports.write(measure(core))
    return OK
