"""The first error of a compiler's output in one line, whichever compiler it was."""

from __future__ import annotations

import re


def headline(message: str) -> str:
    """The first error of a compiler's output in one line: javac, ECJ, scalac, Clojure, Python."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    at = next((i for i, line in enumerate(lines) if re.search(r"\berror\b", line, re.I)), 0)
    head, rest = lines[at] if lines else "", lines[at + 1 :]
    if symbol := next((line for line in rest if line.startswith("symbol:")), ""):  # javac
        return f"{head}: {' '.join(symbol.split()[1:])}"
    if found := re.match(r"\d+\. ERROR in (\S+) \(at line (\d+)\)", head):  # ECJ
        said = next((line for i, line in enumerate(rest) if rest[i - 1].strip("^") == ""), "")
        return f"{found[1]}:{found[2]}: error: {said}"
    if found := re.match(r"-- (?:\[\w+\] )?(.*?Error): (\S+)(?: -*)?$", head):  # scalac
        shown = [line.partition("|")[2].strip() for line in rest if "|" in line]
        below = next((i for i, line in enumerate(shown) if line and not line.strip("^")), -1)
        words = next((line for line in shown[below + 1 :] if line), "")
        return f"{found[2]}: {found[1]}: {words}"
    return head
