"""Formulas drawn with numbers of their own: the truth is told, or what was tried is, never else."""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from answers import WORDS, same
from drawing import (
    ALONE,
    REFERENCE,
    WITH_LATER,
    drawn,
    drawn_constant,
    drawn_formula,
    drawn_scenario,
    explained,
    flushing,
    judged,
)
from drawn_source import AXES_LEFT_OUT, JAVA_HEADER, LEFT_OUT, PYTHON_HEADER
from drawn_source import java as in_java
from drawn_source import python as in_python
from shapes.classes import judged as judged_classes
from shapes.classes import some
from support import REPOSITORY, alike

from harness.diagnosis import budget
from harness.diagnosis.hypotheses import dialect, of_formula, open_constants, sets
from harness.judging.verdict import Result
from python_ref.dialects.dialect import Dialect

RECORDED = Path(__file__).parent / "draws.toml"


@pytest.mark.parametrize(("often", "draws", "answered"), alike([(60, 30, 9), (250, 100, 50)]))
def test_of_draws_of_up_to_three_deviations_none_is_told_falsely(
    often: int, draws: int, answered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In little time: what was not tried by then must be said. By hand each has 20 s.

    The clock goes on whenever it is asked, so that a busy machine changes nothing.
    """
    words = {}
    for seed in range(100_000, 100_000 + draws):
        among = WITH_LATER if seed % 10 == 9 else ALONE
        monkeypatch.setattr(budget, "clock", Clock())
        words[seed] = judged(drawn(seed, 3, among), often)[0]
    assert {seed: word for seed, word in words.items() if word == "FALSE"} == {}
    assert Counter(words.values())["answered"] >= answered


@pytest.mark.slow
@pytest.mark.parametrize("seed", [100_007, 100_018])
def test_a_busy_machine_changes_no_answer(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answered with most of the budget: most of a machine may be others'."""
    answers = []
    for busy in (0, 9):
        clock = Clock()
        monkeypatch.setattr(budget, "clock", clock)
        monkeypatch.setattr(budget, "wall", partial(clock.times, busy))
        answers.append(judged(drawn(seed), 250))
    assert answers[0][0] == "answered"
    assert answers[0][1] == answers[1][1]


class Clock:
    """Goes on by one whenever it is asked."""

    def __init__(self) -> None:
        self._asked = -1

    def __call__(self) -> int:
        self._asked += 1
        return self._asked

    def times(self, busy: int) -> float:
        """What went by when it was asked so often, without asking it."""
        return float(busy * (self._asked + 1))


@pytest.mark.parametrize("seed", [1, 3, 4, 5])
def test_of_draws_that_flush_subnormals_this_is_told_beside_the_formula(seed: int) -> None:
    draw = flushing(seed)
    told = explained(draw)
    assert told.best is not None
    assert ("subnormals", "flushed") in told.best.chosen
    named = [told.best, *told.alternatives]
    assert any(same(e.chosen, of_formula(draw.chosen)) for e in named)


def test_the_figures_by_hand_are_of_many_draws_none_of_them_false() -> None:
    figures = tomllib.loads(RECORDED.read_text("utf-8"))
    rows = figures["deviations"].values()
    assert sum(sum(row.values()) for row in rows) == figures["draws"] >= 80
    assert {word for row in rows for word in row} <= set(WORDS)
    assert sum(row.get("FALSE", 0) for row in rows) == 0
    assert set(figures["deviations"]) == {"0", "1", "2", "3"}
    lines = (REPOSITORY / "README.md").read_text("utf-8").splitlines()
    (told,) = [line for line in lines if "tests/diagnosis/drawing.py" in line]
    every = sum(map(Counter, rows), Counter[str]())
    assert f"| {figures['draws']:,} draws: {every['answered']:,} answered," in told
    assert f" {every['among the alternatives']:,} among the alternatives," in told


# -- the same as source ---------------------------------------------------------------------------

_WRITABLE = [
    member
    for (member,) in sets(REFERENCE, 1)
    if member not in LEFT_OUT and member[0] not in AXES_LEFT_OUT
]
# Short ones that tell much; the last feeds arrays of one element, and zeros.
_FED = some(("mixed-arrays", "page-ten-steps", "zero-gradients"))


def classes(count: int, first: int) -> dict[str, Dialect]:
    """So many ports of up to two deviations, by the name of their class."""
    found = {}
    for seed in range(first, first + count):
        rng = np.random.default_rng(seed)
        chosen = drawn_formula(rng, int(rng.integers(3)), _WRITABLE)
        scenario = drawn_scenario(rng)
        constants = {name: drawn_constant(rng, name, scenario) for name in open_constants(chosen)}
        found[f"Draw{seed}"] = dialect(REFERENCE, chosen, constants)
    return found


def wrongly_told(ports: dict[str, Dialect], results: dict[str, Result]) -> dict[str, str]:
    """The ports of which something else is said than what they do."""
    wrong = {}
    for name, port in ports.items():
        result = results[name]
        truth = tuple(tuple(d.split("=")) for d in port.deviations)
        if not truth:
            good = result.verdict.word in ("exact", "conforms")
        else:
            best = result.diagnosis and result.diagnosis.best
            listed = [best, *result.diagnosis.alternatives] if best else []
            good = any(same(e.chosen, truth) for e in listed)
        if not good:
            wrong[name] = f"{port}: {result.verdict.word} {result.diagnosis}"
    return wrong


@pytest.mark.slow
def test_draws_in_python_are_named(tmp_path: Path) -> None:
    ports = classes(40, 0)
    source = tmp_path / "drawn.py"
    source.write_text(PYTHON_HEADER + "\n\n\n".join(in_python(n, d) for n, d in ports.items()))
    assert wrongly_told(ports, judged_classes(source, list(ports), _FED)) == {}


@pytest.mark.slow
@pytest.mark.jvm
def test_draws_in_java_with_floats_are_named(tmp_path: Path) -> None:
    ports = classes(40, 0)
    source = tmp_path / "Drawn.java"
    written = "\n\n".join(in_java(n, d) for n, d in ports.items())
    source.write_text(f"{JAVA_HEADER}\n{written}\n")
    assert wrongly_told(ports, judged_classes(source, list(ports), _FED)) == {}
