"""`dialects list|show|compare`: libraries' RMSProps and their relatives."""

from __future__ import annotations

from harness.commands.common import OK


def dialects_list() -> int:
    """Every named dialect with its deviations, and the axes."""
    from harness.report import terminal
    from harness.report.dialects import listing

    terminal.console().print(listing())
    return OK


def dialects_show(name: str) -> int:
    """One dialect (a name or axis=value): formulas, words, where it is written."""
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
    """Two dialects: which axes differ, by how much, and when they are the same."""
    from harness.analysis.compare_dialects import compare_dialects
    from harness.ports.port import dialect
    from harness.report import terminal
    from harness.report.dialects import comparison

    found = compare_dialects(dialect([first]), dialect([second]))
    terminal.console().print(comparison(first, second, found))
    return OK
