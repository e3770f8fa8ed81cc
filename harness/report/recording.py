"""What a training script was recorded to train with, in a few lines on standard error."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from harness.judging.recorded import Recorded
from harness.judging.verdict import Result
from harness.report import words
from harness.report.causes import listed


def nothing(console: Console) -> None:
    """Say that no optimizer took a step."""
    console.print(
        Text("rmsproof: no optimizer of PyTorch, Keras 3 or Optax took a step in the script")
    )


def show(console: Console, found: Recorded, result: Result | None, path: Path | None) -> None:
    """Print the library, the dialect, the settings and the schedule of one optimizer."""
    settings = ", ".join(f"{k}={v}" for k, v in found.settings.items() if v not in (None, False))
    named = f", {found.library} in the table of libraries" if found.library else ""
    console.print(Text(f"rmsproof: {found.name}, version {found.version}{named}{_groups(found)}"))
    console.print(Text(f"  settings: {settings}"))
    if found.own:
        own = ", ".join(f"{name}={found.settings.get(name)}" for name in found.own)
        console.print(Text(f"  other groups have other values of: {own}"))
    console.print(Text(f"  learning rate: {_rates(found)}"))
    console.print(Text(f"  recorded: {found.recorded:,} of {found.taken:,} steps"))
    if result is not None:
        claim = " ".join(result.port.claim.deviations) or "the reference's formula"
        console.print(Text(f"  by its settings: {claim}"))
        console.print(Text(f"  {result.verdict.word}: {words.why(result)}"))
    for note in found.notes:
        console.print(Text(f"  {note}"))
    if path is not None and found.observation is not None:
        console.print(Text(f"  written to {path}"))


def _groups(found: Recorded) -> str:
    if not found.groups:
        return ""
    numbers = [str(number + 1) for number in found.groups]
    return f", parameter group{'s' if numbers[1:] else ''} {listed(numbers)} of {found.of}"


def _rates(found: Recorded) -> str:
    if not found.rates:
        return "not known"
    first, last = found.rates[0], found.rates[-1]
    if len(set(found.rates)) == 1:
        return f"{first:g} at every step recorded"
    return (
        f"{first:g} at first, {last:g} at step {len(found.rates)},"
        f" {len(set(found.rates)):,} values in all"
    )
