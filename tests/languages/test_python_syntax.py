"""What a younger Python reads is no fault of the source: it says which one to choose."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.judging.options import Options
from harness.judging.run import run
from harness.ports.targets import own

RIGHT = """
import numpy as np


def rmsprop(w, g, v, lr=0.01, rho=0.9, eps=1e-8):
    v = rho * v + (1 - rho) * g * g
    return w - lr * g / (np.sqrt(v) + eps), v
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
@pytest.mark.parametrize("line", ["type Rate = float", "class Box[T]: pass", "def f[T](x): pass"])
def test_syntax_of_a_younger_python_is_not_run(tmp_path: Path, line: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(f"{line}\n{RIGHT}", encoding="utf-8")
    (result,) = run([own(path)], Options(pattern="m*"), every_transport=False).results
    assert result.verdict.word == "not-run"
    assert result.verdict.fault
    assert "Python 3.12 or later (line 1)" in result.verdict.fault.message


def test_what_no_python_reads_does_not_compile(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(f"type = = 3\n{RIGHT}", encoding="utf-8")
    (result,) = run([own(path)], Options(pattern="m*"), every_transport=False).results
    assert result.verdict.word == "does-not-compile"


MIXED = """
import numpy as np


class Mover:
    def __init__(self):
        self.kept = None

    def move_rmsprop(self, slopes, lr, beta):
        if self.kept is None:
            self.kept = [np.zeros_like(w) for w in self.weights]
        for i in range(len(self.weights)):
            self.kept[i] = beta * self.kept[i] + (1 - beta) * slopes[i] ** 2
            self.weights[i] -= lr * slopes[i] / (np.sqrt(self.kept[i]) + 1e-8)


class Net(Mover):
    def __init__(self, sizes):
        super().__init__()
        self.weights = [np.ones((a, b)) for a, b in zip(sizes, sizes[1:])]
"""


def test_what_a_class_lacks_that_another_sets_in_extending_it_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MIXED, encoding="utf-8")
    outcome = run([own(path)], Options(pattern="m*"), every_transport=False)
    assert not [r for r in outcome.results if r.verdict.word == "crashes"]
