"""What is said of an adapter that was written: where it is, what is left, how it is used."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from harness.judging.adapt import Adapted


def written(adapted: Adapted, target: Sequence[str]) -> str:
    """What a person reads who asked for an adapter of a target, and of options with it."""
    lines = [f"{adapted.path}: written; it compiles with {target[0]}"]
    if adapted.left:
        lines.append("left to fill in:")
        lines += [f"  line {number}: {words}" for number, words in adapted.left]
    else:
        lines.append("nothing is left to fill in; read what it calls all the same")
    if adapted.bound:
        lines.append(f"it is bound without an adapter, too: {adapted.bound}")
    if adapted.left and adapted.path.suffix == ".py":
        lines.append("a loop of its own, that takes no gradients? rmsproof.Recorder records it")
    command = ["rmsproof", "check", *target, "--adapter", str(adapted.path)]
    lines.append(f"then: {shlex.join(command)}")
    return "\n".join(lines)
