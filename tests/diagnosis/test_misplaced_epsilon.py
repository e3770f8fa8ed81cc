"""Brackets that are left out put epsilon elsewhere than in the denominator: it is said where."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.judging.options import Options
from harness.judging.run import run
from harness.ports.targets import own

SOURCE = """
import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, {}

    def update(self, params, grads):
        lr, eps = self.lr, self.eps
        for k, g in grads.items():
            v = self.v[k] = self.rho * self.v.get(k, 0.0) + (1 - self.rho) * g**2
            LINE
"""


@pytest.mark.parametrize(
    ("line", "deviations"),
    [
        ("params[k] -= lr * g / (np.sqrt(v) + eps)", ()),
        ("params[k] -= lr * g / np.sqrt(v) + eps", ("epsilon=on_step",)),
        ("params[k] += lr * g / np.sqrt(v) + eps", ("epsilon=on_step", "direction=ascent")),
        ("params[k] = params[k] - lr * g / np.sqrt(v) + eps", ("epsilon=on_weights",)),
        ("params[k] += -lr * g / np.sqrt(v) + eps", ("epsilon=on_weights",)),
        ("params[k] -= lr * (g / np.sqrt(v) + eps)", ("epsilon=on_quotient",)),
        ("params[k] -= (lr / np.sqrt(v) + eps) * g", ("epsilon=on_rate",)),
        (
            "params[k] -= lr * (g / np.sqrt(v) + 1e-4)",
            ("epsilon=on_quotient", "eps=ignored"),
        ),
    ],
)
def test_where_epsilon_is_added_is_said(
    tmp_path: Path, line: str, deviations: tuple[str, ...]
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(SOURCE.replace("LINE", line), encoding="utf-8")
    options = Options(pattern="*/float64/mixed-*")
    (result,) = run([own(path)], options, every_transport=False).results
    assert result.deviations == deviations
