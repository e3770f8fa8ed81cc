"""Which parameter plays which role: a port's shape (what a host found) to a binding.

A host (Python, Java, Scala, Clojure) lists classes, constructors, methods and functions with
their parameters' names and kinds. The rules here are the same for all languages; where a name
does not settle a role, the error says what was found and which line of port.toml would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

DATA = ("gradients", "weights", "state")
ROLES = HYPERPARAMETERS + OPTIONS + DATA

# Lower case without _ and -; in a role's row the earlier name is the surer one. A name that
# stands in several rows takes the role that its neighbours leave (lr with alpha: alpha decays).
_NAMES: Mapping[str, str] = {
    "learning_rate": "learningrate lr learnrate lrate stepsize eta η rate alpha α step",
    "decay_rate": "decayrate rho ρ gamma γ beta β beta2 β2 averagedecay avgdecay decayfactor"
    " decay smoothing smoothingconstant discount forgettingfactor forget alpha α d",
    "epsilon": "epsilon eps ε fuzz fuzzfactor smoothingterm stabilizer damping delta δ e",
    "momentum": "momentum mu μ mom momentumrate",
    "weight_decay": "weightdecay wd l2 l2penalty lambda λ regularization",
    "clip": "clip clipvalue clipnorm globalclipnorm maxnorm gradclip gradientclip clipping",
    "mean_decay": "meandecay beta1 β1 gradientdecay",
    "gradients": "gradients gradient grads grad g gs dw dws dx dtheta dparams dweights derivatives"
    " gradientmap gradmap gradientsbyname delta",
    "weights": "weights weight w ws params param parameters parameter theta thetas θ x xs p ps"
    " variables vars weightmap values",
    "state": "state cache movingaverage movingaverages movingavg avg average averages v s ms r"
    " history meansquare meansquares squareavg sqavg squaredgrads squaredgrad sumsquares"
    " accumulator accum acc memory store egsq eg2 runningaverage optstate optimizerstate vs",
}
_RANKS: dict[str, list[tuple[int, str]]] = {}
for _role, _row in _NAMES.items():
    for _rank, _name in enumerate(_row.split()):
        _RANKS.setdefault(_name, []).append((_rank, _role))
for _ranked in _RANKS.values():
    _ranked.sort()


def role_names(role: str) -> frozenset[str]:
    """The names, plain and in lower case, by which a parameter is known for a role."""
    return frozenset(_NAMES[role].split())


class BindingError(Exception):
    """No binding, or more than one: says what was found and which manifest line would settle it.

    Attributes:
        near: something takes gradients and weights, and only another name is unsettled.
    """

    def __init__(self, message: str, near: bool = False) -> None:
        super().__init__(message)
        self.near = near


class _Near(str):
    """Why something that takes gradients and weights cannot be bound all the same."""

    __slots__ = ()


@dataclass(frozen=True)
class Wanted:
    """What the user said already (``[bind]`` of port.toml, ``--class``).

    Attributes:
        class_name: the class, or the function where a language has those.
        roles: role to parameter name.
        options: those that the scenarios will give; others keep their defaults.
    """

    class_name: str | None = None
    method: str | None = None
    function: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    options: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Binding:
    """How the host is to construct and call the port.

    Attributes:
        message: what the host is told (see ``java/adapter``: Host.bind).
        title: what was bound, for people: "RMSProp.updateWeights(gradients, weights)".
        roles: hyperparameters and options the port takes.
        element: "float64", "float32", or None where the types do not say.
    """

    message: dict[str, Any]
    title: str
    roles: tuple[str, ...]
    element: str | None


_Parameter = Mapping[str, Any]


def bind(shape: Mapping[str, Any], wanted: Wanted | None = None) -> Binding:
    """Choose the one binding of a shape. Raises BindingError."""
    wanted = wanted or Wanted()
    _reject_unknown_names(shape, wanted)
    found, reasons = [], []
    for attempt in _attempts(shape, wanted):
        if isinstance(attempt, str):
            reasons.append(attempt)
        else:
            found.append(attempt)
    if not found:
        near = any(isinstance(reason, _Near) for reason in reasons)
        raise BindingError(_nothing_fits(shape, reasons), near)
    best = max(rank for rank, _ in found)
    chosen = [binding for rank, binding in found if rank == best]
    if len(chosen) > 1:
        raise BindingError(_several_fit(chosen))
    return chosen[0]


def _attempts(
    shape: Mapping[str, Any], wanted: Wanted
) -> Iterator[str | tuple[tuple[int, ...], Binding]]:
    """Each way that could be: a rank and the binding, or why it is none."""
    for candidate in shape.get("candidates", []):
        name = candidate["class"]
        if wanted.function or (wanted.class_name and wanted.class_name not in _class_names(name)):
            continue
        constructors: list[Any] = list(candidate.get("constructors") or [])
        for index, method in enumerate(candidate.get("methods", [])):
            if wanted.method and method["name"] != wanted.method:
                continue
            free = method.get("static") or candidate.get("kind") in ("object", "static")
            title = f"{name}.{method['name']}"
            if free:
                base = {"class": name, "method": index}
                yield _whole(title, base, [], method["parameters"], wanted)
                continue
            for number, constructor in enumerate(constructors):
                base = {"class": name, "constructor": number, "method": index}
                yield _whole(title, base, constructor["parameters"], method["parameters"], wanted)
    for function in shape.get("functions", []):
        name = function["name"]
        if wanted.function and name != wanted.function:
            continue
        if wanted.class_name and name != wanted.class_name:
            continue
        for arity, parameters in enumerate(function["parameters"]):
            base = {"function": name, "arity": arity}
            direct = _whole(name, base, [], parameters, wanted)
            yield direct
            # A function that takes the data itself may return closures for other purposes.
            inner = function.get("inner") or [] if isinstance(direct, str) else []
            for number, called in enumerate(inner):
                closure = {**base, "inner": number}
                yield _whole(f"{name}(...)", closure, parameters, called, wanted)


def _whole(
    title: str,
    base: dict[str, Any],
    construct: Sequence[_Parameter],
    call: Sequence[_Parameter],
    wanted: Wanted,
) -> str | tuple[tuple[int, ...], Binding]:
    """Give every parameter of constructor and call a role, or say which one has none."""
    parameters = [*construct, *call]
    roles, unsettled = _assign(parameters, len(construct), wanted)
    shown = f"{title}({', '.join(p['name'] for p in call)})"
    if construct:
        shown += f" of a constructor taking ({', '.join(p['name'] for p in construct)})"
    # An option that no scenario gives stays at its default where it has one.
    roles = [
        None if role in OPTIONS and role not in wanted.options and p.get("default") else role
        for role, p in zip(roles, parameters, strict=True)
    ]
    called = roles[len(construct) :]
    if "gradients" not in called or "weights" not in called:
        if unsettled:
            return f"{shown}: unrecognised {', '.join(unsettled)}"
        return f"{shown}: does not take both gradients and weights"
    if unsettled:
        return _Near(f"{shown}: unrecognised {', '.join(unsettled)}")
    data = [
        p for p, role in zip(parameters, roles, strict=True) if role in ("gradients", "weights")
    ]
    kinds = {p["kind"] for p in data} & {"map", "array"}
    if len(kinds) > 1:
        return f"{shown}: one of gradients and weights is a map, the other an array"
    elements = {p.get("element") for p in data} - {None}
    if len(elements) > 1:
        return f"{shown}: gradients and weights differ in precision"
    taken = tuple(role for role in roles if role in HYPERPARAMETERS + OPTIONS)
    plain_function = "function" in base and "inner" not in base
    constructed = {} if plain_function else {"construct": roles[: len(construct)]}
    binding = Binding(
        message={**base, **constructed, "call": called},
        title=shown,
        roles=taken,
        element=next(iter(elements), None),
    )
    core = sum(role in HYPERPARAMETERS for role in taken)
    given = sum(role in wanted.options for role in taken)
    return (core, given, "map" in kinds, core + given - len(taken)), binding


def _assign(
    parameters: Sequence[_Parameter], constructed: int, wanted: Wanted
) -> tuple[list[str | None], list[str]]:
    """Roles in the parameters' order, and the names that found none and have no default."""
    roles: list[str | None] = [None] * len(parameters)
    free = set(ROLES)
    for role, name in wanted.roles.items():
        for i, parameter in enumerate(parameters):
            if parameter["name"] == name and role in free:
                roles[i] = role
                free.discard(role)
    open_ = [i for i, role in enumerate(roles) if role is None]
    # The surest name takes its role first; what it wanted second stays for others.
    while True:
        offers = [
            (rank, i, role)
            for i in open_
            for rank, role in _RANKS.get(_plain(parameters[i]["name"]), [])
            if role in free and _may_be(parameters[i], role, i < constructed)
        ]
        if not offers:
            break
        # A name with one possible role left goes before one with a choice.
        choices = {i: sum(1 for _, j, _ in offers if j == i) for _, i, _ in offers}
        _, _, i, role = min((choices[i] > 1, rank, i, role) for rank, i, role in offers)
        roles[i] = role
        free.discard(role)
        open_.remove(i)
    data = [i for i in open_ if i >= constructed and parameters[i]["kind"] in ("map", "array")]
    missing = [role for role in ("gradients", "weights") if role in free]
    if len(data) == 1 and len(missing) == 1:  # the other one of two is settled by exclusion
        roles[data[0]] = missing[0]
        open_.remove(data[0])
    return roles, [parameters[i]["name"] for i in open_ if not parameters[i].get("default")]


