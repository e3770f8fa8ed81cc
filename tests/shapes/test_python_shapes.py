"""Shapes that people have are bound without a manifest, and a guess never accuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapes.python_shapes import SHAPES, source
from support import REPOSITORY, collected, spread

from harness.judging.beginning import HANDED
from harness.judging.options import Options
from harness.judging.run import Outcome, run
from harness.judging.verdict import Result
from harness.model.words import WIDENED
from harness.ports.targets import of_target
from harness.transport import guess
from harness.transport.python.stand_ins import Builder

# Several arrays of different lengths, an odd number of them, over several steps.
FEW = "m*"


def judged(folder: Path, sources: dict[str, str]) -> tuple[Outcome, dict[str, Result]]:
    """All sources judged in one run, by name."""
    ports = []
    for number, text in enumerate(sources.values()):
        path = folder / f"port_{number}.py"
        path.write_text(text, encoding="utf-8")
        ports.append(of_target(str(path)))
    found = run(ports, Options(pattern=FEW), every_transport=False)
    by_path = {result.port.name: result for result in found.results}
    names = dict(zip(sources, ports, strict=True))
    return found, {n: by_path[p.name] for n, p in names.items() if p.name in by_path}


@pytest.fixture(scope="module")
def shapes(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Result]:
    asked = collected(request)
    sources = {name: source(name) for name in SHAPES if name in asked}
    return judged(tmp_path_factory.mktemp("shapes"), sources)[1]


@pytest.mark.parametrize("name", spread(SHAPES, 9))
def test_a_shape_is_bound_and_exact(name: str, shapes: dict[str, Result]) -> None:
    assert name in shapes, "it is not bound"
    result = shapes[name]
    # A float64 state beside float32 weights is no listed arithmetic: inside the bound is right.
    good = ("exact", "conforms") if WIDENED in result.notes else ("exact",)
    assert result.verdict.fault is None
    assert result.verdict.word in good


def test_the_documentation_has_a_row_for_each() -> None:
    text = (REPOSITORY / "docs" / "shapes.md").read_text(encoding="utf-8")
    missing = [name for name, (line, _) in SHAPES.items() if f"| {name} | `{line}` |" not in text]
    assert missing == []


WRONG = {
    # Nobody can tell what it does from a layer that stands in: it is not bound, and not accused.
    "unexplained": (
        source("a layer").replace("**2", "**3"),
        "Tried as",
    ),
    "needs what nobody knows": (
        source("a layer").replace("layer):", "layer, mystery):").replace("lr *", "lr * mystery *"),
        "mystery",
    ),
    "a state that nobody makes": (
        """
import numpy as np


def rmsprop(params, grads, state, lr=0.01, rho=0.9, eps=1e-8):
    state.square.scale(rho).add(1 - rho, grads)
    for k, g in grads.items():
        params[k] = params[k] - lr * g / (state.square.root(k) + eps)
    return params, state
""",
        "it fails with what it is first handed for its state",
    ),
    # The one that is bound says that it is another.
    "an RMSProp beside what is bound": (
        """
class Optimizer:
    def sgd(self, params, grads, lr):
        for k in params:
            params[k] -= lr * grads[k]

    def rmsprop(self, params, grads, mystery, unknown):
        for k in params:
            params[k] -= mystery(unknown, k, grads[k])
""",
        "mystery",
    ),
    # What is not told makes another one, which is nothing against it.
    "an algorithm that nobody is told": (
        source("one of several, by a text")
        .replace('kind="sgd", lr', "lr")
        .replace("kind.lower()", "KIND")
        .replace("class", 'KIND = "sgd"\n\n\nclass'),
        "was not told that RMSProp is meant (self.kind == 'rmsprop')",
    ),
    # Nobody hands it averages: what its constructor makes of them is its own.
    "averages that do not begin with zeros": (
        source("a network that keeps its averages").replace("np.zeros(shape)", "np.ones(shape)"),
        "Tried as",
    ),
    # Which of two classes is meant, nobody can tell by trying: it says how one is named.
    "two layers": (
        source("a layer that has its optimizers itself")
        + source("a layer that has its optimizers itself").replace("Dense", "Convolution"),
        "Choose with --class NAME (one of Convolution, Dense)",
    ),
    # What takes further arguments is called without them.
    "a rate that is returned": (
        """
