"""A right port in an order of operations that nobody listed is within rounding of its dialect."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.judging.options import Options
from harness.judging.run import run
from harness.model.words import GOOD
from harness.ports.targets import own

SOURCE = """
import numpy as np


class RMSProp:
    def __init__(self, learning_rate, decay_rate, epsilon, weight_decay=0.01):
        self.lr, self.rho, self.eps, self.wd = learning_rate, decay_rate, epsilon, weight_decay
        self.v, self.t = {}, {}

    def update(self, weights, gradients):
        for k, g in gradients.items():
            lr, rho, eps, wd = map(g.dtype.type, (self.lr, self.rho, self.eps, self.wd))
            t = self.t[k] = self.t.get(k, 0) + 1
            v = self.v[k] = rho * self.v.get(k, np.zeros_like(g)) + (1 - rho) * g * g
            STEP
"""


@pytest.mark.parametrize(
    ("claim", "step"),
    [
        (
            "bias_correction=yes",
            "weights[k] -= lr * g / (np.sqrt(v) / (1 - rho**t) ** g.dtype.type(0.5) + eps)",
        ),
        (
            "weight_decay=decoupled",
            "weights[k] -= lr * (g / (np.sqrt(v) + eps) + wd * weights[k])",
        ),
        ("epsilon=on_rate", "weights[k] -= lr * g / np.sqrt(v) + eps * g"),
    ],
)
def test_where_averages_are_next_to_nothing_it_is_not_accused(
    tmp_path: Path, claim: str, step: str
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(SOURCE.replace("STEP", step), encoding="utf-8")
    options = Options(pattern="*/subnormal-squares")
    (result,) = run([own(path, [claim])], options, every_transport=False).results
    assert result.verdict.word in GOOD
