"""State that the objects of a port share: each scenario has its own, and a note says that."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapes.test_python_shapes import judged

from harness.model.words import SHARED

CLASS = """
import numpy as np


class RMSProp:
    of_all = {}

    def __init__(self, lr=0.01, rho=0.9, eps=1e-8, handed={}):
        self.lr, self.rho, self.eps, self.own = lr, rho, eps, {}
        self.handed = handed

    def update(self, params, grads):
        kept = self.own
        for k in params:
            kept[k] = self.rho * kept.get(k, 0.0) + (1 - self.rho) * grads[k] ** 2
            params[k] -= self.lr * grads[k] / (np.sqrt(kept[k]) + self.eps)
"""


@pytest.mark.parametrize(("kept", "shared"), [("own", False), ("of_all", True), ("handed", True)])
def test_objects_that_share_state_are_exact_and_noted(
    tmp_path: Path, kept: str, shared: bool
) -> None:
    result = judged(tmp_path, {"port": CLASS.replace("kept = self.own", f"kept = self.{kept}")})
    assert result[1]["port"].verdict.word == "exact"
    assert (SHARED in result[1]["port"].notes) is shared
