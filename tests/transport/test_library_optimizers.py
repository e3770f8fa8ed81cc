"""Optimizers of libraries: found, fed with their own names, and held against their settings.

Small stand-ins with the libraries' interfaces are driven in this process; where a real library is
installed, it is, too.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import CommandLine

from harness.judging.goldens import Goldens
from harness.judging.judge import judge
from harness.judging.verdict import Result
from harness.model.errors import UsageError
from harness.model.observation import Observation, flat_gradients, flat_weights
from harness.model.words import CHOSEN
from harness.ports.roles import Wanted
from harness.ports.targets import own
from harness.report import words
from harness.report.notes import notes_of
from harness.transport.attach import roles_of
from harness.transport.attach_library import attach_library
from harness.transport.base import Description
from harness.transport.libraries.host import of_things
from python_ref.scenarios.scenario import Scenario

STAND_INS = Path(__file__).with_name("libraries")
PACKAGES = ("torch", "keras", "optax", "jax")
# Mixed and many ones, one that a step leaves out, and an empty one.
FED = "*-array*"


class Direct:
    """A transport without a process."""

    name = "local"

    def __init__(self, things: Mapping[str, Any], wanted: Wanted, asked: str = "") -> None:
        self._host = of_things(things, asked, dict(wanted.settings))
        self._wanted, self._message = wanted, {}

    def describe(self) -> Description:
        assert self._host is not None, "no optimizer of a library"
        return attach_library(self, self._host.shape(), self._wanted)

    def bind(self, message: dict[str, Any]) -> None:
        self._message = message
        self._host.bind(message)

    def run(self, scenario: Scenario, precision: str) -> Observation:
        from harness.transport.replies import facts_of, fault_of

        hyper = scenario.values(roles_of(self._message))
        names, weights = scenario.names, flat_weights(scenario)
        if failure := self._host.open(precision, hyper, names, scenario.lengths, weights):
            return Observation(np.zeros((0, scenario.size)), fault=fault_of(failure))
        answer = self._host.run(scenario.steps, *flat_gradients(scenario, 0, scenario.steps))
        fault = fault_of(answer["failure"]) if answer["failure"] else None
        return Observation(answer["weights"], None, fault, facts_of(answer["facts"]))

    def run_many(self, scenarios: Sequence[Scenario], precision: str) -> Iterator[Observation]:
        return (self.run(scenario, precision) for scenario in scenarios)

    def restart(self) -> None:
        """There is no process."""


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(STAND_INS))
    before = {name: m for name, m in sys.modules.items() if name.split(".")[0] in PACKAGES}
    for name in before:
        del sys.modules[name]
    yield
    for name in [name for name in sys.modules if name.split(".")[0] in PACKAGES]:
        del sys.modules[name]
    sys.modules.update(before)


def judged(target: str, settings: Sequence[str] = (), claims: Sequence[str] = ()) -> Result:
    """An object of a module of the stand-ins, with its settings, against a few goldens."""
    module, _, name = target.partition(":")
    port = own(target, claims, settings=settings)
    thing = getattr(importlib.import_module(module), name)
    return judge(port, Direct({name: thing}, port.wanted, name), Goldens(FED))


def of_source(text: str, settings: Sequence[str] = (), name: str = "") -> Result:
    """What a user has in a file."""
    namespace: dict[str, Any] = {"__name__": "mine"}
    exec(text, namespace)
    things = {
        key: thing
        for key, thing in namespace.items()
        if key not in PACKAGES and getattr(thing, "__module__", None) != "builtins"
    }
    port = own("mine:it", settings=settings)
    return judge(port, Direct(things, port.wanted, name), Goldens(FED))


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize(
    ("target", "settings", "claim", "fixed"),
    [
        ("torch.optim:RMSprop", (), (), {}),
        ("torch.optim:RMSprop", ("centered=True",), ("centered=yes",), {}),
        ("torch.optim:RMSprop", ("momentum=0.5",), ("momentum=lr_out_of_buffer",),
         {"momentum": 0.5}),
        ("torch.optim:RMSprop", ("weight_decay=0.25", "maximize=True"),
         ("direction=ascent", "weight_decay=coupled", "order=maximize_before_decay"),
         {"weight_decay": 0.25}),
        ("torch.optim:RMSprop", ("alpha=0.75", "lr=0.125"), (),
         {"learning_rate": 0.125, "decay_rate": 0.75}),
        ("keras:RMSprop", (), ("epsilon=inside", "float32_hyperparameters=learning_rate"), {}),
        ("keras:RMSprop", ("momentum=0.5", "clipvalue=0.5"),
         ("epsilon=inside", "momentum=lr_in_buffer", "clip=value",
          "float32_hyperparameters=learning_rate"), {"momentum": 0.5, "clip": 0.5}),
        ("keras:RMSprop", ("weight_decay=0.25",),
         ("epsilon=inside", "weight_decay=decoupled", "float32_hyperparameters=learning_rate"),
         {"weight_decay": 0.25}),
        ("optax:rmsprop", (), ("epsilon=inside",), {}),
        ("optax:rmsprop", ("eps_in_sqrt=False", "jit=True"), (), {}),
        ("optax:rmsprop", ("initial_scale=1.0",), ("epsilon=inside", "initial_average=one"), {}),
    ],
)  # fmt: skip
def test_a_librarys_own_is_right_as_its_settings_have_it(
    target: str, settings: tuple[str, ...], claim: tuple[str, ...], fixed: dict[str, float]
) -> None:
    result = judged(target, settings)
    assert result.port.claim.deviations == claim
    assert result.called is not None
    assert dict(result.called.fixed) == fixed
    assert result.verdict.word in ("exact", "conforms"), words.why(result)
    assert result.verdict.compared


@pytest.mark.usefixtures("stand_ins")
def test_what_was_claimed_goes_before_the_settings() -> None:
    result = judged("optax:rmsprop", claims=["pytorch"])
    assert result.verdict.word == "diverges"
    assert result.deviations == ("epsilon=inside",)


@pytest.mark.usefixtures("stand_ins")
def test_a_claimed_option_is_fed_to_the_parameter_that_takes_it() -> None:
    result = judged("keras:RMSprop", claims=["keras-3 clipvalue", "keras-3 float64"])
    assert result.verdict.word in ("exact", "conforms"), words.why(result)
    assert result.called is not None
    assert result.called.fixed == {}


SUBCLASS = """
import torch.optim
import numpy as np

