"""Trainers: functions that form the gradient themselves, driven so that we know it.

Two kinds. One is given a gradient function: ours gives whatever a scenario prescribes. The
other is given data and fits a line to it (see `lines`), from where we say or where it likes.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from harness.languages.naming import plain_name
from harness.languages.program import parameters, parsed
from harness.model.observation import flat_gradients, flat_weights
from harness.ports.roles import role_names
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
        numbers: those that its text has.
    """

    name: str
    roles: Mapping[str, str]
    numbers: frozenset[float] = frozenset()

    @property
    def from_data(self) -> bool:
        """Whether it forms the gradient from data, not by a function it is given."""
        return "gradient" not in self.roles

    @property
    def begun(self) -> bool:
        """Whether it is told where to start; else it makes weights of its own, zeros mostly."""
        return "start" in self.roles or "bounds" in self.roles


def find(text: str) -> list[Trainer]:
    """The trainers that a Python text defines at its top level."""
    tree = parsed(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)] if tree else []
    trainers = [trainer for node in functions if (trainer := _trainer(node))]
    numbers = numbers_in(text)
    return [replace(trainer, numbers=numbers) for trainer in trainers]


def numbers_in(text: str) -> frozenset[float]:
    """The numbers that a text has, written out or as one to the power of another."""
    found: set[float] = set()
    for node in ast.walk(parsed(text) or ast.Module([], [])):
        match node:
            case ast.Constant(value=int() | float() as value):
                found.add(float(value))
            case ast.BinOp(ast.Constant(), ast.Pow(), ast.Constant() | ast.UnaryOp()):
                with suppress(ValueError, ArithmeticError, TypeError):
                    base, power = map(ast.literal_eval, (node.left, node.right))
                    found.add(float(float(base) ** power))
    return frozenset(found)


def _trainer(node: ast.FunctionDef) -> Trainer | None:
    names = parameters(node)
    called = {
        call.func.id
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    }
    roles: dict[str, str] = {}
    for name in names:
        for role in (*_NAMES, *HYPERPARAMETERS, "weights"):
            if role in roles or plain_name(name) not in _role(role):
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
    counted = _counted(node) & names.keys() - {*roles.values()}
    if "gradient" in roles and "iterations" not in roles and len(counted) == 1:
        roles["iterations"] = counted.pop()
    fed = "gradient" in roles or {"inputs", "targets"} <= roles.keys()
    loops = any(isinstance(inner, ast.For | ast.While) for inner in ast.walk(node))
    if not (fed and loops and {"iterations", "learning_rate"} <= roles.keys()):
        return None
    if any(default is None and name not in roles.values() for name, default in names.items()):
        return None
    trainer = Trainer(node.name, roles)
    return trainer if trainer.begun or (trainer.from_data and _averages(node, roles)) else None


def _counted(node: ast.FunctionDef) -> set[str]:
    """What says how often the loops of a function go round."""
    counted = set()
    for inner in ast.walk(node):
        match inner:
            case ast.For(iter=ast.Call(func=ast.Name(id="range"), args=[ast.Name(id=name)])):
                counted.add(name)
    return counted


def _averages(node: ast.FunctionDef, roles: Mapping[str, str]) -> bool:
    """Whether a trainer could hold an average: a rate by which it decays, or a root."""
    return "decay_rate" in roles or any(map(_is_root, ast.walk(node)))


def _is_root(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return "sqrt" in name
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=0.5)):
            return True
    return False


def _role(role: str) -> frozenset[str]:
    return frozenset(_NAMES[role].split()) if role in _NAMES else role_names(role)


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
        plain: the weights, of which there is one, and its gradients are numbers.
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
    plain: bool = False

    def message(self) -> dict[str, Any]:
        """As plain values, for the process it is run in."""
        return {name: _plain_value(getattr(self, name)) for name in self.__dataclass_fields__}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, str | bool) else list(value)


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
    return made_case(trainer, scenario, weights, gradients, {}, range(1, scenario.steps + 1))


def made_case(
    trainer: Trainer,
    scenario: Scenario,
    weights: Sequence[float],
    gradients: Sequence[Sequence[float]],
    data: Mapping[str, Any],
    steps: Sequence[int],
) -> Case:
    """A case of a trainer: a scenario's hyperparameters, and data, by its parameters' names."""
    roles = trainer.roles
    values = scenario.hyperparameters.items()
    arguments = {roles[role]: value for role, value in values if role in roles}
    own = ("start", "bounds", "objective", "gradient", "iterations")
    named: dict[str, Any] = {role: roles.get(role, "") for role in own}
    return Case(
        weights=weights,
        gradients=gradients,
        arguments={**arguments, **data},
        steps=steps,
        **named,
    )


def gradient_names() -> frozenset[str]:
    """The names, plain and in lower case, that a gradient function goes by."""
    return _role("gradient")


def iteration_names() -> frozenset[str]:
    """The names, plain and in lower case, of a parameter that counts iterations."""
    return _role("iterations")
