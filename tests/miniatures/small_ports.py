"""Small real ports: each wrong one is named exactly, no right one is ever flagged.

expected.toml says of every file what it is. A wrong port must be explained by exactly its
deviations; where two names are one thing in algebra, its twin may stand first and it must then
be among the alternatives. The tests are split by language so that two workers share them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from support import SHORT

from harness.judging.options import Options
from harness.judging.run import run
from harness.judging.verdict import Result
from harness.languages.registry import endings
from harness.ports.targets import of_target

HERE = Path(__file__).parent
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))


def files(kind: str, *languages: str) -> list[str]:
    """The corpus's files of a kind (right, wrong) in some languages."""
    return sorted(
        str(path.relative_to(HERE))
        for language in languages
        for path in (HERE / kind / language).rglob("*")
        if path.suffix in endings()
    )


@cache
def judged_together(*names: str) -> dict[str, Result]:
    """These ports in one run."""
    outcome = run(
        [of_target(str(HERE / n)) for n in names], Options(pattern=SHORT), every_transport=False
    )
    assert outcome.errors == ()
    return dict(zip(names, outcome.results, strict=True))


def must_not_be_flagged(name: str, result: Result) -> None:
    """A right port comes out as expected and nothing is said against it."""
    expected = EXPECTED[name]
    assert result.verdict.word == expected.get("verdict", "exact"), result.verdict
    assert result.deviations == ()
    arithmetic = {precision: str(a) for precision, a in result.verdict.arithmetic}
    assert arithmetic == expected.get("arithmetic", {})


def must_be_named(name: str, result: Result) -> None:
    """A wrong port is explained by exactly what is wrong with it."""
    expected = EXPECTED[name]
    assert result.verdict.word == expected.get("verdict", "diverges"), result.verdict
    if not expected["deviations"]:
        assert result.deviations == ()
        return
    assert result.diagnosis is not None
    assert result.diagnosis.best is not None, result.diagnosis.nearest
    named = set(result.deviations)
    wanted = [set(expected["deviations"]), *map(set, expected.get("alternatives_ok", []))]
    assert named in wanted
    if named != wanted[0] and len(named) == len(wanted[0]):  # a smaller twin goes before both
        assert wanted[0] in [set(a.deviations) for a in result.diagnosis.alternatives]
    for constant, value in expected.get("constants", {}).items():
        assert result.diagnosis.best.constants[constant] == value
