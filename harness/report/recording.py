"""What a training script was recorded to train with, in a few lines on standard error."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from harness.judging.recorded import Recorded
from harness.judging.verdict import Result
from harness.report import words
from harness.report.causes import listed


def nothing(console: Console) -> None:
    """Say that no optimizer took a step."""
    console.print("rmsproof: no optimizer of PyTorch, Keras 3 or Optax took a step in the script")


def show(console: Console, recorded: Recorded, result: Result | None, path: Path | None) -> None:
    """Print the library, the dialect, the settings and the schedule of one optimizer."""
    settings = ", ".join(f"{k}={v}" for k, v in recorded.settings.items() if v not in (None, False))
    named = f", {recorded.library} in the table of libraries" if recorded.library else ""
    console.print(
        f"rmsproof: {recorded.name}, version {recorded.version}{named}{_groups(recorded)}"
    )
    console.print(f"  settings: {settings}")
    if recorded.own:
        own = ", ".join(f"{name}={recorded.settings.get(name)}" for name in recorded.own)
        console.print(f"  other groups have other values of: {own}")
    console.print(f"  learning rate: {_rates(recorded)}")
    console.print(f"  recorded: {recorded.recorded:,} of {recorded.taken:,} steps")
    if result is not None:
        claim = " ".join(result.port.claim.deviations) or "the reference's formula"
        console.print(f"  by its settings: {claim}")
        console.print(f"  {result.verdict.word}: {words.why(result)}")
    for note in recorded.notes:
        console.print(f"  {note}")
    if path is not None and recorded.observation is not None:
        console.print(f"  written to {path}")


def _groups(recorded: Recorded) -> str:
    if not recorded.groups:
        return ""
    numbers = [str(number + 1) for number in recorded.groups]
    return f", parameter group{'s' if numbers[1:] else ''} {listed(numbers)} of {recorded.of}"


def _rates(recorded: Recorded) -> str:
    if not recorded.rates:
        return "not known"
    first, last = recorded.rates[0], recorded.rates[-1]
    if len(set(recorded.rates)) == 1:
        return f"{first:g} at every step recorded"
    return (
        f"{first:g} at first, {last:g} at step {len(recorded.rates)},"
        f" {len(set(recorded.rates)):,} values in all"
    )
