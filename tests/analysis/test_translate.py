"""Translations hold: what is said to be equal is, replayed on what nothing was solved on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support import CommandLine

from harness.analysis.compare_dialects import compare_dialects
from harness.analysis.translate import drift
from harness.analysis.translate.algebra import sameness, settled
from harness.analysis.translate.drift import Configured, worst
from harness.analysis.translate.solve import Solution, configured, solve
from harness.analysis.translate.translation import read, translate
from harness.model.errors import UsageError
from harness.report.translation import changes
from python_ref.dialects.calls import calls_of
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import LIBRARIES
from python_ref.dialects.settings import Call
from python_ref.dialects.settings_table import CALLS
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

PYTHON = [call for call in CALLS if call.literals[0] == "True"]
NAMES = list(dict.fromkeys(call.library for call in PYTHON))
STEPS = 40
# A hundred thousand roundings of the way; the smallest difference of formulas drawn is far larger.
ROUNDING = 1e-11


@pytest.fixture
def _few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearest settings are measured on less: these tests are about what is claimed of them."""
    noise = drift._noise()[:STEPS]
    monkeypatch.setattr(drift, "STEPS", STEPS)
    monkeypatch.setattr(drift, "_noise", lambda: noise)


def drawn(call: Call, random: np.random.Generator) -> dict[str, Any]:
    """Settings of a call at random, options and switches as often as not."""
    numbers = {
        "learning_rate": lambda: 10 ** random.uniform(-4, -1),
        "decay_rate": lambda: random.uniform(0.5, 0.999),
        "epsilon": lambda: 10 ** random.uniform(-9, -2),
        "momentum": lambda: random.uniform(0.3, 0.99),
        "weight_decay": lambda: 10 ** random.uniform(-3, -1),
        "clip": lambda: 10 ** random.uniform(-3, -1),
    }
    while True:
        settings: dict[str, Any] = {}
        for name, role in call.roles.items():
            option = role not in ("learning_rate", "decay_rate", "epsilon")
            if role in numbers and not (option and random.random() < 0.6):
                settings[name] = numbers[role]()
        for name, values in call.choices.items():
            value = values[random.integers(len(values))]
            settings[name] = settings[value] if isinstance(value, str) else value
        roles = [call.roles[name] for name in settings if name in call.roles]
        if len(roles) == len(set(roles)) and call.possible(settings):
            return settings


