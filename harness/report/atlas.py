"""The atlas of libraries: a page in Markdown, and a picture of how far every two drift apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from harness.analysis.atlas import GIVEN, Atlas, Row
from harness.analysis.translate.drift import ELEMENTS, ORDINARY, STEPS, TINY
from harness.judging.guests import Guest
from harness.judging.verdict import Result
from harness.report import words
from harness.report.translation import share
from python_ref.dialects.axes import AXES
from python_ref.dialects.libraries import LIBRARIES

PICTURE = "atlas.svg"
# No library has another.
_EPSILON = {"outside": "outside", "inside": "inside", "none": "none", "maximum": "a maximum"}
# Sizes of the picture, in its units.
_CELL, _LABEL, _TOP = 26, 190, 190
# A drift of so many powers of ten is the lightest and the darkest cell.
_LOWEST, _HIGHEST = -6.0, 0.5


def page(atlas: Atlas, guests: Sequence[Guest], ran: Mapping[str, Sequence[Result]]) -> str:
    """The page.

    Args:
        atlas: the libraries.
        guests: those that are installed and run.
        ran: by library, what its recorded observations are.
    """
    given = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in GIVEN.items())
    versions = {guest.library: guest.version for guest in guests}
    lines = [
        "# The RMSProps of libraries",
        "",
        "`rmsproof atlas --out docs` makes this page of the table of libraries and of the guests,",
        "the real libraries that `rmsproof guests run` installs and runs; a test holds it.",
        "",
        "## Defaults and formulas",
        "",
        "| library | version | rate | decay | epsilon | momentum | epsilon is | starts at | also |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_defaults(row, versions) for row in atlas.rows),
        "",
        "## Arithmetic",
        "",
        "What the guests were recorded to compute: bit by bit as the formula in the evaluation",
        "order named, or within the rounding envelope.",
        "",
        "| library | version | recorded |",
        "|---|---|---|",
        *(f"| {name} | {versions[name]} | {_ran(results)} |" for name, results in ran.items()),
        "",
        "## Traps",
        "",
        *(f"- **{r.library.name}**: {r.library.particular}." for r in atlas.rows
          if r.library.particular),
        "",
        "## How far every two drift apart",
        "",
        f"All with {given}, as far as they can be chosen, and every option off;",
        f"{STEPS:,} steps of {ELEMENTS} weights in float64 at a constant learning rate.",
        f"Above the diagonal with gradients from {ORDINARY[0]:g} to {ORDINARY[1]:g}, below it with",
        f"tiny ones, {TINY[0]:g} to {TINY[1]:g} times epsilon: the largest distance of a weight,",
        "as a share of the longest way it went.",
        "",
        f"![How far every two libraries drift apart]({PICTURE})",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _defaults(row: Row, versions: Mapping[str, str]) -> str:
    library = row.library
    numbers = (library.learning_rate, library.decay_rate, library.epsilon, library.momentum)
    dialect = LIBRARIES[library.name].dialect
    start = AXES["initial_average"][dialect.choice("initial_average")].formula.removeprefix("v0 = ")
    cells = [
        library.name,
        versions.get(library.name, library.version),
        *("-" if x is None else f"{x:g}" for x in numbers),
        _EPSILON[dialect.choice("epsilon")],
        start,
        ", ".join(row.options) or "-",
    ]
    return f"| {' | '.join(cells)} |"


def _ran(results: Sequence[Result]) -> str:
    verdicts = []
    for result in results:
        how = words.arithmetic(result) or ""
        verdicts.append(f"{result.verdict.word}{f' ({how})' if how else ''}")
    return "; ".join(dict.fromkeys(verdicts))


def picture(atlas: Atlas) -> str:
    """The drifts as an SVG: a cell a pair, darker the further they are apart."""
    size = len(atlas.compared)
    width, height = _LABEL + size * _CELL + 10, _TOP + size * _CELL + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for i, name in enumerate(atlas.compared):
        middle = i * _CELL + _CELL / 2 + 4
        parts.append(
            f'<text x="{_LABEL - 6}" y="{_TOP + middle}" text-anchor="end">{escape(name)}</text>'
        )
        x = _LABEL + middle
        parts.append(
            f'<text x="{x}" y="{_TOP - 6}" transform="rotate(-60 {x} {_TOP - 6})">'
            f"{escape(name)}</text>"
        )
        for j, other in enumerate(atlas.compared):
            value = (atlas.ordinary if j > i else atlas.tiny)[i, j]
            title = f"{name} and {other}: {share(float(value))}"
            parts.append(
                f'<rect x="{_LABEL + j * _CELL}" y="{_TOP + i * _CELL}" width="{_CELL - 1}"'
                f' height="{_CELL - 1}" fill="{_shade(float(value), i == j)}">'
                f"<title>{escape(title)}</title></rect>"
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _shade(value: float, same: bool) -> str:
    """From light to dark by powers of ten; black where one is no number."""
    if same:
        return "#ddd"
    if math.isnan(value):
        return "#000"
    power = math.log10(value) if value > 0 else _LOWEST
    part = min(max((power - _LOWEST) / (_HIGHEST - _LOWEST), 0.0), 1.0)
    light, dark = (232, 243, 252), (8, 48, 107)
    mixed = (round(a + (b - a) * part) for a, b in zip(light, dark, strict=True))
    return "#" + "".join(f"{x:02x}" for x in mixed)
