"""Calls that we make wrongly are not the port's failures; what it raises itself is its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from shapes.classes import judged, some
from support import none_left

from harness.judging.verdict import Result
from harness.ports.binding import BindingError
from harness.report import words

HEAD = """
import numpy as np


class Base:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate, self.decay_rate, self.epsilon = learning_rate, decay_rate, epsilon
        self.averages, self.t = {}, 0

    def change(self, key, g, w):
        before = self.averages.get(key, np.zeros_like(g))
        average = self.decay_rate * before + (1 - self.decay_rate) * (g * g)
        self.averages[key] = average
        w -= self.learning_rate * g / (np.sqrt(average) + self.epsilon)
"""
# A class, what of its message is certain (LINE is that of its last statement), and how it ends.
FAILS = {
    "FailsLater": (
        """
class FailsLater(Base):
    def update(self, params, grads):
        for name, g in grads.items():
            self.change(name, g, params[name])
        self.t += 1
        if self.t == 3:
            self.log.append(self.t)
""",
        "step 3: AttributeError: 'FailsLater' object has no attribute 'log' (port.py:LINE)",
    ),
    "ComparesAnArray": (
        """
class ComparesAnArray(Base):
    def update(self, w, grad):
        if self.averages.get("w") != None:
            self.t += 1
        self.change("w", grad, w)
""",
        "step 2: ValueError: The truth value of an array with more than one element is",
    ),
    "LacksWhatItUses": (
        """
class LacksWhatItUses(Base):
    def update(self, params, grads):
        self.rate = self.lr
""",
        "step 1: AttributeError: 'LacksWhatItUses' object has no attribute 'lr' (port.py:LINE)",
    ),
    "StartsWithNothing": (
        """
class StartsWithNothing(Base):
    def update(self, w, grad):
        self.average = None
        self.average = self.decay_rate * self.average + grad * grad
""",
        "step 1: TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'",
    ),
    "IsNotReady": (
        """
class IsNotReady(Base):
    def update(self, params, grads):
        raise RuntimeError("not ready")
""",
        "step 1: RuntimeError: not ready (port.py:LINE)",
    ),
    "CannotBeMade": (
        """
class CannotBeMade(Base):
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.table = {"cpu": 1}["gpu"]

    def update(self, params, grads):
        pass
""",
        "the constructor: KeyError: 'gpu' (port.py:",
    ),
    "Leaves": (
        """
class Leaves(Base):
    def update(self, params, grads):
        import sys

        sys.exit("no licence")
""",
        "step 1: SystemExit: no licence (port.py:LINE)",
    ),
}
# What no way of handing over the weights suits: each way, and what comes of it.
UNSUITED = {
    "WantsTensors": (
        """
class WantsTensors(Base):
    def update(self, params, grads):
        for p, g in zip(params, grads):
            p -= self.learning_rate * g.div(g.sqrt())
""",
        {
            "maps of ndarrays, maps of lists": "AttributeError: 'str' object has no",
            "lists of ndarrays, tuples of ndarrays": "AttributeError: 'numpy.ndarray' object has",
            "lists of lists": "AttributeError: 'list' object has no attribute 'div'",
            "ndarrays": "AttributeError: 'numpy.float64' object has no attribute",
            "lists": "AttributeError: 'float' object has no attribute 'div'",
        },
    ),
    "WantsAnEntry": (
        """
class WantsAnEntry(Base):
    def update(self, params, grads):
        for name in params:
            self.averages[name] = self.decay_rate * self.averages[name] + grads[name] ** 2
""",
        {"maps of ndarrays, maps of lists": "KeyError: 'a'"},
    ),
}
SOURCES = {name: source for name, (source, _) in (*FAILS.items(), *UNSUITED.items())}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("failures") / "port.py"
    path.write_text(HEAD + "\n".join(SOURCES.values()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def results(path: Path) -> dict[str, Result]:
    with none_left():
        return judged(path, list(FAILS), some(["page-one-step", "page-ten-steps"]))


@pytest.mark.parametrize("name", FAILS)
def test_what_a_port_raises_is_its_own_failure_with_its_place(
    name: str, path: Path, results: dict[str, Result]
) -> None:
    ends = {
        node.name: node.end_lineno
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    found = results[name]
    expected = FAILS[name][1].replace("LINE", str(ends[name]))
    assert found.verdict.word == "crashes"
    assert expected in words.why(found)
    assert "handed over" not in words.why(found)
    steps = 0 if "step 1" in expected or "constructor" in expected else 2
    assert found.verdict.compared == steps


def test_what_asks_a_person_did_not_run(tmp_path: Path) -> None:
    path = tmp_path / "port.py"
    asks = FAILS["CannotBeMade"][0].replace('{"cpu": 1}["gpu"]', 'input("which? ")')
    path.write_text(HEAD + asks, encoding="utf-8")
    found = judged(path, ["CannotBeMade"], some(["page-one-step"]))["CannotBeMade"]
    assert found.verdict.word == "not-run"
    assert words.why(found).endswith(": nobody answers here")


@pytest.mark.parametrize("name", UNSUITED)
def test_what_no_way_of_calling_suits_is_not_bound_and_each_is_told(name: str, path: Path) -> None:
    with none_left(), pytest.raises(BindingError) as caught:
        judged(path, [name], some(["page-one-step"]))
    first, *lines = str(caught.value).splitlines()
    assert first.startswith(f"not bound: {name}.update(params, grads)")
    for ways, came in UNSUITED[name][1].items():
        assert any(line.startswith(f"  {ways}: step 1: {came}") for line in lines), lines
