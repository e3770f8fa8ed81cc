"""`dialects list|show|compare`: libraries' RMSProps and their relatives."""

from __future__ import annotations

from harness.commands.common import OK


def dialects_list() -> int:
    """List every named dialect with its deviations, and the axes."""
    from harness.report import terminal
    from harness.report.dialects import listing

    terminal.console().print(listing())
    return OK


def dialects_show(name: str) -> int:
    """Show one dialect: in words, as formulas, and its source."""
    from harness.ports.port import dialect
    from harness.report import terminal
    from harness.report.dialects import details
    from python_ref.dialects.libraries import LIBRARIES, find

    found = dialect([name])
    known = None
    if "=" not in name and name not in ("reference", "formula"):
        known = LIBRARIES[find(name).name]
    terminal.console().print(details(known.name if known else name, found, known))
    return OK


def dialects_compare(first: str, second: str) -> int:
    """Compare two dialects: which axes differ, and by how much."""
    from harness.analysis.compare_dialects import compare_dialects
    from harness.ports.port import dialect
    from harness.report import terminal
    from harness.report.dialects import comparison

    found = compare_dialects(dialect([first]), dialect([second]))
    terminal.console().print(comparison(first, second, found))
    return OK
