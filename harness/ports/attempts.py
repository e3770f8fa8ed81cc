"""Each way in which a shape could be bound: which parameter plays which role.

Names and types decide first. A way that takes more for granted, of a parameter that neither names
nor types explain, is a guess, and made only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from harness.languages.naming import plain_name
from harness.ports import asking
from harness.ports.assigning import assigned, may_be, names_of
from harness.ports.drafts import held_in
from harness.ports.filling import filled
from harness.ports.naming import class_names
from harness.ports.roles import CONSTANTS, CONTAINERS, DATA, SELF, Parameter, Wanted, choice
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS


class Unsettled(str):
    """Why something cannot be bound of which only names are unsettled.

    Attributes:
        near: it takes gradients and weights.
        names: the parameters without a role.
        roles: those that one of them could have; none if not every one could have any.
        plain: each could be given a constant.
        whole: those that are whole numbers.
    """

    near: bool
    names: tuple[str, ...]
    roles: tuple[str, ...]
    plain: bool
    whole: frozenset[str]

    @classmethod
    def of(
        cls,
        where: str,
        names: Sequence[str],
        near: bool,
        parameters: Sequence[Parameter],
        constructed: int,
        taken: Sequence[str | None],
    ) -> Unsettled:
        """Say which are unsettled, and what each could be."""
        made = cls(f"{where}: {_unrecognised(names)}")
        open_ = [role for role in (*HYPERPARAMETERS, *DATA[:2]) if role not in taken]
        called = parameters[constructed:]
        scalar = not any(p["kind"] in (*CONTAINERS, "any") for p in called)
        unsettled = [
            (i, p) for i, p in enumerate(parameters) if p["name"] in names and taken[i] is None
        ]
        could = [
            [] if _beyond(p) else [r for r in open_ if may_be(p, r, i < constructed, scalar)]
            for i, p in unsettled
        ]
        made.plain = all(
            (p["kind"] in ("number", "any", "count", "text") or p.get("type") in CONSTANTS)
            and not _beyond(p)
            for _, p in unsettled
        )
        made.whole = frozenset(p["name"] for _, p in unsettled if p["kind"] == "count")
        made.near, made.names = near, tuple(names)
        able = any(taken) and all(could) and len(could) <= len(open_)
        made.roles = tuple(r for r in open_ if able and any(r in one for one in could))
        return made


def _beyond(parameter: Parameter) -> bool:
    """Whether no line of a manifest settles it: a key, an object, a function, an average."""
    use: Mapping[str, Any] = parameter.get("use", {})
    kinds = ("keyed", "attributes", "opaque", "scheduled", "called", "averaged")
    return any(use.get(kind) for kind in kinds)


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
        among: what is bound, where several fit and none is called RMSProp; else empty.
        given: the texts that it is given because they say RMSProp: "method = 'rmsprop'".
        containers: for gradients and weights each, those in which what is done with it is possible.
        twins: methods of the same name that take the same in arrays of another kind.
        types: of what is called, as its source writes it: "update(double[], double[])".
    """

    message: dict[str, Any]
    title: str
    roles: tuple[str, ...]
    element: str | None
    container: str | None
    storages: tuple[str, ...] = ()
    guessed: bool = False
    chosen: bool = False
    among: str = ""
    given: str = ""
    containers: tuple[tuple[str, ...], ...] = ()
    twins: tuple[Binding, ...] = ()
    types: str = ""


Ranked = tuple[tuple[int, ...], Binding]
"""How likely a binding is meant, the larger the likelier, and the binding."""


