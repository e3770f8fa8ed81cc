r"""Derivatives of a loss as a page states them, and the factor they carry.

`∂L/∂m = (-2/n) * Σ ...`, `\frac{\partial L}{\partial w} = \frac{1}{n} \sum 2(...)`: the factor is
the number in front of the mean, 2 in both. It is read only where a sum is divided by a count, or
a mean is taken: elsewhere there is nothing to compare a program's mean with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harness.documents.formulas.mathtext import Region, regions

# What stands left of the equals sign, tokens joined by blanks and fractions by a slash.
_DERIVATIVE = re.compile(
    r"(?:(?:∂|\bd)[^/=∂]{0,60}/\s*(?:∂|d)\s?[^=∂/+]{1,40}|∇[^=/]{0,40}"
    r"|\b(?:grad|gradient|d[a-zA-Z])(?:_\w*)?(?:\s*\{[^=]{0,20})?)\s*$"
)
_COUNT = re.compile(r"[bBkKmMnNtT]|n_\w+|num_\w+|batch_size|(?:\w+\.)?(?:size|len)")
_SUM = re.compile(r"[∑Σ]\w*|(?:\w+\.)*sum", re.IGNORECASE)
_MEAN = re.compile(r"(?:\w+\.)*(?:mean|average|avg)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_DIFFERENCE = re.compile(r"[-+]|\w*(?:err|resid|diff|loss)\w*|\\(?:delta|hat)", re.IGNORECASE)
# An equation may be derived in steps; the coefficient is short.
_STEPS = 4
_DEEPEST = 6


@dataclass(frozen=True)
class Stated:
    """A derivative that a page states.

    Attributes:
        line: its line in the file.
        factor: the number in front of the mean, without its sign.
    """

    line: int
    factor: float


@dataclass(frozen=True)
class _Coefficient:
    """What stands before a sum: a number times a count to some power; where it ends."""

    number: float
    power: int
    end: int


def derivative_factors(prose: Iterable[tuple[int, str]]) -> list[Stated]:
    """Return the derivatives of a mean that prose states, in order."""
    factors: list[Stated] = []
    for region in regions(prose):
        equals = _equations(region)
        read_up_to = -1
        for place, (begin, index) in enumerate(equals):
            if index <= read_up_to or not _DERIVATIVE.search(_left(region, begin, index)):
                continue
            for _, step in equals[place : place + _STEPS]:
                factor = _factor(region, step + 1)
                if factor is not None:
                    factors.append(Stated(region.line_of(index), factor))
                    read_up_to = step
                    break
    return factors


def _equations(region: Region) -> list[tuple[int, int]]:
    """Return the equals signs outside all brackets, each with where its left side may begin."""
    spans: list[tuple[int, int]] = []
    begin = index = 0
    while index < len(region.tokens):
        if region.tokens[index] == "=" and "=" not in {region.at(index - 1), region.at(index + 1)}:
            spans.append((begin, index))
            begin = index + 1
        index = region.group(index) if region.partner.get(index, -1) > index else index + 1
    return spans


def _left(region: Region, begin: int, end: int) -> str:
    joined = " ".join(region.tokens[max(begin, end - 40) : end])
    slashed = joined.replace("} {", "/") if r"\frac" in joined else joined
    return re.sub(r"[{}]|\\frac", " ", slashed)


def _factor(region: Region, index: int) -> float | None:
    front = _product(region, index, len(region.tokens), 0)
    if front is None or front.end >= len(region.tokens):
        return None
    token = region.at(front.end)
    mean = bool(_MEAN.fullmatch(token))
    if not (mean or _SUM.fullmatch(token)) or front.power != (0 if mean else -1):
        return None
    body = region.scripts(front.end + 1)
    # A derivative still to be taken: the number comes out of it.
    if "∂" in region.tokens[body : body + 4]:
        return None
    if not any(map(_DIFFERENCE.fullmatch, region.tokens[body : body + 60])):
        return None
    return abs(front.number * _leading(region, body, token))


def _leading(region: Region, body: int, token: str) -> float:
    """Return the number that all of the summand is multiplied with, 1 where there is none."""
    end = len(region.tokens)
    if token[0] not in "∑Σ" and region.partner.get(body, -1) > body:
        body, end = body + 1, region.partner[body]
    number = body + (region.at(body) == "-")
    if number >= end or not _NUMBER.fullmatch(region.at(number)):
        return 1.0
    # In `2*x - y` the number belongs to the first term alone.
    place = number + 1
    while place < end and region.at(place) not in {"-", "+"}:
        if region.at(place) in {")", "]", "}", "="}:
            break
        place = region.group(place)
    alone = place < end and region.at(place) in {"-", "+"}
    return 1.0 if alone else float(region.at(number))


def _product(region: Region, index: int, end: int, depth: int) -> _Coefficient | None:
    """Read numbers and counts, multiplied and divided, as far as they go."""
    number, power = 1.0, 0
    divided = False
    begin = index
    while index < end:
        token = region.at(index)
        if token == "*" or (token in {"-", "+"} and index == begin):
            index += 1
            continue
        if token == "/":
            divided, index = True, index + 1
            continue
        factor = _part(region, index, end, depth)
        if factor is None:
            break
        # `1/2n` is one over 2n.
        if divided and _NUMBER.fullmatch(token) and _COUNT.fullmatch(region.at(factor.end)):
            factor = _Coefficient(factor.number, 1, factor.end + 1)
        if divided and not factor.number:
            return None
        number = number / factor.number if divided else number * factor.number
        power += -factor.power if divided else factor.power
        divided, index = False, factor.end
    return None if divided else _Coefficient(number, power, index)


def _part(region: Region, index: int, end: int, depth: int) -> _Coefficient | None:
    token = region.at(index)
    if _NUMBER.fullmatch(token):
        return _Coefficient(float(token), 0, index + 1)
    if token == r"\frac" and depth < _DEEPEST:
        over = _part(region, index + 1, end, depth + 1)
        under = over and _part(region, over.end, end, depth + 1)
        if over is None or under is None or not under.number:
            return None
        return _Coefficient(over.number / under.number, over.power - under.power, under.end)
    closing = region.partner.get(index, -1)
    if index < closing < end and depth < _DEEPEST:
        inner = _product(region, index + 1, closing, depth + 1)
        whole = inner is not None and inner.end == closing and closing > index + 1
        return _Coefficient(inner.number, inner.power, closing + 1) if inner and whole else None
    if token == "|" and region.at(index + 2) == "|":
        return _Coefficient(1.0, 1, index + 3)
    if _COUNT.fullmatch(token):
        after = index + 1
        return _Coefficient(1.0, 1, region.group(after) if region.at(after) == "(" else after)
    return None
