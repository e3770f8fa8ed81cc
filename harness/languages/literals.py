"""Numbers that a source writes out where it computes: nobody can tell it others there."""

from __future__ import annotations

import math
import re

# A number as the languages write it, but no part of a name.
_NUMBER = re.compile(r"(?<![\w.])(\d[\d_]*(?:\.\d*)?|\.\d+)((?:[eE][-+]?\d+)?)[fFdDL]?(?![\w.])")
_OPERATORS = "+-*/"
# What may stand between a number and its operator.
_AROUND = " \t\n\r"
# A constant and the number that it is are as near as this, relatively, if it is stored in float.
NEAR = 1e-6


def computed_with(text: str, number: float) -> bool:
    """Whether a number stands beside an operator somewhere in a source.

    >>> [computed_with(f"w -= lr * g / ({root} + 1e-8)", 1e-8) for root in ("sqrt(v)", "v")]
    [True, True]
    >>> computed_with("(+ (Math/sqrt v) 1e-8)", 1e-8), computed_with("(* 0.1f (sq g))", 0.1)
    (True, True)
    >>> computed_with("eps = 1e-8", 1e-8), computed_with("{:eps 1e-8 :lr -0.1}", 1e-8)
    (False, False)
    >>> computed_with("f(x, 1e-8)", 1e-8), computed_with("(f (+ v 1) 1e-8)", 1e-8)
    (False, False)
    """
    return any(
        math.isclose(float((found[1] + found[2]).replace("_", "")), number, rel_tol=NEAR)
        and (_infix(text, *found.span()) or _prefixed(text, found.start()))
        for found in _NUMBER.finditer(text)
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
