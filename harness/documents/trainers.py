"""Trainers: functions that form the gradient themselves, driven so that we know it.

Two kinds. One is given a gradient function: ours gives whatever a scenario prescribes. The
other is given data and fits a line to it: ours are two points whose targets are so large, and
opposite, that the error of the line is rounded to a coarse grid. Its mean is then a number that
anybody computes the same, to the last bit, and yet it follows the weights and changes sign.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.languages.program import parsed
from harness.model.observation import flat_gradients, flat_weights
from harness.ports.binding import role_names
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.scenarios.scenario import Scenario

# The roles that only a trainer's parameters have; the others are those of any port.
_NAMES: Mapping[str, str] = {
    "inputs": "x xs xtrain features inputs data xdata",
    "targets": "y ys ytrain targets target labels ydata",
    "gradient": "grad gradient gradients gradfn gradientfn gradf gradfunc gradfunction"
    " gradientfunction df dfdx fprime derivative jac jacobian computegradient computegradients"
    " getgradient gradientof",
    "start": "initialparams initparams initial init initialweights initweights w0 theta0 x0"
    " initialtheta inittheta start startpoint startingpoint initialpoint initialguess",
    "bounds": "bounds",
    "objective": "objective loss lossfn lossfunction cost costfn costfunction f func function"
    " objectivefunction fn",
    "iterations": "niter niters numiter numiters iterations niterations numiterations maxiter"
    " maxiters maxiterations steps nsteps numsteps epochs nepochs numepochs maxepochs iters",
    "batch_size": "batchsize batch minibatchsize minibatch",
}


@dataclass(frozen=True)
class Trainer:
    """A function that trains.

    Attributes:
        name: the function's.
        roles: role to parameter name.
        defaults: parameter name to default, where it is a number.
    """

    name: str
    roles: Mapping[str, str]
    defaults: Mapping[str, float] = field(default_factory=dict)

    @property
    def from_data(self) -> bool:
        """Whether it forms the gradient from data, not by a function it is given."""
        return "gradient" not in self.roles


def find(text: str) -> list[Trainer]:
    """The trainers that a Python text defines at its top level."""
    tree = parsed(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)] if tree else []
    return [trainer for node in functions if (trainer := _trainer(node))]


def _trainer(node: ast.FunctionDef) -> Trainer | None:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    names = [argument.arg for argument in arguments]
    called = {
        call.func.id
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    }
    roles: dict[str, str] = {}
    for name in names:
        for role in (*_NAMES, *HYPERPARAMETERS, "weights"):
            if role in roles or _plain(name) not in _role(role):
                continue
            if role == "gradient" and name not in called:
                continue  # an array of gradients is an optimizer's
            roles[role] = name
            break
    if "start" not in roles and "weights" in roles:
        roles["start"] = roles.pop("weights")
    roles.pop("weights", None)
    if "gradient" in roles and "start" not in roles and "inputs" in roles:
        roles["start"] = roles.pop("inputs")  # grad(x), from x
    fed = "gradient" in roles or {"inputs", "targets"} <= roles.keys()
    begun = "start" in roles or "bounds" in roles
    loops = any(isinstance(inner, ast.For | ast.While) for inner in ast.walk(node))
    if not (fed and begun and loops and {"iterations", "learning_rate"} <= roles.keys()):
        return None
    defaults = _defaults(node)
    known = set(roles.values()) | defaults.keys()
    if any(name not in known for name in _required(node)):
        return None
    return Trainer(node.name, roles, {k: v for k, v in defaults.items() if v is not None})


def _role(role: str) -> frozenset[str]:
    return frozenset(_NAMES[role].split()) if role in _NAMES else role_names(role)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _defaults(node: ast.FunctionDef) -> dict[str, float | None]:
    """Parameters with a default, and its value where that is a number."""
    positional = [*node.args.posonlyargs, *node.args.args]
    given = list(zip(reversed(positional), reversed(node.args.defaults), strict=False))
    given += [(a, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d]
    return {argument.arg: _number(default) for argument, default in given}


def _number(node: ast.expr) -> float | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return float(value) if isinstance(value, int | float) else None


def _required(node: ast.FunctionDef) -> list[str]:
    defaults = _defaults(node)
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [a.arg for a in arguments if a.arg not in defaults]


# -- what it is fed ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One start of a trainer, observed after each of so many steps.

    Attributes:
        weights: (N,) the start.
        gradients: (T, N) what a gradient function gives; empty for data.
        arguments: further arguments by parameter name, data among them.
        steps: the step counts it is run for, each from the start.
        start, bounds, objective, gradient, iterations: parameter names; "" where it has none.
    """

    weights: Sequence[float]
    gradients: Sequence[Sequence[float]]
    arguments: Mapping[str, Any]
    steps: Sequence[int]
    start: str = ""
    bounds: str = ""
    objective: str = ""
    gradient: str = ""
    iterations: str = ""

    def message(self) -> dict[str, Any]:
        """As plain values, for the process it is run in."""
        return {name: _plain_value(getattr(self, name)) for name in self.__dataclass_fields__}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, str) else list(value)


# A trainer is run anew for every count of steps, so long scenarios are cut.
_LONGEST = 40


