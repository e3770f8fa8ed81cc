"""Results on a terminal: one table that is read in ten seconds, a summary line below it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.judging.verdict import Result
from harness.model.words import GOOD, UNDECIDED
from harness.report import causes, saved, words
from harness.report.invocation import Invocation
from harness.report.notes import edges_of, notes_of
from harness.report.printable import in_line, printable
from harness.report.results import PortResults, alike
from harness.report.saved import Report, is_golden
from harness.report.tables import LOG_WIDTH, arranged

# Whatever COLUMNS says, a word or two must fit.
_LEAST_WIDTH = 20


class Plain(Console):
    """A console that prints as it is given what somebody wrote, with colons and brackets in it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(emoji=False, markup=False, highlight=False, **options)

    def on_broken_pipe(self) -> None:
        """Let the command line see it: a reader that had enough is no failure."""
        raise BrokenPipeError


def console(errors: bool = False) -> Console:
    """Standard output (or error), as wide as COLUMNS says, else as the terminal or a log."""
    return Plain(width=columns() or LOG_WIDTH, stderr=errors)


def columns() -> int | None:
    """How wide standard output is: COLUMNS, else the terminal's width; None if it is neither."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return max(int(given), _LEAST_WIDTH)
    out = Plain()
    return out.width if out.is_terminal else None


def colour(result: Result) -> str:
    """Green for good, red for not as expected, yellow for an expected defect."""
    if not result.as_expected:
        return "bold red"
    if result.verdict.word in GOOD:
        return "green"
    return "dim" if result.verdict.word in UNDECIDED else "yellow"


def show_ports(console: Console, results: PortResults) -> None:
    """Print the table of what was judged, what to do about failures, and stale expectations."""
    judged = results.outcome.judged
    if not judged:
        return
    console.print(table(judged, console.width))
    for line in edge_table(judged):
        console.print(line, style="dim")
    for line, is_command in failures(judged, results.circumstances.invocation):
        # A command stays in one line, to be copied whole.
        console.print(line, soft_wrap=is_command)
    counts = summary(judged, results.seconds, len(results.outcome.results))
    console.print(counts)
    for sentence in results.stale:
        console.print(f"stale expectation: {sentence}")
    if results.update:
        console.print("to make these results the expectation:")
        console.print(f"  {results.update}", soft_wrap=True)


def show_observation(console: Console, results: PortResults) -> None:
    """Print an observation's verdict and explanation; of several, how many there are of each."""
    judged = results.outcome.results
    for result in judged:
        console.print(identified(result))
    if len(judged) > 1:
        counts = Counter(result.verdict.word for result in judged)
        parts = [f"{count:,} {word}" for word, count in sorted(counts.items())]
        text = f"{words.counted(len(judged), 'observation')}: {', '.join(parts)}"
        console.print(text)


def show_saved(console: Console, results: Sequence[Report]) -> None:
    """Print what saved reports say of each port, a row a result."""
    for report in results:
        rows = []
        for same in saved.alike(report.results):
            row, ways = same[0], ", ".join(each.transport for each in same)
            verdict = Text(row.verdict or "other", style="" if row.as_expected else "bold red")
            brief = "; ".join([*row.unexpected, row.brief or row.message])
            port, transport, why = (Text(printable(x)) for x in (row.port, ways, brief))
            rows.append((port, transport, verdict, why))
        console.print(arranged(console.width, _COLUMNS, rows))
        counts = words.counted(len(report.results), "result")
        text = f"{counts}, {report.summary.as_expected} as expected"
        console.print(text)


def table(results: Sequence[Result], width: int = LOG_WIDTH) -> RenderableType:
    """Port, transport, verdict, why; a row for all transports where they say the same.

    What keeps one port from being judged often keeps the others, too, and is said once.
    """
    first_of: dict[tuple[str, str], str] = {}
    rows = []
    for same in alike(results):
        result = same[0]
        name = in_line(result.port.name)
        sentence = printable("; ".join([*result.unexpected, words.brief(result)]))
        if result.verdict.fault:
            first = first_of.setdefault((result.verdict.word, sentence), name)
            sentence = sentence if first == name else f"as {first}"
        notes = (Text(f"note: {in_line(x)}", style="dim") for x in notes_of(result))
        verdict = Text(result.verdict.word, style=colour(result))
        transports = Text(", ".join(each.transport for each in same))
        rows.append((Text(name), transports, verdict, Text("\n").join([Text(sentence), *notes])))
    caption = words.transports([result.transport for result in results])
    return arranged(width, _COLUMNS, rows, caption=caption)


_COLUMNS = ("port", "transport", "verdict", "why")


