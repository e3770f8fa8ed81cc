"""Ports whose names say too little: other ways are compared before a cause is searched for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.diagnosis.diagnose import LARGEST, Diagnosis, Explanation, diagnose
from harness.judging import memory
from harness.judging.beginning import misses_a_place
from harness.judging.guessing import FAR_SECONDS, _belied, _called, _message
from harness.judging.options import Options
from harness.judging.run import Outcome, run
from harness.judging.seeming import only_seems
from harness.judging.verdict import Result, Verdict
from harness.model.observation import Fault, Unreachable
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.ports.targets import of_target
from harness.transport import guess
from harness.transport.base import Description
from harness.transport.guess import Budget, Guess, Guesses
from harness.transport.hosted import HostedTransport
from harness.transport.trying import try_once

FEW = "m*"

# `decay` belongs to the learning rate, and the average's has no name that is known.
TAKES_ANOTHER = """
import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.001, decay_rate=0.0, epsilon=1e-7, smoothing=0.9):
        self.given = learning_rate, decay_rate, epsilon, smoothing
        self.t, self.mean = 0, {}

    def update(self, params, grads):
        rate, decay, epsilon, smoothing = self.given
        rate = rate / (1.0 + decay * self.t)
        self.t += 1
        for k in params:
            v = smoothing * self.mean.get(k, 0.0) + (1 - smoothing) * grads[k] ** 2
            self.mean[k] = v
            params[k] -= rate * grads[k] / (np.sqrt(v) + epsilon)
"""


def judged(folder: Path, text: str, pattern: str = FEW) -> Outcome:
    path = folder / "port.py"
    path.write_text(text, encoding="utf-8")
    return run([of_target(str(path))], Options(pattern=pattern), every_transport=False)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The most deviations of each search for a cause that is begun."""
    begun: list[int] = []

    def counted(evidence: Any, claim: Any, probe: Any, largest: int, **options: Any) -> Diagnosis:
        begun.append(largest)
        return diagnose(evidence, claim, probe, largest, **options)

    monkeypatch.setattr(memory, "diagnose", counted)
    return begun


def test_a_reading_that_is_right_acquits_before_anything_is_searched(
    tmp_path: Path, searches: list[int]
) -> None:
    (result,) = judged(tmp_path, TAKES_ANOTHER).results
    assert result.verdict.word == "exact"
    assert "smoothing is the decay rate" in result.bound
    assert searches == []


def test_a_reading_that_is_explained_is_soon_searched(tmp_path: Path, searches: list[int]) -> None:
    wrong = TAKES_ANOTHER.replace("(np.sqrt(v) + epsilon)", "np.sqrt(v + epsilon)")
    (result,) = judged(tmp_path, wrong).results
    assert result.deviations == ("epsilon=inside",)
    assert "smoothing is the decay rate" in result.bound
    assert max(searches) == 2


ENDED = Unreachable(Fault("crashes", "the process was ended by SIGKILL", fatal=True))


def test_a_way_that_ends_the_process_is_none_that_works() -> None:
    def bind(_message: object) -> None:
        raise ENDED

    observation = try_once(cast(Any, SimpleNamespace(bind=bind)), {})
    assert observation.fault == ENDED.fault


def test_a_process_that_ends_while_ways_are_tried_is_no_fault_of_the_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_self: HostedTransport, _budget: Budget) -> Guesses:
        raise ENDED

    monkeypatch.setattr(HostedTransport, "other_roles", ended)
    outcome = judged(tmp_path, TAKES_ANOTHER)
    assert not outcome.results
    (error,) = outcome.errors
    assert "its process ended while other ways to call it were tried" in error


CLEAR = """
import numpy as np


def update(weights, gradients, state, learning_rate, decay_rate, epsilon):
    state = decay_rate * state + (1 - decay_rate) * gradients**2
    return weights - learning_rate * gradients / np.sqrt(state + epsilon), state
"""


def test_names_that_are_clear_are_searched_once(tmp_path: Path, searches: list[int]) -> None:
    (result,) = judged(tmp_path, CLEAR).results
    assert (result.deviations, result.bound) == (("epsilon=inside",), "")
    assert searches == [3]


# It is called by a guess: what the layer's attributes are, no name of a parameter says.
LAYER = """
import numpy as np


class Optimizer:
    def __init__(self, learning_rate=0.01, rho=0.9, epsilon=1e-8):
        self.rate = learning_rate

    def update_params(self, layer):
        layer.weights -= self.rate * {of}(layer.dweights)
        layer.biases -= self.rate * {of}(layer.dbiases)
"""