def trajectory(call: Configured, schedule: bool, seed: int) -> NDArray[np.float64]:
    """Weights after every step (T, N), fed with what no translation was measured on."""
    random = np.random.default_rng(seed)
    scale = np.concatenate([np.geomspace(1e-9, 1e-4, 4), np.geomspace(1e-3, 3, 4)])
    gradients = (random.standard_normal((STEPS, 8)) + 0.3) * scale
    rates = call.values["learning_rate"] * (10 ** random.uniform(-1, 0, STEPS) if schedule else 1)
    weights = random.standard_normal(8)

    def arrays(row: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        return {"a": row[:3], "b": row[3:]}

    scenario = Scenario(
        "drawn", "", call.values["learning_rate"], call.values["decay_rate"],
        call.values["epsilon"], arrays(weights), [arrays(g) for g in gradients],
        learning_rates=tuple(rates.tolist()) if schedule else (),
    )  # fmt: skip
    options = {n: v for n, v in call.values.items() if n not in scenario.hyperparameters}
    dialect = Dialect([d for d in call.dialect.deviations if not d.startswith("float32_hyper")])
    return replay(scenario.having(options), [Hypothesis(dialect)]).weights[0]


def apart(first: Configured, second: Configured, schedule: bool, seed: int) -> float:
    """The largest distance, as a share of the whole way that its weight went."""
    a, b = (trajectory(call, schedule, seed) for call in (first, second))
    way = np.abs(np.diff(a, axis=0)).sum(axis=0) + np.abs(a[0])
    return float((np.abs(a - b) / way).max())


def check(source: Call, settings: dict[str, Any], found: Solution, seed: int) -> None:
    first, second = configured(source, settings), configured(found.call, found.settings)
    told = settings, found.settings
    if found.sameness == "always":
        for schedule in (False, True):
            assert apart(first, second, schedule, seed) < ROUNDING, told
    elif found.sameness == "constant learning rate":
        assert apart(first, second, False, seed) < ROUNDING, told
        assert apart(first, second, True, seed) > ROUNDING, told
    else:
        lost, share = worst(found.drift)
        assert lost or share > ROUNDING, told


def pairs() -> list[Any]:
    """Every ordered pair; a target of each source is in the suite, the others in `slow`."""
    found = []
    for i, source in enumerate(NAMES):
        for j, target in enumerate(NAMES):
            few = (j - i) % len(NAMES) == 1 + 8 * (i % 2)
            found.append(pytest.param(source, target, marks=() if few else (pytest.mark.slow,)))
    return found


@pytest.mark.usefixtures("_few_steps")
@pytest.mark.parametrize(("source", "target"), pairs())
def test_what_is_claimed_of_a_translation_holds_where_both_are_replayed(
    source: str, target: str
) -> None:
    seed = NAMES.index(source) * 100 + NAMES.index(target)
    random = np.random.default_rng(seed)
    for call in calls_of(source):
        settings = drawn(call, random)
        check(call, settings, solve(configured(call, settings), calls_of(target)), seed)


@pytest.mark.parametrize("library", NAMES)
@pytest.mark.usefixtures("_few_steps")
def test_a_library_is_translated_to_itself(library: str) -> None:
    random = np.random.default_rng(NAMES.index(library))
    call = calls_of(library)[0]
    source = configured(call, drawn(call, random))
    assert solve(source, calls_of(library)).sameness == "always"


@pytest.mark.parametrize(
    ("source", "target", "given", "word", "code"),
    [
        ("torch", "optax", ["lr=0.01", "alpha=0.9"], "always",
         ["optax.rmsprop(learning_rate=0.01, decay=0.9, eps=1e-08, eps_in_sqrt=False)"]),
        ("torch", "optax", ["momentum=0.9", "weight_decay=0.001", "centered=True"], "always",
         ["optax.chain(",
          "    optax.add_decayed_weights(0.001),",
          "    optax.scale_by_stddev(decay=0.99, eps=1e-08, eps_in_sqrt=False),",
          "    optax.trace(0.9),",
          "    optax.scale_by_learning_rate(0.01),",
          ")"]),
        ("torch", "keras-3", ["alpha=0.9"], "never",
         ["keras.optimizers.RMSprop(learning_rate=0.01, rho=0.9, epsilon=1e-16)"]),
        ("torch", "keras-3", ["eps=0", "weight_decay=0.002"], "always",
         ["keras.optimizers.RMSprop(learning_rate=0.01, rho=0.99, epsilon=0.0)",
          "kernel_regularizer=keras.regularizers.L2(0.001)  # of every layer; bias_regularizer,"
          " too"]),
        ("keras-3", "torch", ["epsilon=0", "weight_decay=0.004"], "always",
         ["torch.optim.RMSprop(params, lr=0.001, alpha=0.9, eps=0.0)",
          "for group in optimizer.param_groups:  # before optimizer.step()",
          "    for param in group['params']:",
          "        param.data.mul_(1 - group['lr'] * 0.004)"]),
        ("encog", "torch", ["learningRate=0.01"], "always",
         ["torch.optim.RMSprop(params, lr=0.001, alpha=0.99, eps=1e-09, maximize=True)"]),
        ("nd4j", "optax", ["learningRate=0.5"], "always",
         ["optax.rmsprop(learning_rate=0.5, decay=0.95, eps=1e-08, initial_scale=1e-08,"
          " eps_in_sqrt=False)"]),
        ("keras", "optax", ["momentum=0.9"], "always",
         ["optax.rmsprop(learning_rate=0.001, decay=0.9, eps=1e-07, momentum=0.9)"]),
        ("paddle", "torch", ["learning_rate=0.1", "epsilon=0", "momentum=0.5"],
         "constant learning rate",
         ["torch.optim.RMSprop(params, lr=0.1, alpha=0.95, eps=0.0, momentum=0.5)"]),
        ("tfjs", "gorgonia", ["learningRate=0.1"], "always",
         ["gorgonia.NewRMSPropSolver(gorgonia.WithLearnRate(0.1), gorgonia.WithRho(0.9),"
          " gorgonia.WithEps(1e-07))"]),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("_few_steps")
def test_the_call_to_paste(
    source: str, target: str, given: list[str], word: str, code: list[str]
) -> None:
    solution = translate(read(source, given), target).solution
    assert (solution.sameness, list(solution.call.code(solution.settings))) == (word, code)


@pytest.mark.usefixtures("_few_steps")
def test_what_was_changed_is_said_once_each() -> None:
    found = translate(read("torch", ["momentum=0.9", "weight_decay=0.01"]), "keras-3")
    sentences = list(changes(found))
    for part in ("its square", "L2 penalty of 0.5", "enters the buffer", "rounds learning rate"):
        assert sum(part in sentence for sentence in sentences) == 1, part
    assert {d.source[0] for d in found.defaults} == {"lr", "alpha", "eps"}
    assert not found.missing.keys() - {"epsilon"}


@pytest.mark.usefixtures("_few_steps")
def test_what_the_target_cannot_do_is_said_with_the_nearest() -> None:
    found = translate(read("optax", ["learning_rate=0.1", "bias_correction=True"]), "mlx")
    assert found.solution.sameness == "never"
    assert found.missing["bias_correction"] == ("yes", "no")
    assert any(s.startswith("lost: averages are corrected") for s in changes(found))


def test_copied_settings_drift_further_than_solved_ones() -> None:
    found = translate(read("torch", []), "keras-3")
    assert found.copied is not None
    for solved, copied in zip(found.solution.drift, found.copied, strict=True):
        assert solved.share < copied.share
    ordinary = [d.share for d in found.solution.drift if d.gradients == "ordinary"]
    assert max(ordinary) < 1e-3 < min(d.share for d in found.copied)


def test_leaking_sums_are_averages_scaled_whatever_epsilon() -> None:
    values = {"learning_rate": 0.1, "decay_rate": 0.75, "epsilon": 0.5}
    scaled = {"learning_rate": 0.05, "decay_rate": 0.75, "epsilon": 0.25}
    leaks = settled(Dialect(["average=leaky_sum"]), values)
    assert sameness(leaks, settled(Dialect(), scaled)) == "always"
    inside = ["average=leaky_sum", "epsilon=inside"]
    scaled["epsilon"] = 0.125
    leaks = settled(Dialect(inside), values)
    assert sameness(leaks, settled(Dialect(inside[1:]), scaled)) == "always"


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.library} {call.objects[:1]}")
def test_a_row_is_of_a_library_and_its_settings_are_complete(call: Call) -> None:
    named = {role: call.defaults[name] for name, role in call.roles.items()
             if name in call.defaults} | dict(call.fixed)  # fmt: skip
    if call.library in LIBRARIES:
        library = LIBRARIES[call.library].library
        for role in ("learning_rate", "decay_rate", "epsilon"):
            assert getattr(library, role) == named[role]
    assert set(call.roles) <= {*call.defaults, *call.beside}
    assert call.code(dict.fromkeys(call.required(), 0.5))


@pytest.mark.parametrize(
    ("library", "given", "message"),
    [
        ("tortch", [], "no library is called 'tortch'"),
        ("torch", ["rho=0.9"], "rho: PyTorch has no such setting; did you mean alpha?"),
        ("torch", ["lr"], "'lr': not of the form NAME=VALUE, as in lr=0.01"),
        ("torch", ["lr=fast"], "lr: 'fast' is neither a number nor True, False or None"),
        ("torch", ["lr=1", "lr=2"], "lr: is given twice"),
        ("torch", ["alpha=1.5"], "alpha: 1.5 is not from 0 to 1"),
        ("torch", ["eps=-1e-8"], "eps: -1e-08 is negative"),
        ("caffe", [], "what settings 'caffe' has is not in the table; there are "),
        ("torch", ["lr=0"], "lr: with 0 no weight moves, whatever else is set"),
        ("torch", ["lr=1e999"], "lr: inf is no finite number"),
        ("torch", ["lr=True"], "lr: True is no finite number"),
        ("torch", ["weight_decay=0.1", "decoupled_decay=0.1"],
         "PyTorch: weight_decay, decoupled_decay cannot be used together"),
        ("optax", [], "Optax has no default for learning_rate; give it, as in learning_rate=0.01"),
    ],
)  # fmt: skip
def test_bad_settings_are_refused_by_name(library: str, given: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(library, given)
    assert message in str(caught.value)


def test_the_command_says_whether_it_is_the_same(cli: CommandLine) -> None:
    done = cli("translate", "--from", "torch", "--to", "keras-3", "lr=0.01")
    assert done.code == 1
    assert "    keras.optimizers.RMSprop(learning_rate=0.01, rho=0.99, epsilon=1e-16)" in done.out
    assert "Not always the same: Keras 3 has no setting that is equal for every input." in done.out
    done = cli("translate", "--from", "torch", "--to", "mlx", "lr=0.01")
    assert done.code == 0
    assert "The same, whatever the gradients" in done.out


def test_dialects_compare_says_which_defaults_differ_and_translates(call: CommandLine) -> None:
    done = call("dialects", "compare", "pytorch", "keras-3")
    assert done.code == 0
    assert "defaults differ: alpha is 0.99 in PyTorch, rho 0.9 in Keras 3" in done.out
    assert "keras.optimizers.RMSprop(" not in done.out
    done = call("dialects", "compare", "pytorch", "keras-3", "momentum=0.9")
    assert "keras.optimizers.RMSprop(learning_rate=0.01, rho=0.99, momentum=0.9" in done.out
    assert call("dialects", "compare", "reference", "epsilon=inside", "x=1").code == 2


def test_how_far_two_dialects_are_apart_is_told_where_one_does_not_move_or_is_no_number(
    call: CommandLine,
) -> None:
    stays = "after step 1 weights are up to 0.00316 apart, up to 100 % of the longer of both ways"
    for pair in (["reference", "write=none"], ["write=none", "reference"]):
        assert stays in call("dialects", "compare", *pair).out
    variance = Dialect(["centered=yes", "average=absolute"])  # negative where gradients are large
    for pair in ([variance, Dialect()], [Dialect(), variance]):
        differences = compare_dialects(*pair).differences
        assert all(math.isnan(difference.share) for difference in differences.values())
