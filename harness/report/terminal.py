"""Results on a terminal: one table that is read in ten seconds, a summary line below it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

from rich.console import Console, Group
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from harness.judging.verdict import Result
from harness.model.words import GOOD, UNDECIDED
from harness.report import causes, saved, words
from harness.report.results import PortResults, alike
from harness.report.saved import Report
from harness.report.tables import LOG_WIDTH, fits_beside, plain


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Let the command line see it: a reader that had enough is no failure."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output, as wide as the terminal or a log."""
    out = _Console()
    return out if out.is_terminal else _Console(width=LOG_WIDTH)


def colour(result: Result) -> str:
    """Green for good, red for not as expected, yellow for an expected defect."""
    if not result.as_expected:
        return "bold red"
    if result.verdict.word in GOOD:
        return "green"
    return "dim" if result.verdict.word in UNDECIDED else "yellow"


def show_ports(console: Console, results: PortResults) -> None:
    """Print the table of what was judged, and stale expectations."""
    judged = results.outcome.judged
    if not judged:
        return
    console.print(table(judged, console.width))
    for line in edge_table(judged):
        console.print(line, style="dim", markup=False, highlight=False)
    counts = summary(judged, results.seconds, len(results.outcome.results))
    console.print(counts, markup=False, highlight=False)
    for sentence in results.stale:
        console.print(f"stale expectation: {sentence}", markup=False, highlight=False)
    if results.update:
        console.print("to make these results the expectation:", markup=False, highlight=False)
        console.print(f"  {results.update}", markup=False, highlight=False, soft_wrap=True)


def show_observation(console: Console, results: PortResults) -> None:
    """Print an observation's verdict and explanation."""
    for result in results.outcome.results:
        console.print(identified(result), markup=False, highlight=False)


def show_saved(console: Console, results: Sequence[Report]) -> None:
    """Print what saved reports say of each port, a row a result."""
    for report in results:
        rows = plain("port", "transport", "verdict", "why", whole=_COLUMNS[:3])
        for same in saved.alike(report.results):
            row, ways = same[0], ", ".join(each.transport for each in same)
            verdict = Text(row.verdict or "other", style="" if row.as_expected else "bold red")
            brief = "; ".join([*row.unexpected, row.brief or row.message])
            port, transport, why = (Text(words.printable(x)) for x in (row.port, ways, brief))
            rows.add_row(port, transport, verdict, why)
        console.print(rows)
        counts = words.counted(len(report.results), "result")
        text = f"{counts}, {report.summary.as_expected} as expected"
        console.print(text, markup=False, highlight=False)


def table(results: Sequence[Result], width: int = LOG_WIDTH) -> Table:
    """Port, transport, verdict, why; a row for both transports where they say the same.

    Where `width` leaves no room for the why beside the others, it stands below the port.
    """
    rows = [_row(same) for same in alike(results)]
    beside = fits_beside(width, [_COLUMNS[:3], *(row[:3] for row in rows)])
    table = plain(
        *(_COLUMNS if beside else ("verdict", "port, transport, why")),
        whole=_COLUMNS[:3],
        caption=words.transports([result.transport for result in results]),
    )
    for port, transport, verdict, *lines in rows:
        if beside:
            table.add_row(port, transport, verdict, Text("\n").join(lines))
        else:
            title = Text.assemble(port, f" ({transport})")
            table.add_row(verdict, Text("\n").join([title, *lines]))
    return table


_COLUMNS = ("port", "transport", "verdict", "why")


def _row(same: Sequence[Result]) -> list[Text]:
    """Port, transports, verdict, why, and a line for each note."""
    result = same[0]
    sentence = words.printable("; ".join([*result.unexpected, words.brief(result)]))
    return [
        Text(words.printable(result.port.name)),
        Text(", ".join(each.transport for each in same)),
        Text(result.verdict.word, style=colour(result)),
        Text(sentence),
        *(Text(f"note: {words.printable(note)}", style="dim") for note in words.notes(result)),
    ]


def identified(result: Result) -> Group:
    """An observation's verdict and explanation, a fact a line."""
    claim = ", ".join(result.port.claim.deviations) or "the reference"
    title = f"{result.port.name}: {result.verdict.word} (compared with {claim})"
    diagnosis = result.diagnosis
    lines = [] if diagnosis is None else causes.findings(diagnosis, result.port.claim)
    if result.verdict.word in GOOD:
        lines.append("it is what it claims to be")
    if result.verdict.first:
        lines.append(f"first divergence: {words.divergence(result.verdict.first)}")
    if words.arithmetic(result):
        how = words.evaluation(result) or "computed in the order of the reference"
        lines.append(f"every number observed is reproduced, {how}")
    return Group(Text(title), *(Padding(Text(line), (0, 0, 0, 2)) for line in lines))


def summary(results: Sequence[Result], seconds: float, of: int | None = None) -> str:
    """Counts and seconds in one line; `of` so many, where a run was interrupted."""
    counts = Counter(result.verdict.word for result in results)
    parts = [
        f"{count} {word}" for word, count in sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    ]
    wrong = sum(not result.as_expected for result in results)
    if not wrong:
        as_expected = "all as expected"
    elif any(result.unexpected for result in results):
        as_expected = f"{wrong} NOT as expected"
    else:  # of whom nothing was expected but to conform
        as_expected = f"{wrong} {'does' if wrong == 1 else 'do'} NOT conform"
    compared = sum(result.verdict.compared for result in results)
    cut = f"INCOMPLETE, {len(results)} of {of} judged; " if of not in (None, len(results)) else ""
    return (
        f"{cut}{words.counted(len(results), 'result')}, {as_expected}: {', '.join(parts)};"
        f" {words.counted(compared, 'comparison')} with test cases (goldens) in {seconds:.1f} s"
    )


def edge_table(results: Sequence[Result]) -> Iterator[str]:
    """A line for each edge at which a port that is right otherwise differs."""
    seen = set()
    for result in results:
        if result.verdict.word not in GOOD:
            continue
        lines = words.edges(result)
        if lines and (result.port.name, tuple(lines)) not in seen:
            seen.add((result.port.name, tuple(lines)))
            yield f"at the edges, {words.printable(result.port.name)} ({result.transport}):"
            yield from (f"  {words.printable(line.splitlines()[0])}" for line in lines)


@contextmanager
def progress(console: Console, total: int) -> Iterator[Progress]:
    """A bar on standard error while `total` jobs run; nothing where that is no terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        bar.add_task("starting", total=total)
        yield bar


# A search that ends sooner than this needs no bar.
_UNSHOWN = 2.0


@contextmanager
def searching() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error for a search that takes more than two seconds."""
    started = time.monotonic()
    with progress(Console(stderr=True), 1) as bar:
        bar.update(bar.task_ids[0], visible=False)

        def tell(what: str, done: int, total: int) -> None:
            late = time.monotonic() - started > _UNSHOWN
            task = bar.task_ids[0]
            bar.update(task, description=what, completed=done, total=total, visible=late)

        yield tell


@contextmanager
def working(text: str) -> Iterator[None]:
    """A spinner on standard error while something takes seconds; nothing without a terminal."""
    errors = Console(stderr=True)
    with errors.status(text) if errors.is_terminal else nullcontext():
        yield