# The method that says RMSProp takes a name that no other takes.
BESIDE_OTHERS = """
class Updates:
    kept = {}

    @staticmethod
    def sgd(w, g, lr):
        return w - lr * g

    @staticmethod
    def rmsprop(key, w, g, lr=0.001, rho=0.9, eps=1e-8):
        Updates.kept[key] = rho * Updates.kept.get(key, 0.0) + (1 - rho) * g**2
        return w - lr * g / (Updates.kept[key] ** 0.5 + eps)
"""

# Names that nobody knows, but defaults that everybody does.
UNKNOWN_NAMES = """
class RMSProp:
    def __init__(self, 学習率=0.01, 減衰率=0.9, 微小値=1e-8):
        self.given, self.v = (学習率, 減衰率, 微小値), 0.0

    def update(self, w, g):
        lr, rho, eps = self.given
        g = g / 32
        self.v = rho * self.v + (1 - rho) * g * g
        return w - lr * g / (self.v**0.5 + eps)
"""

# In algebra an epsilon of 64 times as much; what is subnormal loses bits.
DIVIDES = """
class RMSProp:
    def __init__(self, lr=0.01, rho=0.9):
        self.lr, self.rho, self.v = lr, rho, 0.0

    def update(self, w, g):
        g = g / 64
        self.v = self.rho * self.v + (1 - self.rho) * g * g
        return w - self.lr * g / (self.v**0.5 + 1e-8)
"""


# Of one array alone, its numbers may as well be the arrays, until their norm is large.
CLIPS_ALL = """
import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, None

    def updates(self, params, grads):
        norm = np.sqrt(sum(np.sum(g**2) for g in grads))
        grads = [g * (5 / norm) for g in grads] if norm > 5 else grads
        self.v = [0.0 for p in params] if self.v is None else self.v
        self.v = [self.rho * v + (1 - self.rho) * g**2 for v, g in zip(self.v, grads)]
        rows = zip(params, grads, self.v)
        return [p - self.lr * g / (np.sqrt(v) + self.eps) for p, g, v in rows]
"""

# Handed nothing for its state it begins otherwise than with the one that it makes itself.
MAKES_ITS_STATE = """
def {begin}(params):
    return {{k: 0.0 * p for k, p in params.items()}}


def rmsprop(params, grads, state, lr, rho, eps):
    old = state or {{}}
    v = {{k: rho * old[k] + (1 - rho) * g**2 if k in old else g**2 for k, g in grads.items()}}
    return {{k: p - lr * grads[k] / (v[k]**0.5 + eps) for k, p in params.items()}}, v
"""


@pytest.mark.parametrize(
    ("text", "pattern", "deviations"),
    [
        (BESIDE_OTHERS, FEW, ()),
        (UNKNOWN_NAMES, FEW, ("gradient_scale=constant",)),
        pytest.param(DIVIDES, "*float64/[mts]*", ("eps=ignored",), marks=pytest.mark.slow),
        (CLIPS_ALL, "*float64/m*", ("clip=global_norm",)),
        (MAKES_ITS_STATE.format(begin="init_state"), FEW, ()),
        (MAKES_ITS_STATE.format(begin="norms"), FEW, ("initial_average=first_square",)),
    ],
    ids=[
        "of a name that others lack",
        "of names that nobody knows",
        "of what loses bits",
        "of all arrays together",
        "of a state that it makes",
        "of a state that nothing makes",
    ],
)
def test_what_is_named_is_what_the_port_does(
    text: str, pattern: str, deviations: tuple[str, ...], tmp_path: Path
) -> None:
    (result,) = judged(tmp_path, text, pattern).results
    assert result.deviations == deviations
    assert result.verdict.word == ("diverges" if deviations else "exact")


ROWS = """
import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, 0.0

    def update(self, w, grads):
        g = np.mean(grads, axis=0)
        self.v = self.rho * self.v + (1 - self.rho) * g**2
        return w - self.lr * g / (np.sqrt(self.v) + self.eps)
"""


@pytest.mark.usefixtures("briefly")
def test_what_wants_a_row_of_gradients_for_each_example_is_not_accused(tmp_path: Path) -> None:
    outcome = judged(tmp_path, ROWS, "*float64/m*")
    assert outcome.results == ()
    assert "grads is averaged over its first axis" in outcome.errors[0]


