"""The constants of a schedule reach ports as other options do: by name, where they are claimed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from shapes.classes import judged
from support import alike, golden, none_left

from harness.judging.goldens import Goldens, options_of
from harness.ports.binding import BindingError
from harness.transport import requests
from python_ref.dialects.dialect import Dialect

SOURCE = """
import numpy as np


class Base:
    def __init__(self, learning_rate, rho, epsilon):
        self.learning_rate, self.rho, self.epsilon = learning_rate, rho, epsilon
        self.averages, self.t = {}, 0

    def update(self, grads, params):
        rate = self.rate()
        self.t += 1
        for name, g in grads.items():
            average = self.rho * self.averages.get(name, np.zeros_like(g))
            average = self.averages[name] = average + (1 - self.rho) * (g * g)
            params[name] -= rate * g / (np.sqrt(average) + self.epsilon)

    def rate(self):
        return self.learning_rate / (1 + self.decay * self.t)


class Decay(Base):
    def __init__(self, lr, rho, eps, decay=0.0):
        super().__init__(lr, rho, eps)
        self.decay = decay


class LrDecay(Base):
    def __init__(self, lr, decay, eps, lr_decay=0.0):
        super().__init__(lr, decay, eps)
        self.decay = lr_decay


class K(Base):
    def __init__(self, k, lr, rho, eps):
        super().__init__(lr, rho, eps)
        self.decay = k


class NotUsed(Base):
    def __init__(self, lr, rho, eps, decay=0.0):
        super().__init__(lr, rho, eps)
        self.decay = 0.0


class Drops(Base):
    def __init__(self, lr, rho, eps, factor, drop_every):
        super().__init__(lr, rho, eps)
        self.factor, self.every = factor, drop_every

    def rate(self):
        return self.learning_rate * self.factor ** (self.t // self.every)


class Ends(Base):
    def __init__(self, lr, rho, eps, total_steps=1000):
        super().__init__(lr, rho, eps)
        self.total = total_steps

    def rate(self):
        return self.learning_rate * max(0.0, 1 - self.t / self.total)
"""
FROM_ZERO = "schedule=inverse_time_from_zero"
JUDGED = alike(
    [
        ("Decay", FROM_ZERO, ()),
        ("NotUsed", FROM_ZERO, ("schedule=no",)),
        ("Drops", "schedule=steps", ()),
        ("LrDecay", FROM_ZERO, ()),
        ("K", FROM_ZERO, ()),
        ("Ends", "schedule=linear_to_zero", ()),
        # Where no schedule is claimed, what has a default is left alone.
        ("Decay", "", ()),
        ("LrDecay", "", ()),
    ],
    suite=3,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schedules") / "port.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "claim", "deviations"), JUDGED)
def test_a_schedules_constants_reach_a_port_by_name(
    name: str, claim: str, deviations: tuple[str, ...], path: Path
) -> None:
    claims = [claim] if claim else []
    with none_left():
        found = judged(path, [name], Goldens("mixed-arrays"), claims=claims)[name]
    assert found.deviations == deviations
    assert (found.verdict.word in ("exact", "conforms")) == (not deviations)


def test_what_nobody_claimed_and_has_no_default_is_asked(path: Path) -> None:
    """Nothing for k is 0 and for a factor 1: no value is harmless."""
    with none_left(), pytest.raises(BindingError, match="unrecognised parameter k"):
        judged(path, ["K"], Goldens("page-ten-steps"))


def test_a_command_is_told_a_schedules_constants() -> None:
    claim = Dialect([FROM_ZERO])
    assert options_of(claim) == {"decay": 0.1}
    given = replace(golden().scenario, options=options_of(claim))
    line = json.loads(requests.run(given, "float64", None))
    assert line["options"] == {"decay": 0.1}
    assert set(options_of(Dialect(["schedule=steps"]))) == {"factor", "every"}