def in_one_array(scenario: Scenario, size: int | None) -> Scenario | None:
    """A scenario's arrays as one, its first `size` elements; None where a step lacks some."""
    steps = min(scenario.steps, _LONGEST)
    rows, present = flat_gradients(scenario, 0, steps)
    if not steps or not all(present) or scenario.size < (size or 1):
        return None
    return replace(
        scenario,
        weights={"w": flat_weights(scenario)[:size].copy()},
        gradients=[{"w": row[:size].copy()} for row in rows],
    )


def case_of(trainer: Trainer, scenario: Scenario) -> Case:
    """A scenario of one array, for a trainer that is given a gradient function."""
    gradients = [[float(g) for g in step["w"]] for step in scenario.gradients]
    weights = [float(w) for w in scenario.weights["w"]]
    return _case(trainer, scenario, weights, gradients, {}, scenario.steps)


def _case(
    trainer: Trainer,
    scenario: Scenario,
    weights: Sequence[float],
    gradients: Sequence[Sequence[float]],
    data: Mapping[str, Any],
    steps: int,
) -> Case:
    roles = trainer.roles
    values = scenario.hyperparameters.items()
    arguments = {roles[role]: value for role, value in values if role in roles}
    return Case(
        weights=weights,
        gradients=gradients,
        arguments={**arguments, **data},
        steps=range(1, steps + 1),
        **{
            role: roles.get(role, "")
            for role in ("start", "bounds", "objective", "gradient", "iterations")
        },
    )


# -- data whose gradients we know -------------------------------------------------------------

# The targets; the error is rounded to multiples of a quarter next to it.
_FAR = 1.5 * 2.0**50
_SLOPE, _STEPS = 2.0, 40
# Starts and hyperparameters: the weights cross zero, and epsilon is large enough to be seen.
_SETTINGS = (
    ((6.1, -4.3), 0.37, 0.9, 1e-8),
    ((-3.7, 5.9), 0.21, 0.6, 0.75),
    ((9.3, 2.7), 0.53, 0.95, 0.03125),
)


@dataclass(frozen=True)
class Convention:
    """How a trainer scales the gradient of the mean squared error.

    Attributes:
        factor: what it multiplies the mean of (error * input) by.
        swapped: the intercept comes first among the weights.
    """

    factor: float
    swapped: bool = False


CONVENTIONS = tuple(Convention(f, s) for s in (False, True) for f in (1.0, 2.0, 0.5))


def layouts() -> list[Mapping[str, Any]]:
    """Ways to hand the inputs over: a vector, a column, a design matrix of two columns."""
    return [
        {"x": [_SLOPE, _SLOPE]},
        {"x": [[_SLOPE], [_SLOPE]]},
        {"x": [[_SLOPE, 1.0], [_SLOPE, 1.0]]},
    ]


def cases_of_data(trainer: Trainer, layout: Mapping[str, Any]) -> list[Case]:
    """The cases of a trainer that is given data."""
    found = []
    for weights, learning_rate, decay_rate, epsilon in _SETTINGS:
        scenario = _scenario(weights, learning_rate, decay_rate, epsilon, [])
        data: dict[str, Any] = {
            trainer.roles["inputs"]: layout["x"],
            trainer.roles["targets"]: [_FAR, -_FAR],
        }
        if "batch_size" in trainer.roles:
            data[trainer.roles["batch_size"]] = 2
        found.append(_case(trainer, scenario, weights, [], data, _STEPS))
    return found


def scenarios_of_data(ends: Sequence[Sequence[Sequence[float]]], way: Convention) -> list[Scenario]:
    """What the trainer met, step by step, if it scales the gradient that way.

    Args:
        ends: by case, (T, 2) the weights after every step.
        way: the scaling.
    """
    found = []
    for (weights, learning_rate, decay_rate, epsilon), rows in zip(_SETTINGS, ends, strict=True):
        before = [list(weights), *rows[:-1]]
        gradients = [_gradient(np.array(w), way) for w in before]
        found.append(_scenario(weights, learning_rate, decay_rate, epsilon, gradients))
    return found


def _gradient(weights: NDArray[np.float64], way: Convention) -> NDArray[np.float64]:
    slope, intercept = weights[::-1] if way.swapped else weights
    x, y = np.array([_SLOPE, _SLOPE]), np.array([_FAR, -_FAR])
    error = (slope * x + intercept) - y
    gradient = way.factor * np.array([np.mean(error * x), np.mean(error)])
    return gradient[::-1] if way.swapped else gradient


def _scenario(
    weights: Sequence[float],
    learning_rate: float,
    decay_rate: float,
    epsilon: float,
    gradients: Sequence[NDArray[np.float64]],
) -> Scenario:
    return Scenario(
        name=f"line-{learning_rate:g}-{decay_rate:g}-{epsilon:g}",
        catches="",
        learning_rate=learning_rate,
        decay_rate=decay_rate,
        epsilon=epsilon,
        weights={"w": np.array(weights)},
        gradients=[{"w": gradient} for gradient in gradients],
    )


def gradient_names() -> frozenset[str]:
    """The names, plain and in lower case, that a gradient function goes by."""
    return _role("gradient")


def iteration_names() -> frozenset[str]:
    """The names, plain and in lower case, of a parameter that counts iterations."""
    return _role("iterations")
