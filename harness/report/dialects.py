"""Dialects on a terminal: the list, one of them, and two compared."""

from __future__ import annotations

import math

from rich.console import Group
from rich.table import Table
from rich.text import Text

from harness.analysis.compare_dialects import DialectComparison, Difference
from harness.report.tables import plain
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import LIBRARIES, NamedDialect

_EQUIVALENCE = {
    "always": "the two are the same, whatever the settings and the input",
    "constant learning rate": "the two are the same as long as the learning rate is constant",
    "never": "the two differ: there are settings and an input that tell them apart",
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
            f"measured on {problem.steps} steps of {problem.size} weights in {len(problem.weights)}"
            " arrays, with gradients of 1e-4 to 1e3 that change sign, learning rate"
            f" {problem.learning_rate:g}, decay rate {problem.decay_rate:g}, epsilon"
            f" {problem.epsilon:g}:"
        ),
        *(Text(f"after step {step} {_apart(d)}") for step, d in compared.differences.items()),
    ]
    return Group(*([axes] if compared.axes else [Text("no axis differs")]), *lines)


def _apart(difference: Difference) -> str:
    if not math.isfinite(difference.share):
        return "a weight is finite in one of them only"
    if not difference.largest:
        return "all weights are equal"
    return (
        f"weights are up to {difference.largest:.3g} apart, up to {100 * difference.share:.4g} %"
        " of the longer of both ways gone"
    )
