"""A translation on a terminal: the call to paste, how same it is, what changed and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from harness.analysis.translate.drift import ELEMENTS, ORDINARY, STEPS, TINY, Drift
from harness.analysis.translate.translation import Default, Translation
from python_ref.dialects.axes import AXES
from python_ref.dialects.settings import Call

_SAME = {
    "always": "The same, whatever the gradients, also where the learning rate changes.",
    "constant learning rate": "The same while the learning rate is constant; where it changes from"
    " one step to the next, the two part.",
}
# What of a drift is the rounding of 1,000 steps in float64.
_ROUNDING = 1e-9


def show(console: Console, translation: Translation, ran: Sequence[Drift] | None = None) -> None:
    """Print the call, whether it is the same, what was changed, and how far the two drift apart.

    Args:
        console: where to.
        translation: the translation.
        ran: how far the libraries themselves were apart, where both were run.
    """
    solution, source = translation.solution, translation.source
    _code(console, source.call.code(source.settings))
    console.print(Text(f"as {solution.call.library} has it:", style="bold"))
    _code(console, solution.call.code(solution.settings))
    console.print()
    console.print(_sameness(translation))
    for sentence in (
        *changes(translation),
        *defaults(translation.defaults, source.call, solution.call),
    ):
        console.print(f"- {sentence}")
    console.print()
    for line in measured(translation, ran):
        console.print(line)


def _code(console: Console, lines: Sequence[str]) -> None:
    """To be pasted: not wrapped."""
    for line in lines:
        console.print(f"    {line}", soft_wrap=True)


def _sameness(translation: Translation) -> str:
    word = translation.solution.sameness
    if word in _SAME:
        return _SAME[word]
    target = translation.solution.call.library
    lost = [axis for axis in translation.missing if axis != "epsilon"]
    if lost:
        return f"Not the same: no setting known of {target} does it. This is the nearest found."
    return f"Not always the same: {target} has no setting that is equal for every input."


def changes(translation: Translation) -> Iterator[str]:
    """What is written otherwise than in the source, and why; a sentence each, without its stop."""
    solution, source = translation.solution, translation.source
    target, home = solution.call.library, source.call.library
    if translation.epsilon is not None:
        yield _epsilon(translation, *translation.epsilon)
    if translation.rate is not None:
        yield (
            f"the learning rate is multiplied by {translation.rate:.6g}, and any schedule with it:"
            f" {home} and {target} scale their averages otherwise"
        )
    for axis, (mine, theirs) in translation.missing.items():
        if axis != "epsilon":
            row = AXES[axis]
            yield f"lost: {row[mine].sentence} in {home}; in {target}, {row[theirs].sentence}"
    for name, scale in solution.call.scales.items():
        if solution.settings.get(name):
            yield (
                f"weight decay is an L2 penalty of {1 / scale:g} times its rate, whose gradient is"
                f" the rate times the weight: the decay of {target} itself goes past the average"
            )
    if (
        solution.sameness != "always"
        and "momentum" not in translation.missing
        and _buffers(translation)
    ):
        yield "the learning rate enters the buffer of momentum in one, and follows it in the other"
    if len(solution.call.text) > 2:
        yield f"{target}'s own RMSProp cannot be set so; a chain of its parts can, in this order"
    scaled = solution.call.scales
    beside = [n for n in solution.call.beside if solution.settings.get(n) and n not in scaled]
    if beside:
        yield f"{target}'s RMSProp has no setting for {' and '.join(map(_thing, beside))}"
    if translation.rounded:
        named = " and ".join(name.replace("_", " ") for name in translation.rounded)
        yield f"in float64, {target} rounds {named} to float32 first: up to 6e-8 of a step"


def _thing(name: str) -> str:
    return "ascent" if name == "negate_loss" else name.strip("_").replace("_", " ")


def _buffers(translation: Translation) -> bool:
    source = translation.source.configured.dialect.choice("momentum")
    return source != translation.solution.call.dialect(translation.solution.settings).choice(
        "momentum"
    )


def _epsilon(translation: Translation, before: float, after: float) -> str:
    home, target = translation.source.call.library, translation.solution.call.library
    places = {
        library: AXES["epsilon"][form.choice("epsilon")].formula
        for library, form in (
            (home, translation.source.configured.dialect),
            (target, translation.solution.call.dialect(translation.solution.settings)),
        )
    }
    start = f"epsilon {before:g} is {after:g} there" if before != after else "epsilon is the same"
    if places[home] == places[target]:
        return f"{start}: the averages are scaled otherwise"
    if not before and not after:
        return "epsilon is zero: where it stands makes no difference"
    why = f"{home} computes {places[home]}, {target} {places[target]}"
    if math.isclose(after, before * before, rel_tol=1e-9):
        return f"{start}, its square: {why}; the two part where v is near epsilon squared"
    if math.isclose(after * after, before, rel_tol=1e-9):
        return f"{start}, its root: {why}; the two part where v is near epsilon"
    return f"{start}: {why}"


def defaults(rows: Iterable[Default], home: Call, target: Call) -> Iterator[str]:
    """Where two libraries' defaults differ, for one who relies on them; a sentence each."""
    for row in rows:
        (name, mine), (other, theirs) = row.source, row.target
        here, there = ("none" if value is None else f"{value:g}" for value in (mine, theirs))
        yield (
            f"defaults differ: {name} is {here} in {home.library}, {other} {there} in"
            f" {target.library}"
        )


def measured(translation: Translation, ran: Sequence[Drift] | None = None) -> Iterator[str]:
    """How far the two are apart on the stated problems, as a table with its caption."""
    reach = translation.source.configured.reach
    low, high = TINY[0] * reach, TINY[1] * reach
    sizes = {
        "ordinary": f"{ORDINARY[0]:g} to {ORDINARY[1]:g}",
        "tiny": f"{low:.2g} to {high:.2g}, as epsilon",
    }
    yield (
        f"Measured in float64 over {STEPS:,} steps of {ELEMENTS} weights: the largest distance of a"
        " weight, as a share of the longest way it went"
    )
    columns = {"apart": translation.solution.drift}
    if ran is not None:
        columns["apart where run"] = tuple(ran)
    if translation.copied is not None:
        columns["settings copied by name"] = translation.copied
    rows = [["gradients", "learning rate", *columns]]
    for drifts in zip(*columns.values(), strict=True):
        problem = drifts[0]
        rate = "falls tenfold twice" if problem.schedule else "constant"
        row = [f"{problem.gradients}, {sizes[problem.gradients]}", rate]
        rows.append([*row, *(share(drift.share) for drift in drifts)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {line.rstrip()}"


def share(value: float) -> str:
    """A share of a way, for people."""
    if math.isnan(value):
        return "one is no number"
    if value < _ROUNDING:
        return "rounding"
    percent = 100 * value
    return f"{percent:,.0f} %" if percent >= 10 else f"{percent:.2g} %"
