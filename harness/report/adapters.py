"""What is said of an adapter that was written: where it is, what is left, how it is used."""

from __future__ import annotations

import shlex

from harness.judging.adapt import Adapted


def written(adapted: Adapted, target: str) -> str:
    """What a person reads who asked for an adapter of a target."""
    lines = [f"{adapted.path}: written; it compiles with {target}"]
    if adapted.left:
        lines.append("left to fill in:")
        lines += [f"  line {number}: {words}" for number, words in adapted.left]
    else:
        lines.append("nothing is left to fill in; read what it calls all the same")
    if adapted.bound:
        lines.append(f"it is bound without an adapter, too: {adapted.bound}")
    command = ["rmsproof", "check", target, "--adapter", str(adapted.path)]
    lines.append(f"then: {shlex.join(command)}")
    return "\n".join(lines)
