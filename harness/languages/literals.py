"""Numbers that a source writes out where it takes its step: nobody can tell it others there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

# A number as the languages write it, but no part of a name.
_NUMBER = re.compile(r"(?<![\w.])((?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)[fFdD]?(?![\w.])")
_OPERATORS = "+-*/"
# What may stand between a number and its operator.
_AROUND = " \t\n\r"
# A constant and the number that it is are as near as this, relatively, if it is stored in float.
NEAR = 1e-6
# What stands in the line of a step, beside its learning rate and its epsilon.
_BESIDE = {
    "learning_rate": re.compile(r"[-+]=|sqrt|\*\*\s*-?0?\.5"),
    "epsilon": re.compile(r"(?i)sqrt|\*\*\s*-?0?\.5|max|pow"),
}
# Of one lessened by a number the number is the second.
_ONE_LESS = re.compile(r"(?<![\w.])1(?:\.0*)?[fFdD]?\s*-\s*$|\(\s*-\s+1(?:\.0*)?\s+$")


def numbers(text: str) -> Iterator[tuple[int, int, float]]:
    """Where each number of a text begins and ends, and what it is.

    >>> list(numbers("x1 = 1e-3f * .5"))
    [(5, 10, 0.001), (13, 15, 0.5)]
    """
    for found in _NUMBER.finditer(text):
        yield *found.span(), float(found[1].replace("_", ""))


def steps_with(text: str, role: str, constant: float) -> bool:
    """Whether a line of a source takes a step with a number in the place of a hyperparameter.

    Of a decay rate both shares are there, in a line or two.

    >>> steps_with("w -= 0.01 * g / (np.sqrt(v) + 1e-8)", "epsilon", 1e-8)
    True
    >>> steps_with("loss = -np.log(p + 1e-8)", "epsilon", 1e-8)
    False
    >>> shares = ["v = 0.9 * v + 0.1 * g * g", "v = .9f * v + (1 - 0.9f) * g", "w = 0.1 * noise()"]
    >>> [steps_with(line, "decay_rate", 0.9) for line in shares]
    [True, True, False]
    >>> steps_with("(+ (* 0.9 v) (* (- 1 0.9) g g))", "decay_rate", 0.9)
    True
    """
    lines = text.split("\n")
    if role in _BESIDE:
        return any(_BESIDE[role].search(line) and _stands(line, constant) for line in lines)
    near = [f"{line}\n{below}" for line, below in zip(lines, [*lines[1:], ""], strict=True)]
    return any(
        _stands(both, constant) and (_stands(both, 1 - constant) or _lessens(both, constant))
        for both in near
    )


def _stands(text: str, number: float) -> bool:
    """Whether a number stands beside an operator.

    >>> _stands("(* 0.1f (sq g))", 0.1), _stands("eps = 1e-8", 1e-8)
    (True, False)
    >>> [_stands(code, 1e-8) for code in ("{:eps 1e-8 :n 1}", "f(x, 1e-8)", "(f (+ v 1) 1e-8)")]
    [False, False, False]
    """
    return any(
        math.isclose(value, number, rel_tol=NEAR)
        and (_infix(text, start, end) or _prefixed(text, start))
        for start, end, value in numbers(text)
    )


def _lessens(text: str, number: float) -> bool:
    return any(
        math.isclose(value, number, rel_tol=NEAR) and _ONE_LESS.search(text[:start])
        for start, _, value in numbers(text)
    )


def _infix(text: str, start: int, end: int) -> bool:
    before, after = text[:start].rstrip(_AROUND), text[end:].lstrip(_AROUND)
    # A sign alone, of what is assigned or handed over, is no operator; nor is a comment.
    left = before[-1:] in (*_OPERATORS,) and before[:-1].rstrip(_AROUND)[-1:] not in ("", *"=,(:[")
    return left or (after[:1] in (*_OPERATORS,) and after[:2] not in ("//", "/*"))


def _prefixed(text: str, start: int) -> bool:
    """Whether it is handed to an operator that stands first in its list, as in Clojure."""
    depth = 0
    for at in range(start - 1, -1, -1):
        depth += (text[at] in ")]}") - (text[at] in "([{")
        if depth < 0:
            head = text[at + 1 : at + 3]
            return text[at] == "(" and head[:1] in (*_OPERATORS,) and head[1:].isspace()
    return False