import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, 0.0

    def rate(self, slope, *rest):
        self.v = self.rho * self.v + (1 - self.rho) * slope**2
        return self.lr / (np.sqrt(self.v) + self.eps)
""",
        "RMSProp.rate(slope: gradients): neither right nor explained",
    ),
    # What it returns is no step: nothing is averaged there.
    "a helper that returns the gradients": (
        source("lists of arrays").replace("g**2", "g**3")
        + """
    def regularized(self, params, grads):
        return [g + 0.0 * p for p, g in zip(params, grads)]
""",
        "regularized",
    ),
}


@pytest.mark.usefixtures("briefly")
def test_a_guess_never_accuses(tmp_path: Path) -> None:
    outcome, results = judged(tmp_path, {name: text for name, (text, _) in WRONG.items()})
    assert results == {}
    for error, (_, word) in zip(outcome.errors, WRONG.values(), strict=True):
        assert word in error


@pytest.mark.parametrize("returned", ["w[:-1], v", "v, w[:-1]"])
def test_a_state_is_not_taken_for_weights_that_lack_some(tmp_path: Path, returned: str) -> None:
    text = f"""
import numpy as np


def rmsprop(w, grad, v, lr=0.01, rho=0.9, eps=1e-8):
    v = rho * v + (1 - rho) * grad**2
    w = w - lr * grad / (np.sqrt(v) + eps)
    return {returned}
"""
    _, results = judged(tmp_path, {"short": text})
    fault = results["short"].verdict.fault
    assert fault is not None
    assert fault.kind == "garbled"
    assert fault.message == "step 1: array 'dense' has shape (4,), expected (5,)"


BEGUN = """
import numpy as np


def {maker}:
    return np.{made}


def rmsprop(weights, gradients, state, learning_rate, rho, epsilon):
    state[:] = rho * state + (1 - rho) * gradients**2
    weights -= learning_rate * gradients / (np.sqrt(state) + epsilon)
    return weights, state
"""


def test_a_state_begins_as_the_function_of_the_port_makes_it(tmp_path: Path) -> None:
    """Zeros that were made up would acquit what begins at one."""
    right, started = [], "its state was made by {} at first"
    cases = {
        "of weights": ("init_state(w)", "ones_like(w)", ["initial_average=one"]),
        "of their number": ("make_cache(n)", "ones(n)", ["initial_average=one"]),
        "zeros": ("init(w)", "zeros_like(w)", right),
        "of another shape": ("init_state(n)", "ones((n, 1))", ["initial_average=one"]),
        "of something else": ("make_batches(n)", "ones(n)", right),
    }
    texts = {name: BEGUN.format(maker=m, made=made) for name, (m, made, _) in cases.items()}
    itself = "    state = init_state(weights) if state is None else state\n    state[:]"
    texts["by itself"] = texts["of weights"].replace("    state[:]", itself)
    _, results = judged(tmp_path, texts)
    for name, (_, _, deviations) in cases.items():
        assert list(results[name].deviations) == deviations
    assert results["of weights"].bound == started.format("init_state")
    assert results["zeros"].bound == started.format("init")
    without = "its state was made up at first, without init_state"
    assert results["of another shape"].bound == without
    assert results["of something else"].bound == HANDED
    assert results["by itself"].bound == started.format("init_state")
    assert results["by itself"].deviations == ("initial_average=one",)


APART = {
    "functions": """
import numpy as np


def update_cache(cache, grad, rho=0.9):
    return rho * cache + (1 - rho) * grad**2


