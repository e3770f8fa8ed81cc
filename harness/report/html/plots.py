"""The plots of a trajectory, as inline SVG: the weights by step, and the distance in ULP.

The steps drawn stand side by side whatever lies between them; which they are is written below.
Colours are the style sheet's, by class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from xml.etree import ElementTree as Tree

from harness.report.html.elements import element
from harness.report.saved import Trajectory
from python_ref.numbers.text import from_json

_WIDTH, _HEIGHT = 420.0, 200.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 74.0, 10.0, 26.0, 34.0
_TITLE = 13.0
# A scale has about so many labels.
_LABELS = 5
# Below a tenth of a ULP it is 0 for the eye.
_LEAST = 0.1

Scale = Callable[[float], float]


def weights(trajectory: Trajectory, first: int | None) -> Tree.Element:
    """Expected and observed weights by step, with the envelope around the expected ones."""
    expected, observed, radius = (
        [from_json(x) for x in values]
        for values in (trajectory.expected, trajectory.observed, trajectory.envelope)
    )
    finite = [x for x in (*expected, *observed) if math.isfinite(x)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    margin = (high - low) * 0.06 or abs(high) * 1e-3 or 1.0
    if not (math.isfinite(low - margin) and math.isfinite(high + margin)):
        margin = 0.0  # there is nothing beyond
    y = _linear(low - margin, high + margin)
    svg = _frame(
        trajectory, first, "weights by step", _distinct([low, (low / 2 + high / 2), high]), y
    )
    band = [(e - r, e + r) for e, r in zip(expected, radius, strict=True)]
    _band(svg, [(y(a), y(b)) if math.isfinite(a + b) else None for a, b in band])
    for name, values in (("expected", expected), ("observed", observed)):
        _line(svg, name, values, y, [f"{name} {x!r}" for x in values], trajectory.steps)
    return svg


def distances(trajectory: Trajectory, first: int | None) -> Tree.Element:
    """The distance in ULP by step on a logarithmic scale, over the envelope in ULP."""
    ulp = [math.nan if x is None else float(x) for x in trajectory.ulp]
    envelope = [from_json(x) for x in trajectory.envelope_ulp]
    largest = max([_level(x) for x in (*ulp, *envelope) if math.isfinite(x)], default=1.0)
    top = math.ceil(max(largest, 2.0))
    y = _linear(0.0, float(top))
    every = math.ceil(top / _LABELS)
    labels = [(0.0, "0"), *((float(k), _power(k - 1)) for k in range(1, top + 1, every))]
    svg = _frame(trajectory, first, "distance in ULP by step, logarithmic", labels, y)
    bottom = y(0.0)
    _band(svg, [(bottom, y(_level(x))) if math.isfinite(x) else None for x in envelope])
    _line(
        svg,
        "envelope",
        [_level(x) for x in envelope],
        y,
        [f"rounding explains {x:.3g} ULP" for x in envelope],
        trajectory.steps,
    )
    _line(svg, "ulp", [_level(x) for x in ulp], y, [f"{x:,.0f} ULP" for x in ulp], trajectory.steps)
    return svg


def _level(ulp: float) -> float:
    """The height of a distance: 0 for none, 1 for one ULP, one more for each power of ten."""
    return ulp if math.isnan(ulp) else 1 + math.log10(ulp) if ulp > _LEAST else 0.0


def _power(exponent: int) -> str:
    return f"{10**exponent:,}" if exponent < 4 else f"1e{exponent}"


def _distinct(values: Sequence[float]) -> list[tuple[float, str]]:
    """Numbers with as few digits as tell them apart."""
    different = len(set(values))
    digits = next((d for d in range(3, 17) if len({f"{v:.{d}g}" for v in values}) == different), 17)
    return [(value, f"{value:.{digits}g}") for value in dict.fromkeys(values)]


def _linear(low: float, high: float) -> Scale:
    """From values to heights; halved first, since the whole range may be infinite."""
    span = high / 2 - low / 2

    def y(value: float) -> float:
        share = (value / 2 - low / 2) / span if span else 0.5
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    return y


def _x(place: int, count: int) -> float:
    inside = _WIDTH - _LEFT - _RIGHT
    return _LEFT + inside * ((place + 0.5) / count)


def _frame(
    trajectory: Trajectory,
    first: int | None,
    title: str,
    labels: Sequence[tuple[float, str]],
    y: Scale,
) -> Tree.Element:
    """Axes and labels; the first step that diverges is marked."""
    count = len(trajectory.steps)
    svg = element(
        "svg",
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        role="img",
        aria_label=f"{title}: {trajectory.array}[{trajectory.index}]",
        class_="plot",
    )
    svg.append(element("text", title, class_="label", x=_LEFT, y=_TITLE))
    for value, text in labels:
        height = round(y(value), 2)
        svg.append(
            element("line", class_="grid", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=height, y2=height)
        )
        svg.append(element("text", text, class_="label end", x=_LEFT - 6, y=height + 4))
    for place in sorted({round(k * (count - 1) / _LABELS) for k in range(_LABELS + 1)}):
        x = round(_x(place, count), 2)
        step = str(trajectory.steps[place])
        svg.append(element("text", step, class_="label middle", x=x, y=_HEIGHT - _BOTTOM + 14))
    whole = all(b - a == 1 for a, b in pairwise(trajectory.steps))
    name = "step" if whole else "step (not each is drawn)"
    svg.append(element("text", name, class_="label middle", x=_LEFT + 168, y=_HEIGHT - 5))
    if first in trajectory.steps:
        x = round(_x(trajectory.steps.index(first), count), 2)
        bottom = _HEIGHT - _BOTTOM
        svg.append(element("line", class_="first", x1=x, x2=x, y1=_TOP, y2=bottom))
    return svg


def _runs(heights: Sequence[object]) -> Iterator[range]:
    """The places in a row at which there is something."""
    start = 0
    for place, height in enumerate([*heights, None]):
        if height is None:
            if place > start:
                yield range(start, place)
            start = place + 1


def _band(svg: Tree.Element, bounds: Sequence[tuple[float, float] | None]) -> None:
    count = len(bounds)
    for run in _runs(bounds):
        inside = [(place, bound) for place in run if (bound := bounds[place])]
        lower = [f"{_x(place, count):.2f},{bound[0]:.2f}" for place, bound in inside]
        upper = [f"{_x(place, count):.2f},{bound[1]:.2f}" for place, bound in inside]
        svg.append(element("polygon", class_="band", points=" ".join([*lower, *upper[::-1]])))


def _line(
    svg: Tree.Element,
    name: str,
    values: Sequence[float],
    y: Scale,
    texts: Sequence[str],
    steps: Sequence[int],
) -> None:
    """A line through values, a dot for each that tells its number; a cross for what is none."""
    count = len(values)
    heights = [round(y(v), 2) if math.isfinite(v) else None for v in values]
    for run in _runs(heights):
        points = " ".join(f"{_x(place, count):.2f},{heights[place]}" for place in run)
        svg.append(element("polyline", class_=f"line {name}", points=points))
    for place, (height, text, step) in enumerate(zip(heights, texts, steps, strict=True)):
        x = round(_x(place, count), 2)
        title = element("title", f"step {step}: {text}")
        if height is not None:
            svg.append(element("circle", title, class_=f"dot {name}", cx=x, cy=height, r=2.2))
        elif name != "envelope":
            svg.append(element("text", "\u00d7", title, class_=f"lost {name}", x=x, y=_TOP))