@pytest.mark.parametrize(
    ("call", "deviations", "belied"),
    [
        (["learning_rate", None, "epsilon"], ("eps=ignored",), True),
        (["learning_rate", None, "epsilon"], ("epsilon=inside",), False),
        (["learning_rate", "epsilon", None], ("eps=ignored",), False),
        ([None, "epsilon", "learning_rate"], ("learning_rate=ignored",), True),
    ],
)
def test_a_reading_other_than_names_is_belied_where_what_it_gives_has_no_effect(
    call: list[str | None], deviations: tuple[str, ...], belied: bool
) -> None:
    described = Description("python", ("float64",), "array", ())
    by_names = Guess({"call": ["learning_rate", "epsilon", None]}, "", described, 0)
    told = cast(Result, SimpleNamespace(deviations=deviations))
    assert _belied(told, Guess({"call": call}, "", described, 0), by_names) is belied


@pytest.mark.parametrize("of", ["", "np.sign"])
def test_a_guess_that_shows_what_anything_does_is_not_bound(
    tmp_path: Path, of: str, searches: list[int]
) -> None:
    outcome = judged(tmp_path, LAYER.format(of=of))
    assert outcome.results == (), outcome.errors
    (error,) = outcome.errors
    assert "neither right nor explained" in error
    assert searches[0] == 2  # other guesses come before one is searched for long


def result(word: str, *names: str, fault: Fault | None = None) -> Result:
    chosen = tuple((axis, value) for axis, _, value in (n.partition("=") for n in names))
    found = Diagnosis(Explanation(chosen)) if names else None
    return Result(
        Port("p.py", "python"), "python", "local", Verdict(word, fault, compared=1), diagnosis=found
    )


@pytest.mark.parametrize(
    ("error", "step", "elsewhere", "misses"),
    [
        ("KeyError", 1, result("no-update", "write=none"), True),
        ("IndexError", 1, result("diverges"), True),
        ("java.lang.ArrayIndexOutOfBoundsException", 1, result("diverges"), True),
        ("IndexError", 1, result("diverges", "epsilon=inside"), False),
        ("IndexError", 1, result("exact"), False),
        ("IndexError", 2, result("diverges"), False),
        ("ZeroDivisionError", 1, result("diverges"), False),
    ],
)
def test_a_port_that_misses_a_place_may_be_handed_its_arrays_in_another_way(
    error: str, step: int, elsewhere: Result, misses: bool
) -> None:
    fault = Fault("crashes", "it broke", step=step, error=error)
    beside = cast(Any, SimpleNamespace(fault=fault)), cast(Any, SimpleNamespace(fault=None))
    crashed = replace(
        result("crashes", fault=fault),
        elsewhere=(elsewhere.verdict, elsewhere.diagnosis),
        comparisons=beside,
    )
    assert (misses_a_place(crashed) is fault) is misses


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        (result("exact"), True),
        (result("conforms"), True),
        (result("diverges", "epsilon=inside"), True),
        (result("diverges", "average=last"), True),
        (result("diverges"), False),
        (result("diverges", "average=none"), False),
        (result("diverges", "average=none", "momentum=lr_in_buffer"), False),
        (result("no-update", "write=none"), False),
        (result("crashes", "epsilon=inside", fault=Fault("crashes", "x")), False),
        (result("crashes", fault=Fault("crashes", "x")), False),
    ],
)
def test_a_guess_stands_if_it_acquits_or_explains(given: Result, stands: bool) -> None:
    assert given.stands == stands


@pytest.mark.parametrize(
    ("message", "deviations", "seems"),
    [
        ({"function": "f"}, ("initial_average=one", "state=reset"), False),
        ({"graph": {}}, ("initial_average=one", "state=reset"), True),
        ({"graph": {}}, ("state=reset", "eps=ignored"), False),
        ({"graph": {}}, ("initial_average=one",), False),
        ({"function": "f"}, ("write=first_array",), True),
        ({"function": "f"}, ("write=last_array",), True),
        ({"graph": {"others": ["kept[0]"]}}, ("average=swapped", "decay_rate=ignored"), True),
        ({"graph": {"others": ["kept[0]"]}}, ("epsilon=inside",), False),
        ({"graph": {"others": ["kept[0]"]}}, ("epsilon=none",), True),
        ({"graph": {"others": ["x[0]"], "factors": True}}, ("epsilon=none",), False),
        ({"graph": {"factors": True, "zeros": True}}, ("epsilon=none",), True),
        ({"graph": {"plan": {"mended": [["this", ".", "d"]]}}}, ("state=reset",), True),
        ({"graph": {"plan": {"mended": [["this", ".", "d"]]}}}, ("epsilon=inside",), False),
        ({"graph": {"others": ["input[0]"], "factors": True}}, ("average=swapped",), False),
        ({"graph": {"others": []}}, ("average=swapped",), False),
        ({"call": ["iteration", "weights"]}, ("average=last", "eps=ignored"), True),
        ({"call": ["iteration", "weights"]}, ("epsilon=inside",), False),
        ({"call": ["=1", "weights"]}, ("average=last",), False),
    ],
)
def test_what_a_wrong_guess_looks_like_explains_nothing(
    message: dict[str, Any], deviations: tuple[str, ...], seems: bool
) -> None:
    guess = Guess(message, "", cast(Any, None), 0)
    assert only_seems(guess, result("diverges", *deviations)) is seems