def update_weights(weights, grad, cache, lr=0.01, eps=1e-8):
    return weights - lr * grad / (np.sqrt(cache) + eps)
""",
    "methods": """
import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.cache = lr, rho, eps, {}

    def watch(self, grads):
        for k, g in grads.items():
            self.cache[k] = self.rho * self.cache.get(k, 0) + (1 - self.rho) * g**2

    def step(self, params, grads):
        for k, g in grads.items():
            params[k] -= self.lr * g / (np.sqrt(self.cache.get(k, 0)) + self.eps)
        return params
""",
}


@pytest.mark.parametrize("apart", ["functions", pytest.param("methods", marks=pytest.mark.slow)])
def test_an_average_that_another_call_changes_has_no_constant(tmp_path: Path, apart: str) -> None:
    _, results = judged(tmp_path, {"apart": APART[apart]})
    assert results == {}


def test_what_an_optimizer_was_told_is_reported(tmp_path: Path) -> None:
    """By a text, a constant of an enumeration, another one or a flag; else it makes another one."""
    text = source("one of several, by a text").replace(".lower()", "")
    kinds = "from enum import Enum\nKind = Enum('Kind', 'SGD RMSPROP')\nRMSPROP = 1\n" + text
    texts = {
        "kind = 'rmsprop'": text,
        "kind = Kind.RMSPROP": kinds.replace('"sgd"', "Kind.SGD").replace(
            '"rmsprop"', "Kind.RMSPROP"
        ),
        "kind = RMSPROP": kinds.replace('"sgd"', "0").replace('"rmsprop"', "RMSPROP"),
        "method = 'rmsprop'": "from typing import Literal\n"
        + text.replace('kind="sgd"', 'method: Literal["sgd", "rmsprop"] = "sgd"')
        .replace("= kind", "= method")
        .replace('self.kind == "sgd"', 'self.kind[:1] == "s"')
        .replace('self.kind == "rmsprop"', 'self.kind[:1] == "r"'),
        "rms = true": text.replace('kind="sgd"', "rms=False")
        .replace("self.kind,", "self.rms,")
        .replace("= kind", "= rms")
        .replace('self.kind == "sgd"', "not self.rms")
        .replace('self.kind == "rmsprop"', "self.rms"),
    }
    _, results = judged(tmp_path, texts)
    assert [r.verdict.word for r in results.values()] == ["exact"] * 5
    assert {r.bound for r in results.values()} == {f"called with {name}" for name in texts}


def test_what_another_function_asks_is_nothing_that_an_optimizer_was_not_told(
    tmp_path: Path,
) -> None:
    text = """
import numpy as np


def descend(w, g, lr):
    return w - lr * g


def run(kind, lr):
    return descend(np.ones(2), np.ones(2), lr) if kind == "rmsprop" else None
"""
    _, results = judged(tmp_path, {"plain": text})
    assert results["plain"].deviations == ("average=none",)


def test_a_guess_explains(tmp_path: Path) -> None:
    inside = source("parameter objects").replace(
        "(np.sqrt(self.v[i]) + self.eps)", "np.sqrt(self.v[i] + self.eps)"
    )
    reset = source("a method that is handed its averages").replace(
        "return w, b, sdw, sdb", "return w, b"
    )
    own = source("a nested class").replace(
        "np.sqrt(self.v[k]) + self.eps", "self.v[k] ** 0.5 + 1e-3"
    )
    settings = """
import numpy as np


def rmsprop(params, states, hyperparams):
    for p, s in zip(params, states):
        s[:] = hyperparams["gamma"] * s + (1 - hyperparams["gamma"]) * p.grad**2
        p.data[:] -= hyperparams["lr"] * p.grad / (np.sqrt(s) + 1e-3)
"""
    held = """
import numpy as np


