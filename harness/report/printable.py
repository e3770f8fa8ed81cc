"""Texts of ports and documents, made safe to print. Imports nothing heavy."""

from __future__ import annotations

import re

# All but the end of a line and the tabulator.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """A text whose control characters are shown and not obeyed."""
    return _CONTROL.sub(lambda control: f"\\x{ord(control[0]):02x}", text)