def failures(results: Sequence[Result], invocation: Invocation) -> Iterator[tuple[str, bool]]:
    """Below the table: where what is not as expected begins, and what to type.

    Args:
        results: all of them.
        invocation: what judged them.

    Yields:
        A line, and whether it is a command.
    """
    for same in alike(results):
        result = same[0]
        if result.as_expected or result.verdict.word in UNDECIDED:
            continue
        verdict, target = result.verdict, result.port.target or (result.port.name,)
        name = in_line(result.port.name)
        if verdict.first:
            yield f"first divergence of {name}: {words.divergence(verdict.first)}", False
        golden = verdict.first.golden if verdict.first else verdict.golden
        if (
            golden
            and is_golden(golden)
            and (line := invocation.with_options(golden=golden).line(target))
        ):
            yield f"  reproduce: {line}", True
        # Who kept a file of what is known has said what is meant.
        if invocation.command != "check" or "expect" in invocation.options:
            continue
        if result.diagnosis and (known := causes.known(result.diagnosis, result.port.claim)):
            line = invocation.with_options(golden=None, dialect=(known,)).line(target)
            yield f"  intended?  {line}", True


def identified(result: Result) -> Group:
    """An observation's verdict and explanation, a fact a line."""
    claim = ", ".join(result.port.claim.deviations) or "the reference"
    title = f"{result.port.name}: {result.verdict.word} (compared with {claim})"
    diagnosis = result.diagnosis
    lines = [] if diagnosis is None else causes.findings(diagnosis, result.port.claim)
    if result.verdict.word in GOOD:
        lines.append("it is what it claims to be")
    if result.lost:
        lines.append(words.lost(result.lost))
    if result.verdict.first:
        lines.append(f"first divergence: {words.divergence(result.verdict.first)}")
    if words.arithmetic(result):
        how = words.evaluation(result) or "computed in the order of the reference"
        lines.append(f"every number observed is reproduced{words.roots(result)}, {how}")
    lines += [f"note: {note}" for note in notes_of(result)]
    return Group(Text(title), *(Padding(Text(line), (0, 0, 0, 2)) for line in lines))


def summary(results: Sequence[Result], seconds: float, of: int | None = None) -> str:
    """Counts and seconds in one line; `of` so many, where a run was interrupted."""
    ports, ways = _ports(results), len({result.transport for result in results})
    counted = [words.counted(ports, "port")]
    rows = list(results)
    if ports < len(results):
        rows = [same[0] for same in alike(results)]
        if len(results) == ports * ways:
            counted[0] += f" by {words.counted(ways, 'way')}"
        if len(rows) != ports or len(results) != ports * ways:
            # The ways to a port differ in what they show: each result counts.
            rows = list(results)
            counted.append(words.counted(len(results), "result"))
    counts = Counter(result.verdict.word for result in rows)
    parts = [
        f"{count} {word}" for word, count in sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    ]
    counted.append(_as_expected([result for result in rows if not result.as_expected]))
    compared = sum(result.verdict.compared for result in results)
    cut = f"INCOMPLETE, {len(results)} of {of} judged; " if of not in (None, len(results)) else ""
    return (
        f"{cut}{', '.join(counted)}: {', '.join(parts)};"
        f" {words.counted(compared, 'comparison')} with test cases (goldens) in {seconds:.1f} s"
    )


def _as_expected(others: Sequence[Result]) -> str:
    """How many are not as expected, and how many of them were not judged."""
    if not others:
        return "all as expected"
    if any(result.unexpected for result in others):
        return f"{len(others)} NOT as expected"
    # Of whom nothing was expected but to conform.
    wrong = sum(result.verdict.word not in UNDECIDED for result in others)
    parts = [f"{wrong} {'does' if wrong == 1 else 'do'} NOT conform"] if wrong else []
    left = len(others) - wrong
    return ", ".join([*parts, *([f"{left} not judged"] if left else [])])


def _ports(results: Sequence[Result]) -> int:
    """How many ports there are; several may have one name."""
    most: dict[str, int] = {}
    for (name, _), count in Counter((r.port.name, r.transport) for r in results).items():
        most[name] = max(count, most.get(name, 0))
    return sum(most.values())


def edge_table(results: Sequence[Result]) -> Iterator[str]:
    """A line for each edge at which a port that is right otherwise differs."""
    seen = set()
    for result in results:
        if result.verdict.word not in GOOD:
            continue
        lines = edges_of(result)
        if lines and (result.port.name, tuple(lines)) not in seen:
            seen.add((result.port.name, tuple(lines)))
            yield f"at the edges, {in_line(result.port.name)} ({result.transport}):"
            yield from (f"  {in_line(line)}" for line in lines)