class RMSProp:
    def __init__(self, params, config):
        self.params, self.config, self.v, self.b = params, config, {}, {}

    def step(self, grads):
        c = self.config
        for k, g in grads.items():
            self.v[k] = c.rho * self.v.get(k, 0.0) + (1 - c.rho) * g**2
            step = c.lr * g / (np.sqrt(self.v[k]) + c.eps)
            self.b[k] = c.momentum * self.b.get(k, 0.0) + step
            self.params[k] -= self.b[k]
"""
    record = """
class Config:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8, momentum=0.9):
        self.lr, self.rho, self.eps, self.momentum = lr, rho, eps, momentum
"""
    texts = {"inside": inside, "own": own, "reset": reset, "settings": settings, "held": held}
    _, results = judged(tmp_path, {**texts, "by default": (held + record).replace("eps", "jitter")})
    assert (results["held"].bound or "").endswith(", momentum = 0.0")
    assert results["by default"].deviations == ("momentum=lr_in_buffer",)
    assert results["settings"].deviations == ("eps=ignored",)
    assert results["reset"].deviations == ("state=reset",)
    assert results["inside"].deviations == ("epsilon=inside",)
    assert results["own"].deviations == ("eps=ignored",)


def test_a_name_that_no_argument_causes_is_the_ports_own_fault(tmp_path: Path) -> None:
    text = source("a layer").replace("np.sqrt(layer.weight_cache)", "np.squrt(layer.weight_cache)")
    handed = """
def rmsprop(w, dw, v, lr=0.01, beta=0.9, eps=1e-8):
    v = beta * v + (1 - beta) * dw**2
    return w - lr * dw / (sqrt(v) + eps), v
