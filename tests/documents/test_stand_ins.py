"""Stand-ins for libraries: the library's digits, the reference's update, and nothing guessed."""

from __future__ import annotations

import contextlib
import importlib
import io
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from support import REPOSITORY

from harness.documents import stand_ins
from harness.documents.stand_ins.modules import NotReproducible
from python_ref.arithmetic import PLAIN, Arithmetic
from python_ref.dialects import Dialect, Hypothesis, replay
from python_ref.libraries import LIBRARIES
from python_ref.scenarios import Scenario


def ours(name: str) -> bool:
    return name.partition(".")[0] in stand_ins.KNOWN


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    stand_ins.install(list(stand_ins.KNOWN))
    yield
    stand_ins.uninstall()


def module(name: str) -> Any:
    return importlib.import_module(name)


def printed(script: str) -> list[str]:
    """Run a script as a page would have it; return the lines it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(textwrap.dedent(script), "script", "exec"), {"__name__": "__main__"})
    return out.getvalue().splitlines()


# -- known digits -------------------------------------------------------------------------

AS_PYTORCH = """361.0000 302.5840 268.0156 236.2579 205.2928 174.5349 143.7643 112.8619 81.7036
50.0471 17.0591 2.7183 2.7183 2.7183 2.7183 2.7183""".split()
AS_KERAS = """363.0513 330.9281 300.8935 270.8544 240.8105 210.7600 180.7007 150.6295 120.5406
90.4234 60.2539 29.9579 2.7183 2.7183 2.7183 2.7183""".split()

SCRIPTS = {
    "torch": (
        """
        import torch
        from torch import optim

        position = torch.tensor([364.0], requires_grad=True)
        solver = optim.RMSprop([position], lr=0.3)
        for step in range(1500):
            solver.zero_grad()
            (position / torch.log(position)).backward()
            solver.step()
            if step % 100 == 0 or step == 1499:
                print(f"{position.item():.4f}")
        """,
        AS_PYTORCH,
        ["PyTorch"],
    ),
    "torch in a module": (
        """
        import torch
        import torch.nn as nn

        class Slope(nn.Module):
            def __init__(self):
                super().__init__()
                self.position = nn.Parameter(torch.full((1,), 364.0))

            def forward(self):
                return (self.position / self.position.log()).sum()

        model = Slope()
        solver = torch.optim.rmsprop.RMSprop(model.parameters(), lr=0.3)
        for step in range(1500):
            model.zero_grad()
            loss = model()
            loss.backward()
            solver.step()
            if not step % 100 or step == 1499:
                print("%.4f" % model.position.detach().numpy()[0])
        """,
        AS_PYTORCH,
        ["PyTorch"],
    ),
    "tensorflow": (
        """
        import tensorflow as tf

        position = tf.Variable([364.0])
        solver = tf.keras.optimizers.RMSprop(learning_rate=0.3)
        for step in range(1500):
            with tf.GradientTape() as watching:
                value = position / tf.math.log(position)
            solver.apply_gradients([(watching.gradient(value, position), position)])
            if step % 100 == 0 or step == 1499:
                print(f"{position.numpy()[0]:.4f}")
        """,
        AS_KERAS,
        ["Keras 3"],
    ),
    "tensorflow, minimizing a function": (
        """
        import tensorflow as tf
        from tensorflow.keras.optimizers import RMSprop

        position = tf.Variable(364.0)
        solver = RMSprop(0.3)
        for step in range(1500):
            solver.minimize(lambda: position / tf.math.log(position), [position])
            if step % 100 == 0 or step == 1499:
                print(f"{float(position):.4f}")
        """,
        AS_KERAS,
        ["Keras 3"],
    ),
    "keras": (
        """
        import keras
        import tensorflow as tf
        from keras import ops

        position = keras.Variable([364.0])
        solver = keras.optimizers.RMSprop(learning_rate=0.3)
        for step in range(1500):
            with tf.GradientTape() as watching:
                value = ops.divide(position, ops.log(position))
            solver.apply(watching.gradient(value, [position]), [position])
            if step % 100 == 0 or step == 1499:
                print(f"{position.numpy()[0]:.4f}")
        """,
        AS_KERAS,
        ["Keras 3"],
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_prints_the_library_s_digits(name: str) -> None:
    script, digits, dialects = SCRIPTS[name]
    assert printed(script) == digits
    assert stand_ins.used() == dialects


def test_another_dialect_prints_other_digits() -> None:
    """So the digits above do tell dialects apart."""
    assert stand_ins.install(["tensorflow"], {"tensorflow": "TensorFlow 1"}) == ["TensorFlow 1"]
    script, digits, _ = SCRIPTS["tensorflow"]
    others = printed(script)
    assert stand_ins.used() == ["TensorFlow 1"]
    assert sum(a != b for a, b in zip(others, digits, strict=True)) >= 12


# -- gradients ----------------------------------------------------------------------------

Function = Callable[[Any, Any], Any]

FUNCTIONS: dict[str, Function] = {
    "sum and difference": lambda m, x: (3 + x - 2 * x + (1 - x)) * x,
    "quotient": lambda m, x: x / (x + 2),
    "quotient of a number": lambda m, x: 5 / (x * x),
    "quotient of a result": lambda m, x: m.exp(x) / m.log(x + 1),
    "square": lambda m, x: m.square(x - 3),
    "cube": lambda m, x: x**3,
    "root as a power": lambda m, x: x**0.5,
    "inverse powers": lambda m, x: x**-1 + x**-2 + x**-0.5,
    "odd power": lambda m, x: x**2.7,
    "power of a number": lambda m, x: 2.0**x,
    "power of a result": lambda m, x: x**x,
    "negation": lambda m, x: -x * x,
    "absolute value": lambda m, x: m.abs(x - 1) * x,
    "exponential": lambda m, x: m.exp(-x * x),
    "logarithm": lambda m, x: x * m.log(x),
    "root": lambda m, x: m.sqrt(1 + x * x),
    "sine": lambda m, x: m.sin(3 * x),
    "cosine": lambda m, x: m.cos(x) * x,
    "hyperbolic tangent": lambda m, x: m.tanh(x - 1),
    "sigmoid": lambda m, x: m.sigmoid(2 * x),
    "reciprocal": lambda m, x: m.reciprocal(x + 1),
    "greater and lesser": lambda m, x: m.maximum(x, 1 / x) + m.minimum(x * x, 2 + 0 * x),
    "elements": lambda m, x: x[0] * x[1] + x[-1] ** 2,
    "slices": lambda m, x: x[1:] * x[:-1],
    "one element against all": lambda m, x: x[0] * x + x,
    "scalar product": lambda m, x: (x @ x) * x[0],
    "used several times": lambda m, x: m.log(x) * x + x / m.log(x + 1) + x,
}
WHOLE: dict[str, Function] = {
    "total": lambda t, x: t.total(x * x) ** 2,
    "total over an axis": lambda t, x: t.total(t.matrix(x) * t.matrix(x), 0)[1] ** 2,
    "average": lambda t, x: t.average(x**3),
    "average over an axis": lambda t, x: t.average(t.matrix(x) ** 3, 1)[0],
    "matrix by vector": lambda t, x: t.matrix(x) @ x[:2],
    "vector by matrix": lambda t, x: x[2:] @ t.matrix(x),
    "matrix by matrix": lambda t, x: t.matrix(x) @ t.matrix(x),
    "rectifier": lambda t, x: t.relu(x - 1) * x,
    "stacked": lambda t, x: t.stack([x[0] * x[1], x[2]]) * 2,
}


class Torch:
    """The differences in spelling, for the table above."""

    def __init__(self) -> None:
        self.root = module("torch")
        self.functions, self.relu, self.stack = self.root, self.root.relu, self.root.stack

    def total(self, x: Any, axis: int | None = None) -> Any:
        return self.root.sum(x, dim=axis)

    def average(self, x: Any, axis: int | None = None) -> Any:
        return x.mean() if axis is None else x.mean(dim=axis)

    def matrix(self, x: Any) -> Any:
        return x.view(2, 2)

    def value(self, function: Function, point: Any) -> float:
        return float(function(self, self.root.tensor(point)).sum())

    def gradient(self, function: Function, point: Any) -> Any:
        x = self.root.tensor(point, requires_grad=True)
        function(self, x).sum().backward()
        return x.grad.numpy()


class TensorFlow:
    """The differences in spelling, for the table above."""

    def __init__(self) -> None:
        self.root = module("tensorflow")
        self.functions = self.root.math
        self.relu, self.stack = self.root.nn.relu, self.root.stack

    def total(self, x: Any, axis: int | None = None) -> Any:
        return self.root.reduce_sum(x, axis=axis)

    def average(self, x: Any, axis: int | None = None) -> Any:
        return self.root.reduce_mean(x, axis=axis)

    def matrix(self, x: Any) -> Any:
        return self.root.reshape(x, (2, 2))

    def value(self, function: Function, point: Any) -> float:
        return float(self.root.reduce_sum(function(self, self.root.constant(point))))

    def gradient(self, function: Function, point: Any) -> Any:
        x = self.root.Variable(point)
        with self.root.GradientTape() as tape:
            y = function(self, x)
        return tape.gradient(y, x).numpy()


@pytest.mark.parametrize("name", [*FUNCTIONS, *WHOLE])
@pytest.mark.parametrize("library", [Torch, TensorFlow])
def test_gradients_are_those_of_central_differences(library: Any, name: str) -> None:
    spelt = library()
    function = WHOLE.get(name) or (lambda t, x: FUNCTIONS[name](t.functions, x))
    point = np.array([0.7, 1.3, 2.1, 0.4])
    found = spelt.gradient(function, point)
    assert found.dtype == np.float64
    h = 1e-6
    expected = [
        (spelt.value(function, point + h * e) - spelt.value(function, point - h * e)) / (2 * h)
        for e in np.eye(4)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "library", "formula"),
    [
        ("quotient", "torch", lambda x, y: -((x / y) / y)),
        ("quotient", "tensorflow", lambda x, y: (-x / y) / y),
        ("logarithm", "torch", lambda x, y: x / y),
        ("logarithm", "tensorflow", lambda x, y: x * (1 / y)),
    ],
)
def test_float32_gradients_round_as_the_library_s(name: str, library: str, formula: Any) -> None:
    numbers = np.linspace(1.5, 400, 500).astype(np.float32)
    x = np.float32(3.3)
    if library == "torch":
        torch = module("torch")
        y = torch.tensor(numbers, requires_grad=True)
        a = torch.tensor(x)
        (a / y if name == "quotient" else a * torch.log(y)).sum().backward()
        found = y.grad.numpy()
    else:
        tf = module("tensorflow")
        y = tf.Variable(numbers)
        with tf.GradientTape() as recorded:
            z = x / y if name == "quotient" else x * tf.math.log(y)
        found = recorded.gradient(z, y).numpy()
    np.testing.assert_array_equal(found, formula(x, numbers), strict=True)


def test_gradients_add_up_until_they_are_forgotten() -> None:
    torch = module("torch")
    x = torch.tensor(2.0, requires_grad=True)
    (x * x).backward()
    (x * x).backward()
    assert x.grad.item() == 8
    x.grad.zero_()
    (x * x).backward()
    assert x.grad.item() == 4


def test_torch_leaves_out_what_is_detached_or_computed_without_gradients() -> None:
    torch = module("torch")
    x = torch.tensor(3.0, requires_grad=True)
    with torch.no_grad():
        factor = x * 2
    (factor * x + x.detach() * 100 + x.data).backward()
    assert x.grad.item() == 6
    assert not factor.requires_grad


def test_a_tape_records_only_what_it_watches_while_it_is_entered() -> None:
    tf = module("tensorflow")
    x, c = tf.Variable(3.0), tf.constant(2.0)
    with tf.GradientTape() as first:
        earlier = x * x
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(c)
        y = earlier * x * c
    assert [g.numpy() for g in tape.gradient(y, [x, c])] == [18, 27]
    assert first.gradient(earlier, {"x": x})["x"].numpy() == 6
    assert tape.gradient(x * 2, x) is None
    with tf.GradientTape() as third:
        y = c * x
    assert third.gradient(y, c) is None


def test_a_gradient_is_of_the_values_that_were_there_when_it_was_recorded() -> None:
    torch = module("torch")
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    total = torch.zeros(1)
    total += (x * x).sum()
    with torch.no_grad():
        x -= 10
    total.backward()
    assert x.grad.tolist() == [2, 4]
    assert x.tolist() == [-9, -8]


# -- updates ------------------------------------------------------------------------------

GRADIENTS = [[0.5, -1.25, 3.0], [0.1, 0.0, -2.0], [-0.7, 1e-5, 0.3], [0.2, 0.9, 0.9]]
START = [1.0, -2.0, 0.3]
FUSED = Arithmetic(square="left", ema="fused_square")


def torch_trajectory(numbers: Any, dtype: str, options: dict[str, Any]) -> list[Any]:
    torch = module("torch")
    x = torch.tensor(START, dtype=getattr(torch, dtype), requires_grad=True)
    solver = torch.optim.RMSprop([x], **numbers, **options)
    seen = []
    for gradient in GRADIENTS:
        solver.zero_grad()
        (x * torch.tensor(gradient, dtype=x.dtype)).sum().backward()
        solver.step()
        seen.append(x.detach().numpy().copy())
    return seen


def keras_trajectory(numbers: Any, dtype: str, options: dict[str, Any]) -> list[Any]:
    tf = module("tensorflow")
    x = tf.Variable(START, dtype=dtype)
    solver = tf.keras.optimizers.RMSprop(**numbers, **options)
    seen = []
    for gradient in GRADIENTS:
        solver.apply_gradients([(tf.constant(gradient, dtype=dtype), x)])
        seen.append(x.numpy())
    return seen


ROUNDED = "float32_hyperparameters=learning_rate"
UPDATES: dict[str, tuple[dict[str, Any], list[str], dict[str, float]]] = {
    "PyTorch": ({}, [], {}),
    "PyTorch momentum": ({"momentum": 0.8}, ["momentum=lr_out_of_buffer"], {"momentum": 0.8}),
    "PyTorch centered": ({"centered": True}, ["centered=yes"], {}),
    "PyTorch centered momentum": (
        {"centered": True, "momentum": 0.7},
        ["centered=yes", "momentum=lr_out_of_buffer"],
        {"momentum": 0.7},
    ),
    "PyTorch weight_decay": (
        {"weight_decay": 0.2},
        ["weight_decay=coupled"],
        {"weight_decay": 0.2},
    ),
    "PyTorch momentum weight_decay": (
        {"weight_decay": 0.2, "momentum": 0.5},
        ["weight_decay=coupled", "momentum=lr_out_of_buffer"],
        {"weight_decay": 0.2, "momentum": 0.5},
    ),
    "PyTorch maximize": ({"maximize": True}, ["direction=ascent"], {}),
    "Keras 3": ({}, [], {}),
    "Keras 3 momentum": ({"momentum": 0.8}, ["momentum=lr_in_buffer"], {"momentum": 0.8}),
    "Keras 3 centered": ({"centered": True}, ["centered=yes"], {}),
    "Keras 3 centered momentum": (
        {"centered": True, "momentum": 0.7},
        ["centered=yes", "momentum=lr_in_buffer"],
        {"momentum": 0.7},
    ),
    "Keras 3 weight_decay": (
        {"weight_decay": 0.2},
        ["weight_decay=decoupled"],
        {"weight_decay": 0.2},
    ),
    "Keras 3 clipvalue": ({"clipvalue": 0.6}, ["clip=value"], {"clip": 0.6}),
    "Keras 3 clipnorm": ({"clipnorm": 0.6}, ["clip=norm"], {"clip": 0.6}),
    "Keras 3 global_clipnorm": ({"global_clipnorm": 0.6}, ["clip=global_norm"], {"clip": 0.6}),
}


@pytest.mark.parametrize("name", UPDATES)
def test_every_switch_steps_as_the_reference_replays_it(name: str) -> None:
    options, deviations, numbers = UPDATES[name]
    is_torch = name.startswith("PyTorch")
    given = {"lr": 0.07, "alpha": 0.95, "eps": 1e-3} if is_torch else {}
    given = given or {"learning_rate": 0.07, "rho": 0.95, "epsilon": 1e-3}
    own = [] if is_torch else ["epsilon=inside", ROUNDED]
    scenario = Scenario(
        name="fed",
        catches="",
        learning_rate=0.07,
        decay_rate=0.95,
        epsilon=1e-3,
        weights={"w": np.array(START)},
        gradients=[{"w": np.array(gradient)} for gradient in GRADIENTS],
        options=numbers,
    )
    hypothesis = Hypothesis(Dialect([*own, *deviations]), FUSED if is_torch else PLAIN)
    expected = replay(scenario, [hypothesis]).weights[0]
    trajectory = torch_trajectory if is_torch else keras_trajectory
    np.testing.assert_array_equal(trajectory(given, "float64", options), expected)
    assert stand_ins.used() == [name if is_torch else f"{name} float64"]

    narrow = np.array(trajectory(given, "float32", options))
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, expected, rtol=1e-5, atol=1e-6)
    assert stand_ins.used()[-1] == name


def test_maximizing_couples_weights_with_the_sign_of_the_library() -> None:
    """PyTorch negates the gradient first, then adds what decays."""
    torch = module("torch")
    x = torch.tensor([2.0], dtype=torch.float64, requires_grad=True)
    solver = torch.optim.RMSprop([x], lr=0.1, alpha=0.5, weight_decay=0.4, maximize=True)
    (3 * x).sum().backward()
    solver.step()
    g = -3 + 0.4 * 2
    np.testing.assert_allclose(x.item(), 2 - 0.1 * g / (np.sqrt(0.5 * g * g) + 1e-8), rtol=1e-14)


def test_defaults_are_the_library_s_own() -> None:
    group = module("torch").optim.RMSprop([module("torch").zeros(1)]).param_groups[0]
    assert [group[key] for key in ("lr", "alpha", "eps", "momentum", "centered")] == [
        1e-2, 0.99, 1e-8, 0, False,
    ]  # fmt: skip
    g, lr, rho, eps = 1e-3, float(np.float32(1e-3)), 0.9, 1e-7
    tf = module("tensorflow")
    x = tf.Variable(1.0, dtype="float64")
    tf.keras.optimizers.RMSprop().apply_gradients([(g, x)])
    assert x.numpy() == 1 - (lr * g) / np.sqrt((1 - rho) * (g * g) + eps)


def test_legacy_keras_has_epsilon_outside_until_there_is_momentum() -> None:
    tf = module("tensorflow")
    g, eps = 1e-3, 1e-3
    for momentum, divisor in ((0.0, np.sqrt(0.1) * g + eps), (0.5, np.sqrt(0.1 * g * g + eps))):
        x = tf.Variable(1.0, dtype="float64")
        solver = tf.keras.optimizers.legacy.RMSprop(0.5, momentum=momentum, epsilon=eps)
        solver.apply_gradients([(g, x)])
        np.testing.assert_allclose(x.numpy(), 1 - 0.5 * g / divisor, rtol=1e-7)


def naive(rates: list[float], places: list[list[int]], centered: bool = False) -> Any:
    """RMSProp as it stands in books; `places` are the elements without a gradient in a step."""
    w, v, m = np.array(START), np.zeros(3), np.zeros(3)
    for rate, gradient, left_out in zip(rates, GRADIENTS, places, strict=True):
        g, take = np.array(gradient), np.ones(3, dtype=bool)
        take[left_out] = False
        v = np.where(take, 0.99 * v + 0.01 * g * g, v)
        m = np.where(take, 0.99 * m + 0.01 * g, m)
        step = rate * g / (np.sqrt(v - m * m * centered) + 1e-8)
        w = np.where(take, w - np.where(take, step, 0), w)
    return w


def test_a_learning_rate_set_between_steps_is_used_from_then_on() -> None:
    torch = module("torch")
    x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    solver = torch.optim.RMSprop([x], lr=0.3)
    rates = [0.3, 0.1, 0.05, 1.0]
    for rate, gradient in zip(rates, GRADIENTS, strict=True):
        solver.param_groups[0]["lr"] = rate
        x.grad = torch.tensor(gradient, dtype=torch.float64)
        solver.step()
    np.testing.assert_allclose(x.tolist(), naive(rates, [[]] * 4), rtol=1e-13)

    tf = module("tensorflow")
    y = tf.Variable(1.0)
    solver = tf.keras.optimizers.RMSprop(0.5, rho=0.0, epsilon=0.0)
    solver.apply_gradients([(2.0, y)])
    assert y.numpy() == 0.5
    solver.learning_rate = 0.25
    solver.apply_gradients([(2.0, y)])
    assert y.numpy() == 0.25
    solver.learning_rate.assign(0.125)
    solver.apply_gradients([(2.0, y)])
    assert (y.numpy(), solver.iterations.numpy()) == (0.125, 3)


@pytest.mark.parametrize("centered", [False, True])
def test_parameters_without_a_gradient_take_no_part(centered: bool) -> None:
    torch = module("torch")
    places = [[], [1], [0, 2], []]
    x = [torch.tensor([w], dtype=torch.float64, requires_grad=True) for w in START]
    solver = torch.optim.RMSprop(x, lr=0.3, centered=centered)
    for gradient, left_out in zip(GRADIENTS, places, strict=True):
        solver.zero_grad()
        for i, g in enumerate(gradient):
            if i not in left_out:
                (x[i] * g).backward()
        solver.step()
    expected = naive([0.3] * 4, places, centered)
    np.testing.assert_allclose([p.item() for p in x], expected, rtol=1e-12)


def test_weights_written_between_steps_are_stepped_from() -> None:
    torch = module("torch")
    x = torch.tensor([5.0], requires_grad=True)
    seen = x.detach().numpy()  # shares the memory, as in the library
    solver = torch.optim.RMSprop([x], lr=0.5, alpha=0.0, eps=0.0)
    for start, end in ((5, 4.5), (1, 0.5)):
        with torch.no_grad():
            x.fill_(start)
        solver.zero_grad()
        (7 * x).backward()
        solver.step()
        assert x.tolist() == seen.tolist() == [end]


def test_groups_have_hyperparameters_of_their_own() -> None:
    torch = module("torch")
    a, b = (torch.tensor([1.0], requires_grad=True) for _ in range(2))
    solver = torch.optim.RMSprop([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.25, alpha=0.0)
    (a + b).backward()
    solver.step()
    assert (a.item(), b.item()) == (0.75, 0.5)


@pytest.mark.parametrize(
    ("name", "options", "formula"),
    [
        ("SGD", {"lr": 0.1}, lambda g, h: 0.1 * g + 0.1 * h),
        ("SGD", {"lr": 0.1, "momentum": 0.5}, lambda g, h: 0.1 * g + 0.1 * (0.5 * g + h)),
        ("Adagrad", {"lr": 0.1}, lambda g, h: 0.1 * 1 + 0.1 * h / np.sqrt(g * g + h * h)),
        (
            "Adam",
            {"lr": 0.1, "betas": (0.5, 0.9)},
            lambda g, h: (
                0.1
                + 0.1 * ((0.25 * g + 0.5 * h) / 0.75) / np.sqrt((0.09 * g * g + 0.1 * h * h) / 0.19)
            ),
        ),
    ],
)
def test_the_relatives_step_by_their_formula(name: str, options: Any, formula: Any) -> None:
    torch = module("torch")
    x = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    solver = getattr(torch.optim, name)([x], **options)
    for g in (2.0, 3.0):
        x.grad = torch.tensor([g], dtype=torch.float64)
        solver.step()
    np.testing.assert_allclose(1 - x.item(), formula(2.0, 3.0), rtol=1e-7)


@pytest.mark.parametrize(
    ("options", "moved"),
    [
        ({}, 0.1 * 2 + 0.1 * 3),
        ({"momentum": 0.5}, 0.1 * 2 + (0.5 * 0.1 * 2 + 0.1 * 3)),
        ({"momentum": 0.5, "nesterov": True}, (0.5 * 0.2 + 0.2) + (0.5 * 0.4 + 0.3)),
    ],
)
def test_keras_descends_by_its_formula(options: Any, moved: float) -> None:
    keras = module("keras")
    x = keras.Variable(1.0)
    solver = keras.optimizers.SGD(learning_rate=0.1, **options)
    for g in (2.0, 3.0):
        solver.apply([g], [x])
    np.testing.assert_allclose(1 - float(x), moved, rtol=1e-6)


# -- what they say, and what they refuse ---------------------------------------------------


def test_tensors_are_written_as_the_libraries_write_them() -> None:
    lines = printed(
        """
        import tensorflow as tf, torch, keras
        x = torch.tensor([2.0, 10.5], requires_grad=True)
        print(x)
        print(x / 2)
        print(torch.tensor(3.0), torch.tensor([1, 2]), torch.ones(2, dtype=torch.float64))
        print(torch.tensor([1e-5, 1.0]), x.shape, x.dtype)
        print(f"{torch.tensor(0.25):.3f}", (x ** 2).sum())
        print(torch.zeros(2, 2))
        print(tf.constant(2.5), tf.constant([1.0, 2.0]).dtype)
        print(repr(tf.constant([1.0])))
        print(tf.Variable([1.0]))
        print(f"{tf.Variable(2.0).numpy():.2f}")
        print(keras.Variable(2.0))
        """
    )
    assert lines == [
        "tensor([ 2.0000, 10.5000], requires_grad=True)",
        "tensor([1.0000, 5.2500], grad_fn=<DivBackward0>)",
        "tensor(3.) tensor([1, 2]) tensor([1., 1.], dtype=torch.float64)",
        "tensor([1.0000e-05, 1.0000e+00]) torch.Size([2]) torch.float32",
        "0.250 tensor(114.2500, grad_fn=<SumBackward0>)",
        "tensor([[0., 0.],",
        "        [0., 0.]])",
        "tf.Tensor(2.5, shape=(), dtype=float32) <dtype: 'float32'>",
        "<tf.Tensor: shape=(1,), dtype=float32, numpy=array([1.], dtype=float32)>",
        "<tf.Variable 'Variable:0' shape=(1,) dtype=float32, numpy=array([1.], dtype=float32)>",
        "2.00",
        "<Variable path=variable, shape=(), dtype=float32, value=2.0>",
    ]


def test_dtypes_are_those_of_the_libraries() -> None:
    torch, tf = module("torch"), module("tensorflow")
    assert torch.tensor([1.0]).dtype is torch.float32
    assert torch.tensor(np.ones(1)).dtype is torch.float64
    assert (torch.ones(2) * torch.tensor(2.0, dtype=torch.float64)).dtype is torch.float32
    assert (torch.ones(2) * torch.ones(2, dtype=torch.float64)).dtype is torch.float64
    assert (torch.tensor([1, 2]) / 2).tolist() == [0.5, 1.0]
    assert (np.float64(2) * torch.ones(1)).dtype is torch.float32
    assert tf.Variable([1.0]).dtype == tf.float32
    assert (np.array([2.0]) * tf.Variable([1.0])).dtype == tf.float32
    with pytest.raises(TypeError, match="different dtypes: float32, float64"):
        tf.Variable([1.0]) + tf.constant([1.0], dtype=tf.float64)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("import torch; torch.conv2d", "the stand-in for torch has no 'conv2d'"),
        ("import torch.nn as nn; nn.Linear", "the stand-in for torch.nn has no 'Linear'"),
        ("import torch; torch.ones(1).cumsum", "the stand-in for torch's Tensor has no 'cumsum'"),
        ("from torch import optim; optim.LBFGS", "the stand-in for torch.optim has no 'LBFGS'"),
        (
            "import torch; torch.optim.RMSprop([torch.ones(1)]).state_dict()",
            "the stand-in for torch.optim.RMSprop has no 'state_dict'",
        ),
        ("import tensorflow as tf; tf.function", "the stand-in for tensorflow has no 'function'"),
        (
            "from tensorflow import keras; keras.Sequential",
            "the stand-in for tensorflow.keras has no 'Sequential'",
        ),
        (
            "import keras; keras.optimizers.Lion",
            "the stand-in for keras.optimizers has no 'Lion'",
        ),
        (
            "import tensorflow as tf; tf.GradientTape().jacobian",
            "the stand-in for tf.GradientTape has no 'jacobian'",
        ),
    ],
)  # fmt: skip
def test_what_is_lacking_is_named(script: str, message: str) -> None:
    with pytest.raises(AttributeError) as caught:
        printed(script)
    assert str(caught.value) == message


def test_a_name_that_cannot_be_imported_is_named() -> None:
    with pytest.raises(ImportError, match=r"cannot import name 'conv2d' from 'torch' \(stand-in\)"):
        printed("from torch import conv2d")
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'torch\.utils'"):
        printed("import torch.utils.data")


RMSPROP = "torch.optim.RMSprop([torch.ones(1, requires_grad=True)]"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("torch.randn(3)", "random numbers"),
        ("torch.rand(1)", "random numbers"),
        ("tf.random.normal([2])", "random numbers"),
        (f"{RMSPROP}, differentiable=True)", "differentiable=True"),
        ("torch.optim.SGD([torch.ones(1)], nesterov=True, momentum=.9)", "nesterov=True"),
        ("tf.keras.optimizers.RMSprop(use_ema=True)", "use_ema=True"),
        ("tf.keras.optimizers.RMSprop(clipnomr=1.0)", "clipnomr=1.0"),
        ("torch.ones(1).to('cuda')", "a device called cuda"),
        ("torch.autograd.grad(torch.ones(1), torch.ones(1), create_graph=True)", "of derivatives"),
        ("with tf.GradientTape():\n  with tf.GradientTape(): pass", "a tape within a tape"),
        ("print(torch.zeros(1001))", "more than 1000 elements"),
    ],
)
def test_what_only_the_library_knows_is_refused(script: str, reason: str) -> None:
    with pytest.raises(NotReproducible, match=r"the stand-in for .* cannot do this") as caught:
        printed(f"import tensorflow as tf\nimport torch\n{script}")
    assert reason in str(caught.value)


def test_a_gradient_that_would_be_differentiated_again_is_refused() -> None:
    tf = module("tensorflow")
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x**3
        with pytest.raises(NotReproducible, match="itself recorded"):
            tape.gradient(y, x)


def test_keras_on_another_backend_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(NotReproducible, match="run on jax"):
        module("keras").optimizers.RMSprop()


def test_a_switch_that_the_named_dialect_does_not_know_is_refused() -> None:
    stand_ins.install(["torch"], {"torch": "MLX"})
    torch = module("torch")
    x = torch.ones(1, requires_grad=True)
    solver = torch.optim.RMSprop([x], momentum=0.9)
    x.sum().backward()
    with pytest.raises(NotReproducible, match="no dialect is called 'MLX momentum'"):
        solver.step()


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("x = torch.ones(1, requires_grad=True); x += 1", "leaf Variable that requires grad"),
        ("torch.ones(1, requires_grad=True).numpy()", "Can't call numpy"),
        ("(torch.ones(2, requires_grad=True) * 2).backward()", "only for scalar outputs"),
        ("torch.ones(1).backward()", "does not require grad"),
        (
            "y = torch.ones(1, requires_grad=True) ** 2; y.backward(); y.backward()",
            "a second time",
        ),
    ],
)
def test_misuse_fails_as_in_the_library(script: str, error: str) -> None:
    with pytest.raises(RuntimeError, match=error):
        printed(f"import torch\n{script}")


def test_seeds_are_accepted() -> None:
    assert printed(
        "import torch, tensorflow as tf; torch.manual_seed(0); tf.random.set_seed(1)"
    ) == []  # fmt: skip


# -- installing ---------------------------------------------------------------------------


def test_every_optimizer_listed_is_there_under_a_dialect_there_is() -> None:
    for root, optimizers in stand_ins.KNOWN.items():
        for path, dialect in optimizers.items():
            found = module(root)
            for name in path.split("."):
                found = getattr(found, name)
            assert found.library == dialect
            assert dialect in LIBRARIES


@pytest.mark.parametrize(
    ("missing", "names", "roots"),
    [
        (["torch"], ["PyTorch"], {"torch"}),
        (["keras", "tensorflow"], ["Keras 3"], {"keras", "tensorflow"}),
        (["torch", "keras", "seaborn"], ["PyTorch", "Keras 3"], {"torch", "keras"}),
        (["seaborn"], [], set()),
    ],
)
def test_only_what_is_missing_is_put_in(missing: list[str], names: list[str], roots: Any) -> None:
    stand_ins.uninstall()
    before = {name for name in sys.modules if ours(name)}
    assert stand_ins.install(missing) == names
    assert {name.partition(".")[0] for name in sys.modules if ours(name)} - before == roots
    assert stand_ins.used() == []


def test_nothing_is_left_after_uninstalling(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_ins.uninstall()
    real = type(sys)("torch")
    monkeypatch.setitem(sys.modules, "torch", real)
    before = {name: found for name, found in sys.modules.items() if ours(name)}
    stand_ins.install(["torch", "tensorflow", "keras"])
    assert module("torch.optim") is not real
    stand_ins.uninstall()
    stand_ins.uninstall()
    assert {name: found for name, found in sys.modules.items() if ours(name)} == before
    assert module("torch") is real


def test_installing_again_starts_afresh() -> None:
    module("torch").set_default_dtype(module("torch").float64)
    stand_ins.install(["torch"])
    assert module("torch").tensor(1.0).dtype is module("torch").float32


@pytest.mark.parametrize(
    ("dialects", "message"),
    [
        ({"jax": "Optax"}, "no stand-in for 'jax'; there are torch, tensorflow, keras"),
        ({"torch": "PyTroch"}, "no dialect is called 'PyTroch'"),
    ],
)
def test_rejects_unknown_names(dialects: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        stand_ins.install(["torch"], dialects)
    assert not any(name == "torch" for name in sys.modules)


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, harness.documents.stand_ins; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
