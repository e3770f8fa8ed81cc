"""What a port is told, or may be: constants of its own are those that nobody could tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.judging.options import Options
from harness.judging.run import run
from harness.model.words import GOOD
from harness.ports.targets import own

ASKS_ANOTHER = """
def small():
    return 1e-6


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9):
        self.lr, self.rho, self.v = lr, rho, 0.0

    def update(self, w, g):
        self.v = self.rho * self.v + (1 - self.rho) * g * g
        return w - self.lr * g / (self.v**0.5 + {eps})
"""


@pytest.mark.parametrize(
    ("eps", "bound"), [("1e-6", ""), ("small()", "no way was found to tell it its epsilon")]
)
def test_a_constant_that_is_not_written_where_it_is_added_may_be_told(
    eps: str, bound: str, tmp_path: Path
) -> None:
    path = tmp_path / "port.py"
    path.write_text(ASKS_ANOTHER.format(eps=eps), encoding="utf-8")
    (result,) = run([own(path)], Options(pattern="*float64/m*"), every_transport=False).results
    assert result.deviations == ("eps=ignored",)
    assert result.bound == bound


SETTINGS = """
import numpy as np


class RMSProp:
    def __init__(self, options=None):
        self.options, self.v = options or {}, None

    def update(self, weights, gradients):
        rho = self.options.get("rho", 0.9)
        self.v = np.zeros_like(weights) if self.v is None else self.v
        self.v = rho * self.v + (1 - rho) * gradients**2
        return weights - 0.01 * gradients / (np.sqrt(self.v) + 1e-8)
"""


def test_a_setting_under_a_key_is_no_constant_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "port.py"
    path.write_text(SETTINGS, encoding="utf-8")
    outcome = run([own(path)], Options(pattern="m*"), every_transport=False)
    assert not outcome.results
    assert "its decay rate may be set as rho" in outcome.errors[0]


NETWORK = """
import numpy as np


class Network:
    def __init__(self, hidden=4, lr=0.1, rho=0.9, eps=1e-7, clip=5.0, decay=0.001):
        self.lr, self.rho, self.eps, self.clip, self.decay, self.t = lr, rho, eps, clip, decay, 0
        self.W, self.b = np.ones((hidden, hidden)), np.zeros(hidden)
        self.mW, self.mb = np.zeros_like(self.W), np.zeros_like(self.b)

    def apply(self, dW, db):
        self.t += 1
        for w, g, v in zip((self.W, self.b), (dW, db), (self.mW, self.mb)):
            {update}
            v *= self.rho
            v += (1 - self.rho) * (g * g)
            w -= rate * g / (np.sqrt(v) + self.eps)
"""
_CLIPS = "g, rate = np.clip(g, -self.clip, self.clip), self.lr"
_FALLS = "rate = self.lr / (1 + self.decay * (self.t - 1))"


@pytest.mark.parametrize(
    ("update", "claim", "deviation"),
    [
        (_CLIPS, "keras-2-clipvalue", "clip=value"),
        (_FALLS, "keras-2-decay", "schedule=inverse_time_from_zero"),
    ],
    ids=["clips", "falls"],
)
def test_what_an_option_is_told_is_right_once_it_is_said_to_be_that(
    tmp_path: Path, update: str, claim: str, deviation: str
) -> None:
    path = tmp_path / "network.py"
    path.write_text(NETWORK.replace("{update}", update), encoding="utf-8")
    options = Options(pattern="*/float64/mixed-*")
    (result,) = run([own(path)], options, every_transport=False).results
    assert result.deviations == (deviation,)
    (result,) = run([own(path, [claim])], options, every_transport=False).results
    assert result.verdict.word in GOOD