"""
    _, results = judged(tmp_path, {"misspelt": text, "handed": handed})
    faults = [result.verdict.fault for result in results.values()]
    assert [fault.kind if fault else "" for fault in faults] == ["crashes", "crashes"]
    assert "has no attribute 'squrt'" in str(faults)
    assert "name 'sqrt' is not defined" in str(faults)


def test_an_attribute_that_nothing_sets_is_the_ports_own_fault(tmp_path: Path) -> None:
    text = source("a layer that takes its step").replace(
        "self.rho * layer.sw", "self.roe * layer.sw"
    )
    _, results = judged(tmp_path, {"misspelt": text})
    fault = results["misspelt"].verdict.fault
    assert fault is not None
    assert fault.kind == "crashes"
    assert "'RMSProp' object has no attribute 'roe'" in fault.message


def test_what_another_class_sets_of_itself_is_not_set(tmp_path: Path) -> None:
    text = (
        source("parameter objects")
        .replace("self.rho *", "self.beta *")
        .replace("self.alpha *", "self.beta *")
    )
    text += "\n\nclass SGD:\n    def __init__(self, beta=0.9):\n        self.beta = beta\n"
    _, results = judged(tmp_path, {"misspelt": text})
    fault = results["misspelt"].verdict.fault
    assert fault is not None
    assert fault.kind == "crashes"
    assert "object has no attribute 'beta'" in fault.message


def test_what_another_file_sets_is_nobodys_fault(tmp_path: Path) -> None:
    text = source("a layer that takes its step").replace(
        "self.rho * layer.sw", "self.roe * layer.sw"
    )
    (tmp_path / "training.py").write_text("optimizer.roe = 0.9\n", encoding="utf-8")
    _, results = judged(tmp_path, {"set elsewhere": text})
    assert results == {}


def test_what_another_call_would_have_made_is_nobodys_fault(tmp_path: Path) -> None:
    text = source("prepared before the first step").replace(
        "prepare_update(self, params)", "prepare_update(self, params, mystery)"
    )
    text = text.replace("np.zeros_like(p)", "np.full_like(p, mystery)")
    outcome, results = judged(tmp_path, {"unprepared": text})
    assert results == {}
    assert "it fails without what another call" in outcome.errors[0]
    assert "has no attribute 'state'" in outcome.errors[0]


@pytest.mark.parametrize(
    ("name", "step", "said"),
    [
        ("lists of arrays", "p -= self.lr *", "p -= self.more * self.pace *"),
        ("a layer", "-= self.lr *", "-= self.more * self.pace *"),
        ("a layer", "-= self.lr *", "-= self.more *"),
    ],
)
def test_what_it_is_not_told_is_no_constant_of_its_own(
    name: str, step: str, said: str, tmp_path: Path
) -> None:
    text = source(name).replace(step, said)
    text = text.replace("learning_rate=0.01", "pace=0.01, more=0.003")
    text = text.replace("self.lr,", "self.more, self.pace,").replace(
        "= learning_rate,", "= more, pace,"
    )
    assert text.count("pace") > 2
    outcome, results = judged(tmp_path, {"untold": text})
    assert "learning_rate=ignored" not in {d for r in results.values() for d in r.deviations}
    assert results or "pace or more is the learning rate" in outcome.errors[0]


def test_of_two_learning_rates_the_one_that_a_step_uses_is_told(tmp_path: Path) -> None:
    text = source("a layer").replace("learning_rate=0.01", "lr=0.01, eta=0.003")
    text = text.replace("self.lr, self.rho", "self.idle, self.lr, self.rho")
    text = text.replace("= learning_rate,", "= lr, eta,")
    _, results = judged(tmp_path, {"two rates": text})
    assert results["two rates"].verdict.word == "exact"
    assert results["two rates"].bound.endswith(", eta as the learning rate")


@pytest.mark.parametrize("sets", ["if __name__ == '__main__':", "def go():\n    global pace"])
def test_what_is_set_when_it_is_run_as_a_script_is_nobodys_fault(sets: str, tmp_path: Path) -> None:
    text = source("lists of arrays").replace("self.lr *", "pace * self.lr *")
    assert "pace" in text
    _, results = judged(tmp_path, {"run": f"{text}\n\n{sets}\n    pace = 1.0\n"})
    assert results == {}


def test_what_another_call_makes_of_zeros_begins_with_zeros(tmp_path: Path) -> None:
    text = source("prepared before the first step").replace(
        "prepare_update(self, params)", "prepare_update(self, params, mystery)"
    )
    text = text.replace("in params.items()}", "in params.items() if mystery > 1}")
    _, results = judged(tmp_path, {"unprepared": text})
    assert "self.state: a map of zeros" in results["unprepared"].bound


@pytest.mark.parametrize(
    ("step", "weights"),
    [("self.s = dW**2", "self.W -= "), ("one = dW * dW; self.s = one", "self.W = self.W - ")],
)
def test_an_average_that_a_square_begins_is_not_begun_with_zeros(
    tmp_path: Path, step: str, weights: str
) -> None:
    text = f"""import numpy as np

class Net:
    def __init__(self, sizes, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.s = lr, rho, eps, None
        self.W = np.random.randn(sizes[0], sizes[1])

    def rmsprop(self, dW):
        if self.s is None:
            {step}
        else:
            self.s = self.rho * self.s + (1 - self.rho) * dW**2
        {weights}self.lr * dW / (np.sqrt(self.s) + self.eps)
"""
    _, results = judged(tmp_path, {"lazily": text})
    diagnosis = results["lazily"].diagnosis
    assert diagnosis is not None
    assert diagnosis.best is not None
    assert diagnosis.best.deviations == ("initial_average=first_square",)


def test_that_time_ran_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guess.Budget.__init__, "__defaults__", (0.0,))
    outcome, _ = judged(tmp_path, {"late": source("a layer")})
    assert "time ran out after 0 s of guesses" in outcome.errors[0]


def test_in_lists_of_lists_what_goes_by_one_place_is_seen() -> None:
    """`state[k][0]` for all of `weights[k]` was right where each had a list of its own."""
    leaf = {"kind": "leaf", "role": "weights"}
    spec = {"kind": "list", "of": {"kind": "list", "of": leaf}}
    made = Builder(lambda role, piece, begun: piece, "abc", 1, {}).build(spec, [0, 1, 2])
    assert made == [[[0, 1], [2, None]]]