def attempts(
    shape: Mapping[str, Any], wanted: Wanted, guess: bool = False
) -> Iterator[str | Ranked]:
    """Each way that could be: a rank and the binding, or why it is none.

    Args:
        shape: what the host says of the source.
        wanted: what the user said of its binding.
        guess: give parameters that nobody knows the roles that they could have.
    """
    called = _guessed if guess else _whole
    for candidate in shape.get("candidates", []):
        name = candidate["class"]
        if wanted.function or (wanted.class_name and wanted.class_name not in class_names(name)):
            continue
        constructors: list[Any] = list(candidate.get("constructors") or [])
        for index, method in enumerate(candidate.get("methods", [])):
            if wanted.method and method["name"] != wanted.method:
                continue
            free = method.get("static") or candidate.get("kind") == "static"
            free = free or (candidate.get("kind") == "object" and not constructors)
            if not (method["parameters"] or plain_name(method["name"]).startswith(_STEPPING)):
                continue
            title = f"{name}.{method['name']}"
            # What it was given and returns is that again, not a step.
            same = method.get("returns") in {p.get("type") for p in method["parameters"]}
            result = str(method.get("result", ""))
            again = "again" if same and any(p.get("carries") for p in method["parameters"]) else ""
            result = again or result
            if free:
                base = {"class": name, "method": index}
                shared = candidate.get("globals") if method.get("static") else None
                made = shared[0]["parameters"] if shared else []
                way = _Call(title, base, made, method["parameters"], wanted, result)
                yield from called(way)
                continue
            for number, constructor in enumerate(constructors):
                base = {"class": name, "constructor": number, "method": index}
                uses = method.get("constructed", {})
                made = [
                    {**p, "use": uses.get(p["name"]) or p.get("use", {})}
                    for p in constructor["parameters"]
                ]
                yield from called(_Call(title, base, made, method["parameters"], wanted, result))
    functions = shape.get("functions", [])
    for function in functions:
        name = function["name"]
        if wanted.function and name != wanted.function:
            continue
        if wanted.class_name and name != wanted.class_name:
            continue
        # What takes its settings itself, in any of its arities, is not made with them elsewhere.
        settled = any(
            set(assigned(taken, 0, wanted)[0]) & set(HYPERPARAMETERS)
            for taken in function["parameters"]
        )
        for arity, parameters in enumerate(function["parameters"]):
            base = {"function": name, "arity": arity}
            yield from called(_Call(name, base, [], parameters, wanted))
            # What else was named may be a parameter of what makes its state.
            here = replace(wanted, roles=_within(wanted.roles, parameters))
            ways = list(called(_Call(name, base, [], parameters, here)))
            bound = [way[1] for way in ways if not isinstance(way, str)]
            handed = [role for binding in bound for role in binding.message["call"]]
            handed += assigned(parameters, 0, here)[0]
            if not settled and {"state", SELF} & {*handed}:
                yield from _made_elsewhere(functions, name, base, parameters, wanted)
            # A function that takes the data itself may return closures for other purposes.
            inner = [] if bound else function.get("inner") or []
            for number, taken in enumerate(inner):
                closure = {**base, "inner": number}
                yield from called(_Call(f"{name}(...)", closure, parameters, taken, wanted))


def _within(roles: Mapping[str, str], parameters: Sequence[Parameter]) -> dict[str, str]:
    """The roles of which there is the parameter that was named."""
    there = {name for parameter in parameters for name in names_of(parameter)}
    return {role: name for role, name in roles.items() if name in there}


def _made_elsewhere(
    functions: Sequence[Mapping[str, Any]],
    name: str,
    base: dict[str, Any],
    parameters: Sequence[Parameter],
    wanted: Wanted,
) -> Iterator[str | Ranked]:
    """A function whose state another one makes of hyperparameters: a record, a map."""
    # A function that makes a function makes no state.
    for maker in (one for one in functions if not one.get("inner")):
        for arity, made in enumerate(maker["parameters"]):
            named = Wanted(roles=_within(wanted.roles, made))
            roles, unsettled, _ = assigned(made, len(made), named)
            if maker["name"] == name or unsettled or not set(roles) & set(HYPERPARAMETERS):
                continue
            elsewhere = {**base, "maker": maker["name"], "maker_arity": arity}
            yield from _whole(_Call(name, elsewhere, made, parameters, wanted))


class _Call(NamedTuple):
    """What is called, behind what makes it.

    Attributes:
        title: for people.
        base: how the host finds both.
        construct, call: the parameters of each.
        wanted: what the user said of its binding.
        result: what it returns.
    """

    title: str
    base: dict[str, Any]
    construct: Sequence[Parameter]
    call: Sequence[Parameter]
    wanted: Wanted
    result: str = ""


def _whole(way: _Call) -> Iterator[str | Ranked]:
    """Give every parameter of constructor and call a role, or say which one has none."""
    parameters = [*way.construct, *way.call]
    yield _bound(way, *assigned(parameters, len(way.construct), way.wanted))


def _guessed(way: _Call) -> Iterator[str | Ranked]:
    """Give parameters that nobody knows each role that they could have."""
    parameters, made = [*way.construct, *way.call], len(way.construct)
    known, _, _ = assigned(parameters, made, way.wanted)
    for roles in filled(parameters, known, made, way.result):
        yield _bound(way, roles, [], True)
        if "parameters" in roles[made:] and way.result in CONTAINERS:
            # What it returns may be the weights after all.
            yield _bound(way._replace(result="again"), roles, [], True)


