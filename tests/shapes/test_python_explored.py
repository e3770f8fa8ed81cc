"""What no shape binds is seen from outside, and what is said of it is true."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapes.python_explored import EXPLORED
from shapes.python_nothing import NOTHING
from shapes.test_python_shapes import judged
from support import REPOSITORY, collected, spread

from harness.judging.verdict import Result
from harness.ports.offers import NEEDED, NUMBERS
from harness.transport.explored import named
from harness.transport.python.host import PythonHost


@pytest.fixture(scope="module")
def seen(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Result]:
    sources = {n: EXPLORED[n][1] for n in EXPLORED if n in collected(request)}
    return judged(tmp_path_factory.mktemp("explored"), sources)[1]


@pytest.mark.parametrize("name", spread(EXPLORED, of=8))
def test_what_is_seen_is_true(name: str, seen: dict[str, Result]) -> None:
    assert name in seen, "it is not bound"
    _, _, deviations = EXPLORED[name]
    assert tuple(sorted(seen[name].deviations)) == deviations
    assert seen[name].verdict.word == ("diverges" if deviations else "exact")
    assert any(said in (seen[name].bound or "") for said in (" moved by ", " is the step of "))


def test_the_documentation_has_a_row_for_each_that_is_seen() -> None:
    text = (REPOSITORY / "docs" / "shapes.md").read_text(encoding="utf-8")
    missing = [
        name for name, (line, _, _) in EXPLORED.items() if f"| {name} | `{line}` |" not in text
    ]
    assert missing == []


@pytest.mark.slow
@pytest.mark.usefixtures("briefly")
def test_of_what_is_no_rmsprop_nothing_is_said(tmp_path: Path) -> None:
    assert judged(tmp_path, NOTHING)[1] == {}


SETTINGS = """
from dataclasses import dataclass

import numpy as np


@dataclass
class Rates:
    pace: float = 0.001
    keep: float = 0.9


class RMSProp:
    def __init__(self, rates: Rates | None = None):
        self.rates, self.kept = rates or Rates(), {}

    def step(self, x, slopes):
        for k, s in slopes.items():
            kept = self.rates.keep * self.kept.get(k, 0.0) + (1 - self.rates.keep) * s**2
            self.kept[k] = kept
            x[k] -= self.rates.pace * s / np.maximum(np.sqrt(kept), 1e-9)
"""


def test_settings_that_may_be_left_out_are_made_and_a_second_step_tells_what_the_first_hides(
    tmp_path: Path,
) -> None:
    """Divided by the root of its own square, a first step is as long for any gradient."""
    (tmp_path / "port.py").write_text(SETTINGS, encoding="utf-8")
    host = PythonHost(str(tmp_path / "port.py"))
    host.shape()
    words = {"numbers": ["pace", "keep"], "needed": ["pace"]}
    (way,) = host.explore("RMSProp", 5.0, words)["ways"]
    assert way["pairs"][0] == ["x[w0][0]", "slopes[w0][0]", "x[w0][0]"]
    assert way["valued"] == ["new.rates.pace", "new.rates.keep"]


def test_a_gradient_is_told_from_a_weight_by_what_moves(tmp_path: Path) -> None:
    """And a number that nobody knows is neither, nor is it left at a constant of ours."""
    (tmp_path / "port.py").write_text(NOTHING["a scale that nobody knows"], encoding="utf-8")
    host = PythonHost(str(tmp_path / "port.py"))
    host.shape()
    (way,) = host.explore("RMSProp", 5.0, {"numbers": [*NUMBERS], "needed": [*NEEDED]})["ways"]
    assert [pair[:2] for pair in way["pairs"]] == [
        [f"bag[w{i}][here][{k}]", f"bag[w{i}][slope][{k}]"] for i in range(2) for k in range(2)
    ]
    assert sorted(way["asked"]) == ["new.eps", "new.lr", "new.mystery", "new.rho"]


def test_where_some_of_a_kind_stand_still_nothing_is_seen(tmp_path: Path) -> None:
    """But for the first of some: what moves would be judged, and is right."""
    source = NOTHING["only the first and the last of four"]
    for text, ways in ((source, 0), (source.replace("(0, 3)", "(1, 2, 3)"), 1)):
        (tmp_path / "port.py").write_text(text, encoding="utf-8")
        host = PythonHost(str(tmp_path / "port.py"))
        host.shape()
        found = host.explore("RMSProp", 5.0, {"numbers": [*NUMBERS], "needed": [*NEEDED]})
        assert len(found["ways"]) == ways


@pytest.mark.parametrize(("last", "taken"), [("param_name", True), ("scale", False)])
def test_what_takes_a_name_is_not_judged_by_one_of_several(last: str, taken: bool) -> None:
    parameters = [{"name": name} for name in ("param", "param_grad", last)]
    method = {"name": "step", "parameters": parameters}
    shape = {"candidates": [{"class": "RMSProp", "methods": [method]}]}
    assert named(shape, "RMSProp", {"plan": {"method": "step"}}) is taken
