"""The first error of a compiler's output in one line."""

from __future__ import annotations

import re


def first_error(message: str) -> str:
    """The first line that says error; the first of all where none does."""
    return split(message)[0]


def split(message: str) -> tuple[str, list[str]]:
    """That line, and the lines below it, without margins."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    at = next((i for i, line in enumerate(lines) if re.search(r"\berror\b", line, re.I)), 0)
    return (lines[at] if lines else ""), lines[at + 1 :]
