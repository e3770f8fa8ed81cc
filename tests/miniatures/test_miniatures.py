"""Small real ports: each wrong one is named exactly, no right one is ever flagged.

expected.toml says of every file what it is. A wrong port must be explained by exactly its
deviations; where two names are one thing in algebra, its twin may stand first and it must then
be among the alternatives.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.judge import Result
from harness.port import LANGUAGES, of_target
from harness.run import Options, run

HERE = Path(__file__).parent
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))
FILES = sorted(
    str(path.relative_to(HERE))
    for kind in ("right", "wrong")
    for path in (HERE / kind).rglob("*")
    if path.suffix in LANGUAGES
)


def group(name: str) -> str:
    """Python's in one run, the JVM's languages in another, so that two workers share them."""
    return "python" if name.endswith(".py") else "jvm"


@cache
def judged(which: str) -> dict[str, Result]:
    """All of a group in one run, as `rmsproof check` would judge them."""
    names = [name for name in FILES if group(name) == which]
    outcome = run([of_target(str(HERE / n)) for n in names], Options(), every_transport=False)
    assert outcome.errors == ()
    return dict(zip(names, outcome.results, strict=True))


def cases(kind: str) -> list[Any]:
    """The files of a kind, each with the group it is run in."""
    return [
        pytest.param(name, marks=pytest.mark.xdist_group(f"miniatures {group(name)}"))
        for name in FILES
        if name.startswith(kind)
    ]


def test_every_file_has_its_expectation_and_the_other_way_round() -> None:
    assert sorted(EXPECTED) == FILES


@pytest.mark.parametrize("name", cases("right/"))
def test_a_right_port_is_never_flagged(name: str) -> None:
    result = judged(group(name))[name]
    assert result.verdict.word == EXPECTED[name]["verdict"], result.verdict
    assert result.deviations == ()


@pytest.mark.parametrize("name", cases("wrong/"))
def test_a_wrong_port_is_named_exactly(name: str) -> None:
    result, expected = judged(group(name))[name], EXPECTED[name]
    assert result.verdict.word == expected["verdict"], result.verdict
    assert result.diagnosis is not None
    if not expected.get("explained", True):
        assert result.diagnosis.best is None
        return
    assert result.diagnosis.best is not None, result.diagnosis.nearest
    named = set(result.deviations)
    wanted = [set(expected["deviations"]), *_sets(expected)]
    assert named in wanted
    if named != wanted[0] and len(named) == len(wanted[0]):  # a smaller twin goes before both
        assert wanted[0] in [set(a.deviations) for a in result.diagnosis.alternatives]
    for constant, value in expected.get("constants", {}).items():
        assert result.diagnosis.best.constants[constant] == value


def _sets(expected: dict[str, Any]) -> Iterator[set[str]]:
    return (set(names) for names in expected.get("alternatives_ok", []))
