"""Which parameter plays which role: a port's shape (what a host found) to a binding.

A host (Python, Java, Scala, Clojure) lists classes, constructors, methods and functions with
their parameters' names and kinds. The rules here are the same for all languages; where a name
does not settle a role, the error says what was found and which line of port.toml would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from harness.ports.roles import (
    CONSTANTS,
    CONTAINERS,
    DATA,
    Constant,
    Parameter,
    Wanted,
    assigned,
    class_names,
    may_be,
    plain_name,
)
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS


class BindingError(Exception):
    """No binding, or more than one: says what was found and which manifest line would settle it.

    Attributes:
        near: something takes gradients and weights, and only another name is unsettled.
        unknown: it was said what to bind, and there is nothing of that name.
    """

    def __init__(self, message: str, near: bool = False, unknown: bool = False) -> None:
        super().__init__(message)
        self.near, self.unknown = near, unknown


class _Unsettled(str):
    """Why something cannot be bound of which only names are unsettled.

    Attributes:
        near: it takes gradients and weights.
        names: the parameters without a role.
        roles: those that one of them could have; none if not every one could have any.
        plain: each could be given a constant.
    """

    near: bool
    names: tuple[str, ...]
    roles: tuple[str, ...]
    plain: bool

    @classmethod
    def of(
        cls,
        where: str,
        names: Sequence[str],
        near: bool,
        parameters: Sequence[Parameter],
        constructed: int,
        taken: Sequence[str | None],
    ) -> _Unsettled:
        """Say which are unsettled, and what each could be."""
        made = cls(f"{where}: {_unrecognised(names)}")
        open_ = [role for role in (*HYPERPARAMETERS, *DATA[:2]) if role not in taken]
        called = parameters[constructed:]
        scalar = not any(p["kind"] in (*CONTAINERS, "any") for p in called)
        unsettled = [
            (i, p) for i, p in enumerate(parameters) if p["name"] in names and taken[i] is None
        ]
        could = [
            [role for role in open_ if may_be(p, role, i < constructed, scalar)]
            for i, p in unsettled
        ]
        made.plain = all(
            p["kind"] in ("number", "any", "count", "text") or p.get("type") in CONSTANTS
            for _, p in unsettled
        )
        made.near, made.names = near, tuple(names)
        able = any(taken) and all(could) and len(could) <= len(open_)
        made.roles = tuple(r for r in open_ if able and any(r in one for one in could))
        return made


@dataclass(frozen=True)
class Binding:
    """How the host is to construct and call the port.

    Attributes:
        message: what the host is told (see ``java/adapter``: Host.bind).
        title: what was bound, for people: "RMSProp.updateWeights(gradients, weights)".
        roles: hyperparameters and options the port takes.
        element: "float64", "float32", or None where the types do not say.
        container: "map", "list" (of arrays), "array", or None where the types do not say.
        storages: how arrays are held that the types leave open, by name; empty if the shape
            says that for all parameters.
        guessed: it rests on more than names and types.
        chosen: of several that fit it is the one that is called RMSProp.
        containers: for gradients and weights each, those in which what is done with it is possible.
    """

    message: dict[str, Any]
    title: str
    roles: tuple[str, ...]
    element: str | None
    container: str | None
    storages: tuple[str, ...] = ()
    guessed: bool = False
    chosen: bool = False
    containers: tuple[tuple[str, ...], ...] = ()


def bind(shape: Mapping[str, Any], wanted: Wanted | None = None) -> Binding:
    """Choose the one binding of a shape. Raises BindingError."""
    wanted = wanted or Wanted()
    shape = wanted.of(shape)
    _reject_unknown_names(shape, wanted)
    found, reasons = [], []
    # What is to be told something first that is not known may fail for want of that.
    unprepared = {c["class"] for c in shape.get("candidates", []) if c.get("unprepared")}
    for attempt in _attempts(shape, wanted):
        if isinstance(attempt, str):
            reasons.append(attempt)
        elif attempt[1].message.get("class") in unprepared:
            found.append((attempt[0], replace(attempt[1], guessed=True)))
        else:
            found.append(attempt)
    if not found:
        near = any(isinstance(reason, _Unsettled) and reason.near for reason in reasons)
        raise BindingError(_nothing_fits(shape, reasons), near)
    found = _of_one_rank(found)
    best = max(rank for rank, _ in found)
    chosen = _one_of_overloads([binding for rank, binding in found if rank == best])
    if len(chosen) > 1:
        raise BindingError(_several_fit(chosen))
    others = {_owner(b) for rank, b in found if not rank[0]} - {_owner(chosen[0])}
    return replace(chosen[0], chosen=bool(best[0] and others))


def _owner(binding: Binding) -> str:
    """The class, or the function, that is bound."""
    return str(binding.message.get("class") or binding.message.get("function"))


def _of_one_rank(
    found: Sequence[tuple[tuple[int, ...], Binding]],
) -> list[tuple[tuple[int, ...], Binding]]:
    """Of a method that takes an array, and also arrays of arrays, the one for an array."""
    plain = {_callee(b) for _, b in found if b.container == "array" and not b.storages}
    return [(rank, b) for rank, b in found if b.container != "list" or _callee(b) not in plain]


def _callee(binding: Binding) -> str:
    return binding.title.split("(")[0]


def _one_of_overloads(chosen: Sequence[Binding]) -> list[Binding]:
    """Of bindings that differ in types or in a constructor alone, the simplest."""
    found: dict[str, Binding] = {}
    for binding in sorted(chosen, key=_simplest):
        found.setdefault(_callee(binding), binding)
    return list(found.values())


def _simplest(binding: Binding) -> tuple[bool, int]:
    parameters = [*(binding.message.get("construct") or []), *binding.message["call"]]
    return binding.element != "float64", len(parameters)


def _attempts(
    shape: Mapping[str, Any], wanted: Wanted
) -> Iterator[str | tuple[tuple[int, ...], Binding]]:
    """Each way that could be: a rank and the binding, or why it is none."""
    for candidate in shape.get("candidates", []):
        name = candidate["class"]
        if wanted.function or (wanted.class_name and wanted.class_name not in class_names(name)):
            continue
        constructors: list[Any] = list(candidate.get("constructors") or [])
        for index, method in enumerate(candidate.get("methods", [])):
            if wanted.method and method["name"] != wanted.method:
                continue
            free = method.get("static") or candidate.get("kind") in ("object", "static")
            if not (method["parameters"] or plain_name(method["name"]).startswith(_STEPPING)):
                continue
            title = f"{name}.{method['name']}"
            result = str(method.get("result", ""))
            if free:
                base = {"class": name, "method": index}
                yield _whole(title, base, [], method["parameters"], wanted, result)
                continue
            for number, constructor in enumerate(constructors):
                base = {"class": name, "constructor": number, "method": index}
                made = constructor["parameters"]
                yield _whole(title, base, made, method["parameters"], wanted, result)
    functions = shape.get("functions", [])
    for function in functions:
        name = function["name"]
        if wanted.function and name != wanted.function:
            continue
        if wanted.class_name and name != wanted.class_name:
            continue
        for arity, parameters in enumerate(function["parameters"]):
            base = {"function": name, "arity": arity}
            direct = _whole(name, base, [], parameters, wanted)
            yield direct
            if not isinstance(direct, str) and "state" in direct[1].message["call"]:
                yield from _made_elsewhere(functions, name, base, parameters, wanted)
            # A function that takes the data itself may return closures for other purposes.
            inner = function.get("inner") or [] if isinstance(direct, str) else []
            for number, called in enumerate(inner):
                closure = {**base, "inner": number}
                yield _whole(f"{name}(...)", closure, parameters, called, wanted)


def _made_elsewhere(
    functions: Sequence[Mapping[str, Any]],
    name: str,
    base: dict[str, Any],
    parameters: Sequence[Parameter],
    wanted: Wanted,
) -> Iterator[str | tuple[tuple[int, ...], Binding]]:
    """A function whose state another one makes of hyperparameters: a record, a map."""
    for maker in functions:
        for arity, made in enumerate(maker["parameters"]):
            roles, unsettled, _ = assigned(made, len(made), Wanted())
            if maker["name"] == name or unsettled or not set(roles) & set(HYPERPARAMETERS):
                continue
            elsewhere = {**base, "maker": maker["name"], "maker_arity": arity}
            yield _whole(name, elsewhere, made, parameters, wanted)


def _whole(
    title: str,
    base: dict[str, Any],
    construct: Sequence[Parameter],
    call: Sequence[Parameter],
    wanted: Wanted,
    result: str = "",
) -> str | tuple[tuple[int, ...], Binding]:
    """Give every parameter of constructor and call a role, or say which one has none."""
    parameters = [*construct, *call]
    roles, unsettled, excluded = assigned(parameters, len(construct), wanted)
    shown = f"{title}({', '.join(p['name'] for p in call)})"
    if construct:
        names = ", ".join(p["name"] for p in construct if not p.get("setter"))
        shown += f" of a constructor taking ({names})"
    # An option that no scenario gives stays at its default where it has one.
    roles = [
        None if role in OPTIONS and role not in wanted.options and p.get("default") else role
        for role, p in zip(roles, parameters, strict=True)
    ]
    called = roles[len(construct) :]
    source = next((p for p, role in zip(call, called, strict=True) if role == "source"), None)
    steps = "gradients" in called and "weights" not in roles and result in _STEPS
    if steps and result == "nothing":  # then the gradients become the step, where they can
        fed = call[called.index("gradients")]
        steps = fed["kind"] in CONTAINERS
    whole = ("gradients" in called and "weights" in roles) or "parameters" in roles
    if not set(called) & {"gradients", "weights", "parameters", "source"}:
        # All was given to the constructor: of what is called then only the name speaks.
        whole &= plain_name(title.rpartition(".")[2]).startswith(_STEPPING)
    whole |= source is not None and ("weights" in called or bool(source.get("carries")))
    if not whole and not steps:
        if unsettled:
            return _Unsettled.of(shown, unsettled, False, parameters, len(construct), roles)
        return f"{shown}: does not take both gradients and weights"
    if unsettled:
        return _Unsettled.of(shown, unsettled, True, parameters, len(construct), roles)
    data = [
        p
        for p, role in zip(parameters, roles, strict=True)
        if role in ("gradients", "weights", "parameters", "source")
    ]
    kinds = {p["kind"] for p in data} & {*CONTAINERS, "number"}
    if source:
        kinds = kinds or {"array"}
    if len(kinds) > 1:
        return f"{shown}: one of gradients and weights is {_words(kinds)}"
    elements = {p.get("element") for p in data} - {None}
    if len(elements) > 1:
        return f"{shown}: gradients and weights differ in precision"
    taken = tuple(role for role in roles if role in HYPERPARAMETERS + OPTIONS)
    if steps and not taken:  # a helper: it returns something for something
        return f"{shown}: does not take weights, nor any hyperparameter"
    plain_function = "function" in base and not {"inner", "maker"} & set(base)
    constructed: dict[str, Any] = {} if plain_function else {"construct": roles[: len(construct)]}
    if steps:
        # What is returned without having been given the rate has yet to be multiplied by it.
        constructed["step"] = "subtract" if "learning_rate" in taken else "rate"
    absent = any(p.get("absent") and r is None for p, r in zip(construct, roles, strict=False))
    # What an own type keeps is read from its fields.
    own = any(p.get("own") for p in data)
    binding = Binding(
        message={**base, **constructed, "call": called},
        title=shown,
        roles=taken,
        element=next(iter(elements), None),
        container=next(iter(kinds), None),
        storages=_storages(data),
        guessed=steps or excluded or absent or own or bool({"source", "parameters"} & set(roles)),
        containers=tuple(tuple(p["containers"]) for p in data if p.get("containers") is not None),
    )
    named = wanted.class_name is None and "rmsprop" in plain_name(title.rpartition(".")[0] or title)
    core = sum(role in HYPERPARAMETERS for role in taken)
    given = sum(role in wanted.options for role in taken)
    held = CONTAINERS[::-1].index(kind) + 1 if (kind := binding.container) in CONTAINERS else 0
    rank = (named, not steps, core, given, held, core + given - len(taken))
    return tuple(map(int, rank)), binding


# What a step is called that is given nothing.
_STEPPING = tuple("step update apply optimi minimi perform iterate descend train".split())
# What a method may return that is a step to be taken from the weights; in place, if nothing.
_STEPS = (*CONTAINERS, "number", "nothing")


def _words(kinds: set[str]) -> str:
    """Two kinds with their articles: a map, the other an array."""
    first, *others = (f"a{'n' * (kind[0] == 'a')} {kind}" for kind in sorted(kinds, reverse=True))
    return f"{first}, the other {' or '.join(others)}"


def _storages(data: Sequence[Parameter]) -> tuple[str, ...]:
    """The storages that the types leave open; one that leaves none follows the other."""
    return max((tuple(p.get("storages") or ()) for p in data), key=len, default=())


def _unrecognised(names: Sequence[str]) -> str:
    return f"unrecognised parameter{'s' * (len(names) > 1)} {', '.join(names)}"


def _reject_unknown_names(shape: Mapping[str, Any], wanted: Wanted) -> None:
    classes = [c["class"] for c in shape.get("candidates", [])]
    functions = [f["name"] for f in shape.get("functions", [])]
    called = [name for c in classes for name in class_names(c)] + functions
    if wanted.class_name and wanted.class_name not in called:
        there = ", ".join([*classes, *functions]) or "none"
        message = f"no class or function {wanted.class_name!r}; found: {there}"
        raise BindingError(message, unknown=True)
    if wanted.function and wanted.function not in functions:
        there = ", ".join(functions) or "none"
        message = f"no function {wanted.function!r}; functions found: {there}"
        raise BindingError(message, unknown=True)
    parameters = dict.fromkeys(parameter["name"] for parameter in _parameters(shape))
    named = [(f"bind.{role}", name) for role, name in wanted.roles.items()]
    for key, name in [*named, *((f"give.{name}", name) for name in wanted.give)]:
        if name not in parameters:
            near = get_close_matches(name, parameters, 1)
            meant = f"did you mean {near[0]!r}?" if near else f"found: {', '.join(parameters)}"
            message = f"{key}: there is no parameter {name!r}; {meant}"
            raise BindingError(message, unknown=True)
    for parameter in _parameters(shape):
        name = parameter["name"]
        if name in wanted.give and not _takes(parameter, wanted.give[name]):
            message = f"give.{name}: {wanted.give[name]!r} is no {parameter['type'] or 'number'}"
            raise BindingError(message, unknown=True)


def _takes(parameter: Parameter, value: Constant) -> bool:
    """Whether a constant may be of a parameter's type, as far as that is known."""
    kinds = CONSTANTS.get(parameter.get("type") or "")
    if kinds is None and parameter["kind"] == "number":
        kinds = (int, float)
    return kinds is None or (isinstance(value, kinds) and (bool in kinds) == (type(value) is bool))


def _parameters(shape: Mapping[str, Any]) -> Iterator[Parameter]:
    called = [
        one["parameters"]
        for candidate in shape.get("candidates", [])
        for one in (*(candidate.get("constructors") or []), *candidate.get("methods", []))
    ]
    for function in shape.get("functions", []):
        called += [*function["parameters"], *(function.get("inner") or [])]
    return (parameter for parameters in called for parameter in parameters)


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
    near = sorted(reasons, key=lambda r: (not isinstance(r, _Unsettled), not getattr(r, "near", 0)))
    message = f"no method or function of the right shape: {'; '.join(near[:4])}"
    first = near[0]
    if not isinstance(first, _Unsettled):
        return message
    names = ", ".join(first.names)
    if first.roles:
        lines = "".join(f'\n{role} = "PARAMETER"' for role in first.roles)
        return f"{message}. Say in port.toml which of {names} is which\n[bind]{lines}"
    if first.near and first.plain:
        return f"{message}. If a constant will do, say in port.toml\n[give]\n{first.names[0]} = 0.0"
    return message


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
