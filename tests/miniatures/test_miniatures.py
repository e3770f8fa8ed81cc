"""Small real ports: each wrong one is named exactly, no right one is ever flagged.

expected.toml says of every file what it is. A wrong port must be explained by exactly its
deviations; where two names are one thing in algebra, its twin may stand first and it must then
be among the alternatives.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """All of them in one run, as `rmsproof check` would judge them."""
    ports = [of_target(str(HERE / name)) for name in FILES]
    outcome = run(ports, Options(), every_transport=False)
    assert outcome.errors == ()
    return {name: result for name, result in zip(FILES, outcome.results, strict=True)}


def test_every_file_has_its_expectation_and_the_other_way_round() -> None:
    assert sorted(EXPECTED) == FILES


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("right/")])
def test_a_right_port_is_never_flagged(name: str, results: dict[str, Result]) -> None:
    result = results[name]
    assert result.verdict.word == EXPECTED[name]["verdict"], result.verdict
    assert result.deviations == ()


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("wrong/")])
def test_a_wrong_port_is_named_exactly(name: str, results: dict[str, Result]) -> None:
    result, expected = results[name], EXPECTED[name]
    assert result.verdict.word == expected["verdict"], result.verdict
    assert result.diagnosis is not None
    assert result.diagnosis.best is not None, result.diagnosis.nearest
    named = set(result.deviations)
    wanted = [set(expected["deviations"]), *_sets(expected)]
    assert named in wanted
    if named != wanted[0]:
        assert wanted[0] in [set(a.deviations) for a in result.diagnosis.alternatives]
    for constant, value in expected.get("constants", {}).items():
        assert result.diagnosis.best.constants[constant] == value


def _sets(expected: dict[str, Any]) -> Iterator[set[str]]:
    return (set(names) for names in expected.get("alternatives_ok", []))