@pytest.mark.parametrize(
    ("member", "name", "constant", "seems"),
    [
        (("decay_rate", "ignored"), "decay_rate", 0.99, False),
        (("decay_rate", "ignored"), "decay_rate", 1.0, True),
        (("gradient_scale", "constant"), "gradient_scale", 65536.0, False),
        (("eps", "ignored"), "epsilon", 0.5, True),  # a number of ours
        (("eps", "ignored"), "epsilon", 1e-8, False),
        (("gradient_scale", "constant"), "gradient_scale", 1e8, True),  # 1 / epsilon
    ],
)
def test_a_constant_that_nobody_has_is_no_cause(
    member: tuple[str, str], name: str, constant: float, seems: bool
) -> None:
    found = Diagnosis(Explanation((member,), {name: constant}))
    guess = Guess({"graph": {"others": ["inputs[0]"]}}, "", cast(Any, None), 0)
    assert only_seems(guess, replace(result("diverges"), diagnosis=found)) is seems


def test_all_guesses_at_a_port_have_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is spent by what works for them, not by waiting; the likeliest is searched."""
    now = [0.0]
    monkeypatch.setattr(guess.time, "monotonic", lambda: now[0])
    wrong = SimpleNamespace(verdict=Verdict("diverges"), stands=False)

    def ask_it() -> Any:
        now[0] += 12.0  # on a busy machine
        guess.WORKERS.seconds += 6.0
        return SimpleNamespace(frozen=False, result=lambda *how: (searched.append(how), wrong)[1])

    searched: list[Any] = []
    moved = [Guess({"function": "f"}, f"guess {i}", cast(Any, None), 0) for i in range(4)]
    transport = cast(Any, SimpleNamespace(adopt=lambda _guess: None))
    with pytest.raises(BindingError) as caught:
        _called(transport, Guesses(tuple(moved), ()), ask_it, BindingError("x"), Budget(10.0))
    assert now[0] == 24.0
    assert searched == [(None,), (None,), (LARGEST, FAR_SECONDS)]
    assert str(caught.value).splitlines() == [
        "x",
        "Tried as",
        "  time ran out after 10 s of guesses",
        "  guess 0: neither right nor explained (diverges)",
        "  guess 1: neither right nor explained (diverges)",
    ]


ANOTHER = """
import numpy as np


class Descent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, weights, gradients):
        return weights - self.lr * gradients


class RMSProp{base}:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, 0.0

    def update(self, weights, sampler, costs, ledger):
        return sampler.blend(weights, ledger.note(costs))
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ANOTHER.replace("{base}", ""), "RMSProp says RMSProp, and what fits is"),
        (ANOTHER.replace("{base}", "(Descent)"), "RMSProp says RMSProp, and what fits is"),
    ],
    ids=["another class", "a base"],
)
def test_what_is_not_the_ports_own_is_not_said_of_it(text: str, said: str, tmp_path: Path) -> None:
    outcome = judged(tmp_path, text)
    assert not outcome.results
    assert said in outcome.errors[0]


def test_constants_are_advised_once() -> None:
    known = "say in port.toml beside it"
    guess = f"RMSProp: nobody knows what a is. If constants will do, {known}\n    [give]\n"
    assert "[give]" in _message(BindingError("not bound"), [guess])
    told = _message(BindingError(f"not bound. {known}\n[give]\na = 0.0"), [guess])
    assert told.endswith("RMSProp: nobody knows what a is")


@pytest.mark.parametrize(
    ("worked", "waited", "said"),
    [
        (11.0, 12.0, "time ran out after 10 s of guesses"),
        (3.0, 51.0, "time ran out after 50 s; on a machine that is less busy more may come of it"),
    ],
)
def test_what_ran_out_is_said(worked: float, waited: float, said: str) -> None:
    budget = Budget(10.0)
    assert budget.left > 0
    assert budget._begun is not None
    budget._begun = budget._begun[0] - worked, budget._begun[1] - waited
    assert (budget.left, budget.message) == (0.0, said)
