"""What a result amounts to golden by golden, for reports that list each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.comparison.compare import Comparison
from harness.judging.verdict import Result, at_golden, decides
from harness.model.words import GOOD


@dataclass(frozen=True)
class Case:
    """One golden of a result, or the result as a whole.

    Attributes:
        golden: the golden's name, with a number where it was fed again; "" for the whole.
        result: the port's result with this golden's verdict, fault, first divergence and time.
        idle: why the golden decides nothing: it is an "edge", and those do not decide, or
            "partial"; "" where it decides.
    """

    golden: str
    result: Result
    idle: str = ""


def cases(result: Result, *, edge_decides: bool) -> list[Case]:
    """The goldens of a result, in the order they were fed.

    The result as a whole is a case where no golden was fed, and where it is not as expected
    though every golden is: the port got better, remembers scenarios, or has another cause.

    Args:
        result: of one port over one transport.
        edge_decides: whether edge goldens decide too.
    """
    each = list(_at_goldens(result, edge_decides))
    if not each or not (result.as_expected or any(not c.result.as_expected for c in each)):
        each.append(Case("", result))
    return each


def _at_goldens(result: Result, edge_decides: bool) -> Iterator[Case]:
    fed: dict[str, int] = {}
    for comparison in result.comparisons:
        fed[comparison.golden] = times = fed.get(comparison.golden, 0) + 1
        decisive = decides(comparison, edge_decides=edge_decides)
        idle = "" if decisive else comparison.kind
        name = comparison.golden if times == 1 else f"{comparison.golden} ({times})"
        yield Case(name, _at_golden(result, comparison, decisive), idle)


def _at_golden(result: Result, comparison: Comparison, decides: bool) -> Result:
    verdict = at_golden(result, comparison)
    known = comparison.golden in result.known or not decides or verdict.word in GOOD
    return replace(
        result,
        verdict=verdict,
        comparisons=(comparison,),
        diagnosis=result.elsewhere[1] if result.elsewhere else result.diagnosis,
        elsewhere=None,
        as_expected=result.as_expected or known,
        seconds=comparison.seconds,
    )