def _bound(
    way: _Call, roles: Sequence[str | None], unsettled: Sequence[str], guessed: bool
) -> str | Ranked:
    """The binding of these roles, or why they make none."""
    title, base, construct, call, wanted, result = way
    parameters = [*construct, *call]
    signature = f"{title}({', '.join(p['name'] for p in call)})"
    if construct and not base.keys() <= {"class", "method"}:
        names = ", ".join(p["name"] for p in construct if not p.get("setter"))
        signature += f" of a constructor taking ({names})"
    chosen = [
        f"{p['name']} = {text!r}"
        for p in parameters
        if p["name"] not in wanted.give and (text := choice(p)) is not None
    ]
    signature += f" with {', '.join(chosen)}" if chosen else ""
    within = _within(wanted.roles, parameters)
    for role, name in wanted.roles.items():
        if role not in within:
            there = ", ".join(p["name"] for p in parameters) or "nothing"
            return f"{signature}: bind.{role}: {name!r} is no parameter of it (it takes {there})"
    if SELF in roles and "maker" not in base:
        unsettled = [*unsettled, call[roles[len(construct) :].index(SELF)]["name"]]
    # An option that no scenario gives stays at its default where it has one.
    roles = [
        None if role in OPTIONS and role not in wanted.options and p.get("default") else role
        for role, p in zip(roles, parameters, strict=True)
    ]
    left_out = (p for p, role in zip(parameters, roles, strict=True) if role is None)
    if settings := next((p["name"] for p in left_out if held_in(p)), ""):
        # Left out, they would be made anew in every step, and the average with them.
        return f"{signature}: {settings} holds its hyperparameters"
    called = roles[len(construct) :]
    source = next((p for p, role in zip(call, called, strict=True) if role == "source"), None)
    if source and (limits := asking.limits(parameters, roles, len(construct))):
        # It takes all steps by itself: it goes on until nobody answers.
        roles = [limits.get(i, role) for i, role in enumerate(roles)]
        called = roles[len(construct) :]
        unsettled = [n for n in unsettled if n not in {parameters[i]["name"] for i in limits}]
        base = {**base, "loop": True}
    steps = "gradients" in called and "weights" not in roles and result in _STEPS
    # Of what holds weights and gradients the step is returned, which somebody else takes.
    taken = tuple(role for role in roles if role in HYPERPARAMETERS + OPTIONS)
    steps = steps or ("parameters" in called and result in CONTAINERS and bool(taken))
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
            return Unsettled.of(signature, unsettled, False, parameters, len(construct), roles)
        return f"{signature}: does not take both gradients and weights"
    if unsettled:
        return Unsettled.of(signature, unsettled, True, parameters, len(construct), roles)
    data = [
        p
        for p, role in zip(parameters, roles, strict=True)
        if role in ("gradients", "weights", "parameters", "source")
    ]
    kinds = {p["kind"] for p in data} & {*CONTAINERS, "number"}
    if source:
        kinds = kinds or {"array"}
    if len(kinds) > 1:
        return f"{signature}: one of gradients and weights is {_words(kinds)}"
    elements = {p.get("element") for p in data} - {None}
    if len(elements) > 1:
        return f"{signature}: gradients and weights differ in precision"
    if steps and not taken:  # a helper: it returns something for something
        return f"{signature}: does not take weights, nor any hyperparameter"
    plain_function = "function" in base and not {"inner", "maker"} & set(base)
    constructed: dict[str, Any] = {} if plain_function else {"construct": roles[: len(construct)]}
    if steps:
        # What is returned without having been given the rate has yet to be multiplied by it.
        constructed["step"] = "subtract" if "learning_rate" in taken else "rate"
    absent = any(p.get("absent") and r is None for p, r in zip(parameters, roles, strict=True))
    # What an own type keeps is read from its fields.
    own = any(p.get("own") for p in data)
    binding = Binding(
        message={**base, **constructed, "call": called},
        title=signature,
        roles=taken,
        element=next(iter(elements), None),
        container=next(iter(kinds), None),
        storages=_storages(data),
        guessed=steps
        or bool(chosen)
        or guessed
        or absent
        or own
        or bool({"source", "parameters"} & set(roles)),
        given=", ".join(chosen),
        types=f"{title}({', '.join(str(p.get('type')) for p in call)})",
        containers=tuple(tuple(p["containers"]) for p in data if p.get("containers") is not None),
    )
    named = wanted.class_name is None and "rmsprop" in plain_name(title)
    core = sum(role in HYPERPARAMETERS for role in taken)
    given = sum(role in wanted.options for role in taken)
    preferred = CONTAINERS[::-1].index(kind) + 1 if (kind := binding.container) in CONTAINERS else 0
    first = plain_name(title.rpartition(".")[2]).startswith(_FIRST)
    rank = (named, not steps, core, given, preferred, core + given - len(taken), not first)
    return tuple(map(int, rank)), binding


# What a step is called that is given nothing.
_STEPPING = tuple("step update apply optimi minimi perform iterate descend train".split())
# What is called before the first step, and so is none.
_FIRST = ("init", "setup", "prepare", "register", "attach", "add", "set")
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