class Mine(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        super().__init__(params, dict(lr=lr, alpha=alpha, eps=eps))
        self.v = {}

    def step(self):
        for p in self.params:
            if p.grad is not None:
                w, g = p.values, p.grad.values
                lr, d, eps = (w.dtype.type(self.defaults[k]) for k in ("lr", "alpha", "eps"))
                v = self.v[id(p)] = d * self.v.get(id(p), np.zeros_like(w)) + (1 - d) * (g * g)
                w -= (lr * g) / (np.sqrt(v) + eps)
"""
CHAIN = """
import optax

def make_optimizer(learning_rate, decay=0.9, eps=1e-8):
    return optax.chain(optax.scale_by_rms(decay, eps, 0.0, False), optax.scale(-learning_rate))
"""
MADE = """
import keras

optimizer = keras.RMSprop(0.25, rho=0.5, epsilon=0.125)
"""


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize(
    ("text", "claim", "fixed"),
    [
        (SUBCLASS, (), {}),
        # A default tells what a name does not: it is fed, and no constant of its own.
        (SUBCLASS.replace("eps=1e-8", "tiny=1e-8").replace("eps=eps", "eps=tiny"), (), {}),
        (CHAIN, (), {}),
        (MADE, ("epsilon=inside", "float32_hyperparameters=learning_rate"),
         {"learning_rate": 0.25, "decay_rate": 0.5, "epsilon": 0.125}),
        (CHAIN.replace("decay=0.9, eps=1e-8", "").replace("decay, eps", "0.5, 0.125"), (), {}),
    ],
)  # fmt: skip
def test_what_people_have_in_files_is_found(
    text: str, claim: tuple[str, ...], fixed: dict[str, float]
) -> None:
    result = of_source(text)
    assert result.called is not None
    assert (result.port.claim.deviations, dict(result.called.fixed)) == (claim, fixed)
    if "0.5, 0.125" in text:  # nobody can say what it is given: its own numbers are found
        assert result.verdict.word == "diverges"
        assert set(result.deviations) == {"decay_rate=ignored", "eps=ignored"}
    else:
        assert result.verdict.word in ("exact", "conforms"), words.why(result)


@pytest.mark.usefixtures("stand_ins")
def test_of_several_the_one_that_says_rmsprop_is_taken() -> None:
    other = SUBCLASS.replace("Mine", "SharedRMSprop")
    result = of_source(SUBCLASS + other)
    assert result.called is not None
    assert (result.called.title, CHOSEN in result.notes) == ("SharedRMSprop()", True)
    with pytest.raises(UsageError, match=r"Mine, Other\. Choose one"):
        of_source(SUBCLASS + SUBCLASS.replace("Mine", "Other"))


@pytest.mark.usefixtures("stand_ins")
def test_of_two_numbers_that_may_be_the_epsilon_none_is_taken() -> None:
    text = SUBCLASS.replace("eps=1e-8", "tiny=1e-8, small=1e-6").replace("eps=eps", "eps=small")
    with pytest.raises(UsageError, match="whether tiny or small is the epsilon"):
        of_source(text)


@pytest.mark.usefixtures("stand_ins")
def test_what_cannot_be_made_is_said_with_the_librarys_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another version may have what it asks for."""
    monkeypatch.setattr(importlib.import_module("torch"), "__version__", "2.1", raising=False)
    fault = of_source(SUBCLASS.replace("super().__init__", "super().no_such")).verdict.fault
    assert fault is not None
    assert fault.message.startswith("making it with torch 2.1: AttributeError: 'super' object")


@pytest.mark.usefixtures("stand_ins")
def test_a_wrong_one_is_told_from_a_right_one() -> None:
    result = of_source(SUBCLASS.replace("np.sqrt(v) + eps", "np.sqrt(v + eps)"))
    assert result.verdict.word == "diverges"
    assert result.deviations == ("epsilon=inside",)


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize(
    ("target", "settings", "message"),
    [
        ("torch.optim:RMSprop", "alhpa=0.9", "RMSprop has no such setting; did you mean alpha?"),
        ("torch.optim:RMSprop", "momentum=-1", "ValueError: Invalid momentum value: -1"),
        ("torch.optim:Layered", "", "model must be given; say --set model=VALUE"),
        ("keras:RMSprop", "rho2=0.9", "did you mean rho?"),
    ],
)
def test_bad_settings_are_refused(target: str, settings: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        judged(target, [settings] if settings else [])
    assert message in str(refused.value)


@pytest.mark.usefixtures("stand_ins")
def test_an_optimizer_for_sparse_gradients_is_unsupported() -> None:
    result = judged("torch.optim:SparseAdam")
    assert result.verdict.word == "unsupported"
    assert "does not support dense gradients" in words.why(result)


@pytest.mark.usefixtures("stand_ins")
def test_what_is_said_of_it() -> None:
    notes = notes_of(judged("torch.optim:RMSprop", ["centered=True", "alpha=0.75"]))
    assert notes[:2] == [
        "judged as PyTorch centered (centered=yes)",
        "with its own decay rate 0.75 in every test case",
    ]


def test_a_file_and_a_name_in_it_over_the_command_line(tmp_path: Path, cli: CommandLine) -> None:
    (tmp_path / "mine.py").write_text(CHAIN.replace("make_optimizer", "compose"))
    asked = ("check", f"{tmp_path / 'mine.py'}:compose", "--golden", "page-one-step")
    done = cli(*asked, env={"PYTHONPATH": str(STAND_INS), "COLUMNS": "200"})
    assert done.code == 0, done.out + done.err
    assert "judged as Chainer" not in done.out
    assert "since what its settings make of it is not known" in " ".join(done.out.split())
    refused = cli(*asked, "--set", "dceay=0.5", env={"PYTHONPATH": str(STAND_INS)})
    assert refused.code == 2
    assert "did you mean decay?" in refused.err


REAL = [
    ("torch", "torch.optim:RMSprop", ["centered=True"]),
    ("optax", "optax:rmsprop", []),
    ("optax", "optax:rmsprop", ["eps_in_sqrt=False", "jit=True"]),
    ("jax", "jax.example_libraries.optimizers:rmsprop", []),
    ("mlx", "mlx.optimizers:RMSprop", []),
    ("keras", "keras.optimizers:RMSprop", ["momentum=0.5"]),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("package", "target", "settings"), REAL)
def test_the_real_one_is_right(package: str, target: str, settings: list[str]) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    result = judged(target, settings)
    assert result.verdict.word in ("exact", "conforms"), words.why(result)


def test_settings_are_for_libraries_alone(tmp_path: Path, cli: CommandLine) -> None:
    (tmp_path / "plain.py").write_text(
        "def update(learning_rate, decay_rate, epsilon, gradients, weights):\n    return weights\n"
    )
    done = cli("check", "plain.py", "--set", "decay_rate=0.5")
    assert done.code == 2
    assert "only the optimizer of a library has settings" in done.err