def _may_be(parameter: _Parameter, role: str, constructed: bool) -> bool:
    kind = parameter["kind"]
    if role in HYPERPARAMETERS + OPTIONS:
        return kind in ("number", "any")
    if constructed:
        return False
    return kind in ("map", "array", "any") or (role == "state" and kind == "other")


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace("*", "").lower()


def _class_names(name: str) -> tuple[str, ...]:
    """The ways a class may be asked for: in full, without package, without outer class."""
    return (name, name.rsplit(".", 1)[-1], name.rsplit("$", 1)[-1], name.replace("$", "."))


def _reject_unknown_names(shape: Mapping[str, Any], wanted: Wanted) -> None:
    classes = [c["class"] for c in shape.get("candidates", [])]
    functions = [f["name"] for f in shape.get("functions", [])]
    called = [name for c in classes for name in _class_names(c)] + functions
    if wanted.class_name and wanted.class_name not in called:
        there = ", ".join([*classes, *functions]) or "none"
        raise BindingError(f"no class or function {wanted.class_name!r}; found: {there}")
    if wanted.function and wanted.function not in functions:
        there = ", ".join(functions) or "none"
        raise BindingError(f"no function {wanted.function!r}; functions found: {there}")


def _nothing_fits(shape: Mapping[str, Any], reasons: Sequence[str]) -> str:
    if not reasons:
        classes = [c["class"] for c in shape.get("candidates", [])]
        functions = [f["name"] for f in shape.get("functions", [])]
        seen = ", ".join([*classes, *functions]) or "nothing that can be called"
        return (
            "no class or function takes gradients and weights"
            f" (found: {seen}); a port is a class with a method (gradients, weights)"
            " or a function of hyperparameters, gradients and weights"
        )
    # Those that came furthest first: a parameter without a role beats an unrelated method.
    near = sorted(reasons, key=lambda reason: ": unrecognised " not in reason)[:4]
    lines = "; ".join(near)
    return (
        f"no method or function of the right shape: {lines}."
        " Say in port.toml which parameter is which, for example\n[bind]\n"
        'learning_rate = "PARAMETER"\ngradients = "PARAMETER"\nweights = "PARAMETER"'
    )


def _several_fit(chosen: Sequence[Binding]) -> str:
    listed = "; ".join(binding.title for binding in chosen)
    classes = {binding.message.get("class") for binding in chosen}
    if len(classes) > 1:
        names = ", ".join(sorted(str(name) for name in classes if name))
        return f"several fit: {listed}. Choose with --class NAME (one of {names})"
    first = chosen[0].message
    key = "function" if "function" in first else "method"
    name = chosen[0].title.split("(")[0].rsplit(".", 1)[-1]
    return f'several fit: {listed}. Choose in port.toml:\n[bind]\n{key} = "{name}"'
