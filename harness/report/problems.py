"""What a user is told on standard error: what is wrong with the input. Imports nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from harness.report.printable import printable


def problem(message: str) -> None:
    """Tell the user what is wrong with the input, on standard error."""
    print(f"rmsproof: {printable(message)}", file=sys.stderr)


def passed_to_port(options: Sequence[str]) -> None:
    """Tell the user, on standard error, that options of ours behind `--` went to the port."""
    listed = ", ".join(map(printable, options))
    print(f"rmsproof: note: {listed}: went to the port; ours stand before --", file=sys.stderr)
