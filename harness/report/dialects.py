"""Dialects on a terminal: the list, one of them, two compared, and which golden catches what."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from harness.analysis.compare_dialects import DialectComparison
from harness.analysis.power import Power
from harness.report.tables import plain
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import LIBRARIES, NamedDialect

_EQUIVALENCE = {
    "always": "the two are the same, whatever the settings and the input",
    "constant learning rate": "the two are the same as long as the learning rate is constant",
    "never": "the two differ: whatever the settings, some input tells them apart",
}


def listing() -> Group:
    """The named dialects with their defaults and deviations, then the axes."""
    dialects = plain("dialect", "lr", "decay", "epsilon", "deviations from the reference")
    for name, known in LIBRARIES.items():
        library = known.library
        defaults = (library.learning_rate, library.decay_rate, library.epsilon)
        numbers = ["-" if x is None else f"{x:g}" for x in defaults]
        deviations = " ".join(known.dialect.deviations) or "none"
        dialects.add_row(Text(name), *numbers, Text(deviations))
    axes = plain("axis", "what it is about", "values, the reference's first")
    for axis in AXES.values():
        values = axis.names if len(axis.names) < 10 else (*axis.names[:5], "... joined by +")
        axes.add_row(axis.name, axis.question, Text(" · ".join(values)))
    hint = "`rmsproof dialects show AXIS=VALUE` says what a value means."
    return Group(dialects, Text(""), axes, Text(""), Text(hint))


def details(name: str, dialect: Dialect, known: NamedDialect | None) -> Group:
    """One dialect: where it is written, and each deviation in words and as a formula."""
    parts: list[Text | Table] = [Text(name, style="bold")]
    if known is not None:
        library = known.library
        parts.append(Text(f"{library.version}; {library.source}"))
        if library.particular:
            parts.append(Text(library.particular))
    deviations = plain("deviation", "in words", "formula", wide="in words")
    for axis, value in dialect.choices().items():
        row = AXES[axis][value]
        deviations.add_row(Text(f"{axis}={value}"), Text(row.sentence), Text(row.formula))
    if dialect.constants:
        own = ", ".join(f"{key} {value:g}" for key, value in dialect.constants.items())
        parts.append(Text(f"constants of its own: {own}"))
    parts.append(deviations if dialect.choices() else Text("the reference: no deviation"))
    return Group(*parts)


def comparison(first: str, second: str, compared: DialectComparison) -> Group:
    """Which axes differ, by how much on a stated problem, and for which settings not at all."""
    axes = plain("axis", first, second)
    for axis, (a, b) in compared.axes.items():
        axes.add_row(axis, Text(a), Text(b))
    problem = compared.problem
    lines = [
        Text(_EQUIVALENCE[compared.equivalence]),
        Text(
            f"measured on {problem.steps} steps of {problem.size} weights, with gradients of"
            f" 1e-4 to 1e3 that change sign, learning rate {problem.learning_rate:g},"
            f" decay rate {problem.decay_rate:g}, epsilon {problem.epsilon:g}:"
        ),
        *(
            Text(
                f"after step {step} no weight differs by more than {difference.largest:.3g},"
                f" or by more than {difference.share:.2%} of the way it has moved"
            )
            for step, difference in compared.differences.items()
        ),
    ]
    return Group(*([axes] if compared.axes else [Text("no axis differs")]), *lines)


def show_power(console: Console, results: Power) -> None:
    """Print which golden catches which deviation."""
    console.print(matrix(results))


def matrix(power: Power) -> Group:
    """Weakest spot first: how many goldens catch each deviation, and the first steps."""
    order = sorted(power.deviations, key=lambda name: (power.caught(name), name))
    catches = plain("deviation", "caught by", "goldens (test cases) that catch it, at which step")
    for name in order:
        row = power.steps[power.deviations.index(name)]
        caught = [
            f"{golden.rsplit('/', 1)[-1]}@{step}"
            for golden, step in zip(power.goldens, row, strict=True)
            if step is not None
        ]
        count = f"{len(caught)} of {len(power.goldens)}"
        catches.add_row(Text(name), count, Text(_first_few(caught)))
    gates = plain("gate", "misses", "deviations it misses on every golden")
    never = [name for name in power.deviations if power.caught(name) == 0]
    for gate, missed in (*power.gates.items(), ("rounding envelope", never)):
        count = f"{len(missed)} of {len(power.deviations)}"
        gates.add_row(gate, count, Text(", ".join(missed) or "-"))
    units = "units of rounding"
    changes = plain("hyperparameter", f"least change caught ({units})", "goldens, sharpest first")
    for name, column in power.least_changes.items():
        pairs = zip(power.goldens, column, strict=True)
        sharp = sorted((least, golden) for golden, least in pairs if least is not None)
        listed = [f"{golden.rsplit('/', 1)[-1]}: {least:.3g}" for least, golden in sharp]
        changes.add_row(
            Text(name), f"{sharp[0][0]:.3g}" if sharp else "-", Text(_first_few(listed))
        )
    return Group(catches, Text(""), gates, Text(""), changes)


def _first_few(names: Sequence[str]) -> str:
    more = len(names) - 4
    return ", ".join(names[:4]) + (f" and {more} more" if more > 0 else "")
