"""What a source says of how its averages begin, where they are made up for it."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest
from shapes.test_python_shapes import judged

from harness.transport.python.arrays import Garbled
from harness.transport.python.beginnings import Beginnings
from harness.transport.python.unprepared import unprepared

STEP = """
def step(w, g, avg, lr, rho, eps):
    avg = rho * avg + (1 - rho) * g**2
    return w - lr * g / (np.sqrt(avg) + eps), avg
"""
CALLER = "def train(w, f):\n    r = {}\n    for _ in range(9):\n        w, r = step(w, f(w), r)\n"


MAKERS = {
    "": 0.0,
    "def averages_for(w):\n    return np.ones_like(w)": 1.0,
    "def averages(ws):\n    made = [np.full_like(w, 1e-3) for w in ws]\n    return made": 1e-3,
    CALLER.format("np.ones(3)"): 1.0,
    CALLER.format("w * 0 + 0.5"): 0.5,
    CALLER.format("np.zeros(3)") + "\n\ndef ones(n):\n    return np.ones(n)": 0.0,
    CALLER.format("fresh(w)") + "\n\ndef fresh(w):\n    return 0.5 * np.ones_like(w)": 0.5,
    "def weights_for(n):\n    return np.ones(n)": 0.0,
    "def averages_for(w, eps):\n    return np.full_like(w, eps)": math.nan,
    CALLER.format("np.full(3, start)"): math.nan,
}
KEPT = {
    "class A:\n    def __init__(self, n):\n        self.v = np.ones(n)": 1.0,
    "class A:\n    def __init__(self, n):\n        self.v, self.s = None, np.ones(n)": 0.0,
    "def start(a):\n    a.v = [1e-2] * 4\n\ndef go(a):\n    a.v = 0.9 * a.v": 1e-2,
    "class A:\n    v: dict = field(default_factory=lambda: defaultdict(lambda: 1.0))": 1.0,
    "class A:\n    def __init__(self, n, c):\n        self.v = np.full(n, c)": math.nan,
}


@pytest.mark.parametrize(("source", "begun"), MAKERS.items())
def test_an_average_that_is_handed_over_begins_as_callers_or_makers_say(
    source: str, begun: float
) -> None:
    read = Beginnings(ast.parse(STEP + source))
    if math.isnan(begun):
        with pytest.raises(Garbled, match="step is handed for avg at first is not zeros"):
            read.of_argument("step", "avg")
    else:
        assert read.of_argument("step", "avg") == begun


@pytest.mark.parametrize(("source", "begun"), KEPT.items())
def test_an_average_in_an_attribute_begins_as_whoever_sets_it_says(
    source: str, begun: float
) -> None:
    read = Beginnings(ast.parse(source))
    if math.isnan(begun):
        with pytest.raises(Garbled, match="v begins with is not zeros"):
            read.of_attribute("v")
    else:
        assert read.of_attribute("v") == begun


SLOTS = """
import numpy as np


class Slot:
    def __init__(self, w):
        self.w, self.sq = w, np.ones_like(w)


class RMSProp:
    def __init__(self, weights, lr=0.01, rho=0.9, eps=1e-8):
        self.slots = [Slot(w) for w in weights]
        self.lr, self.rho, self.eps = lr, rho, eps

    def step(self, grads):
        for slot, g in zip(self.slots, grads):
            slot.sq = self.rho * slot.sq + (1 - self.rho) * g**2
            slot.w -= self.lr * g / (np.sqrt(slot.sq) + self.eps)
"""
UNPREPARED = """
import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, None

    def reset(self, params):
        self.v = [np.ones_like(p) for p in params]

    def step(self, params, grads):
        for i, (p, g) in enumerate(zip(params, grads)):
            self.v[i] = self.rho * self.v[i] + (1 - self.rho) * g**2
            p -= self.lr * g / (np.sqrt(self.v[i]) + self.eps)
"""


MADE = """
import numpy as np


def init(params, eps=1e-8):
    return {k: np.full_like(p, eps) for k, p in params.items()}


def rmsprop(params, grads, state, lr=0.01, rho=0.9, eps=1e-8):
    kept = {k: rho * state[k] + (1 - rho) * grads[k] ** 2 for k in params}
    return {k: params[k] - lr * grads[k] / (np.sqrt(kept[k]) + eps) for k in params}, kept
"""
LOOPED = """
import numpy as np


def rmsprop(w, slope, avg, lr, rho, eps, n):
    for _ in range(n):
        g = slope(w)
        avg = rho * avg + (1 - rho) * g**2
        w = w - lr * g / (np.sqrt(avg) + eps)
    return w


def run(w, f):
    return rmsprop(w, f, np.ones(3), 0.1, 0.9, 1e-8, 99)
"""


def test_a_port_whose_averages_begin_at_one_is_not_acquitted_by_zeros(tmp_path: Path) -> None:
    whole = "import numpy as np\n" + STEP + "def train(w, f):\n    avg = np.ones_like(w)\n"
    whole += "    for _ in range(9):\n        w, avg = step(w, f(w), avg, 0.1, 0.9, 1e-8)\n"
    default = "import numpy as np\n" + STEP.replace("avg, lr", "avg=1.0, lr=0.01").replace(
        "rho, eps)", "rho=0.9, eps=1e-8)"
    )
    ports = {"slots": SLOTS, "handed": whole, "made": MADE}
    results = judged(tmp_path, {**ports, "default": default, "looped": LOOPED})[1]
    one = ("initial_average=one",)
    assert {name: results[name].deviations for name in results} == {
        "slots": one,
        "handed": one,
        "made": ("initial_average=epsilon",),
        "default": one,
        "looped": one,
    }


@pytest.mark.usefixtures("briefly")
def test_what_a_port_never_begins_itself_is_not_begun_with_zeros(tmp_path: Path) -> None:
    assert judged(tmp_path, {"unprepared": UNPREPARED})[1] == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", True),
        ("self.v = lr, rho, eps, None", "_ = lr, rho, eps, self.reset([])", False),
        ("self.v = [np", "made = [np", False),
    ],
)
def test_what_nobody_has_called_may_set_what_a_step_reads(
    old: str, new: str, expected: bool
) -> None:
    source = UNPREPARED.replace(old, new)
    assert unprepared(ast.parse(source), "RMSProp", "step") is expected
