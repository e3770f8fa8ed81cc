"""The binding that roles make of what can be called, or why they make none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.languages.naming import plain_name, says_rmsprop
from harness.ports import asking
from harness.ports.assigning import listed, may_be, names_of
from harness.ports.drafts import held_in
from harness.ports.naming import says_step
from harness.ports.roles import (
    CONSTANTS,
    CONTAINERS,
    DATA,
    Parameter,
    Wanted,
    choice,
    ranks,
    written,
)
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

# What a port is fed, or feeds on.
_FED = ("gradients", "weights", "parameters", "source")
# What a step is called that is given nothing.
STEPPING = tuple("step update apply optimi minimi perform iterate descend train".split())
# What is called before the first step, and so is none.
_FIRST = ("init", "setup", "prepare", "register", "attach", "add", "set")
# What a method may return that is a step to be taken from the weights; in place, if nothing.
_STEPS = (*CONTAINERS, "number", "nothing")


class Unsettled(str):
    """Why something cannot be bound of which only names are unsettled.

    Attributes:
        near: it takes gradients and weights.
        names: the parameters without a role.
        roles: those that one of them could have; none if not every one could have any.
        plain: each could be given a constant.
        whole: those that are whole numbers.
        told: the hyperparameters that others of its parameters are.
    """

    near: bool
    names: tuple[str, ...]
    roles: tuple[str, ...]
    plain: bool
    told: frozenset[str | None]
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
        made.told = frozenset(role for role in taken if role in HYPERPARAMETERS)
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
            and not listed(p)
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
        among: what is bound, where several fit and none or more are called RMSProp; else empty.
        told: that RMSProp is meant, where it makes several algorithms.
        given: what it is given because that says RMSProp: "method = 'rmsprop'".
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
    told: bool = False
    given: str = ""
    containers: tuple[tuple[str, ...], ...] = ()
    twins: tuple[Binding, ...] = ()
    types: str = ""


Ranked = tuple[tuple[int, ...], Binding]
"""How likely a binding is meant, the larger the likelier, and the binding."""


class Call(NamedTuple):
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


def bound(
    way: Call, roles: Sequence[str | None], unsettled: Sequence[str], guessed: bool
) -> str | Ranked:
    """The binding of these roles, or why they make none.

    Args:
        way: what is called.
        roles: of its parameters, those of what makes it first.
        unsettled: names of parameters that found none.
        guessed: some roles rest on more than names and types.
    """
    base, call, wanted = way.base, way.call, way.wanted
    parameters, made = [*way.construct, *call], len(way.construct)
    chosen = _chosen(way)
    signature = _signature(way, chosen)
    if unknown := _unknown(way):
        return f"{signature}: {unknown}"
    # An option that no scenario gives stays at its default where it has one.
    roles = [
        None if role in OPTIONS and role not in wanted.options and p.get("default") else role
        for role, p in zip(roles, parameters, strict=True)
    ]
    left_out = (p for p, role in zip(parameters, roles, strict=True) if role is None)
    if settings := next((p["name"] for p in left_out if held_in(p)), ""):
        # Left out, they would be made anew in every step, and the average with them.
        return f"{signature}: {settings} holds its hyperparameters"
    source = next((p for p, r in zip(call, roles[made:], strict=True) if r == "source"), None)
    if source and (limits := asking.limits(parameters, roles, made)):
        # It takes all steps by itself: it goes on until nobody answers.
        roles = [limits.get(i, role) for i, role in enumerate(roles)]
        unsettled = [n for n in unsettled if n not in {parameters[i]["name"] for i in limits}]
        base = {**base, "loop": True}
    taken = tuple(role for role in roles if role in HYPERPARAMETERS + OPTIONS)
    steps = _is_step(way, roles, taken)
    near = steps or _is_whole(way, roles, source)
    if unsettled:
        return Unsettled.of(signature, unsettled, near, parameters, made, roles)
    if not near:
        return f"{signature}: does not take both gradients and weights"
    data = [p for p, role in zip(parameters, roles, strict=True) if role in _FED]
    kinds = {p["kind"] for p in data} & {*CONTAINERS, "number"}
    if source:
        kinds = kinds or {"array"}
    elements = {p.get("element") for p in data} - {None}
    if len(kinds) > 1:
        return f"{signature}: one of gradients and weights is {_words(kinds)}"
    if len(elements) > 1:
        return f"{signature}: gradients and weights differ in precision"
    if steps and not taken:  # a helper: it returns something for something
        return f"{signature}: does not take weights, nor any hyperparameter"
    if steps and "learning_rate" not in taken and not _says_step(way, roles[made:]):
        return f"{signature}: what it scales is nowhere said to be gradients"
    message = {**base, "call": roles[made:]}
    if "function" not in base or {"inner", "maker"} & set(base):
        message["construct"] = roles[:made]
    if steps:
        # What is returned without having been given the rate has yet to be multiplied by it.
        message["step"] = "subtract" if "learning_rate" in taken else "rate"
    absent = any(p.get("absent") and r is None for p, r in zip(parameters, roles, strict=True))
    # What an own type keeps is read from its fields.
    own = any(p.get("own") for p in data)
    asked = bool({"source", "parameters"} & set(roles))
    binding = Binding(
        message=message,
        title=signature,
        roles=taken,
        element=next(iter(elements), None),
        container=next(iter(kinds), None),
        storages=_storages(data),
        guessed=steps or bool(chosen) or guessed or absent or own or asked,
        told=bool(chosen) or any(p["kind"] == "choice" for p in parameters),
        given=", ".join(chosen),
        types=f"{way.title}({', '.join(str(p.get('type')) for p in call)})",
        containers=tuple(tuple(p["containers"]) for p in data if p.get("containers") is not None),
    )
    return _rank(binding, way, steps), binding


def within(roles: Mapping[str, str], parameters: Sequence[Parameter]) -> dict[str, str]:
    """The roles of which there is the parameter that was named."""
    there = {name for parameter in parameters for name in names_of(parameter)}
    return {role: name for role, name in roles.items() if name in there}


def _chosen(way: Call) -> list[str]:
    """The parameters that are given something because it says RMSProp: "method = 'rmsprop'"."""
    return [
        f"{p['name']} = {written(role).replace(chr(34), chr(39))}"
        for p in (*way.construct, *way.call)
        if p["name"] not in way.wanted.give and (role := choice(p)) is not None
    ]


def _signature(way: Call, chosen: Sequence[str]) -> str:
    """What is bound, for people."""
    signature = f"{way.title}({', '.join(p['name'] for p in way.call)})"
    if way.construct and not way.base.keys() <= {"class", "method"}:
        told: dict[str, list[str]] = {"": []}
        for p in way.construct:
            if not p.get("setter"):
                told.setdefault(p.get("later", ""), []).append(p["name"])
        made = ", ".join(told.pop(""))
        signature += f" made with ({made})" if made else ""
        called = (f"{method}({', '.join(names)})" for method, names in told.items())
        signature += "".join(f" after {one}" for one in called)
    return signature + (f" with {', '.join(chosen)}" if chosen else "")


def _unknown(way: Call) -> str:
    """Which parameter that a user named is none of it; "" where all are there."""
    parameters = [*way.construct, *way.call]
    there = within(way.wanted.roles, parameters)
    for role, name in way.wanted.roles.items():
        if role not in there:
            names = ", ".join(p["name"] for p in parameters) or "nothing"
            return f"bind.{role}: {name!r} is no parameter of it (it takes {names})"
    return ""


def _is_step(way: Call, roles: Sequence[str | None], taken: Sequence[str]) -> bool:
    """Whether it makes of gradients the step that somebody else takes from the weights."""
    called = roles[len(way.construct) :]
    if "parameters" in called and way.result in CONTAINERS and taken:
        return True  # of what holds weights and gradients the step is returned
    if "gradients" not in called or "weights" in roles or way.result not in _STEPS:
        return False
    # Where nothing is returned the gradients become the step, where they can.
    fed = way.call[called.index("gradients")]
    return way.result != "nothing" or fed["kind"] in CONTAINERS


def _says_step(way: Call, called: Sequence[str | None]) -> bool:
    """Whether a name says that what is returned is a step, or what is given gradients."""
    if "gradients" not in called or "gradients" in way.wanted.roles:
        return True
    fed = way.call[called.index("gradients")]["name"]
    return any(role == "gradients" for _, role in ranks(fed)) or says_step(way.title)


def _is_whole(way: Call, roles: Sequence[str | None], source: Parameter | None) -> bool:
    """Whether it has both the gradients and the weights."""
    called = roles[len(way.construct) :]
    whole = ("gradients" in called and "weights" in roles) or "parameters" in roles
    if not set(called) & {*_FED}:
        # All was given to the constructor: of what is called then only the name speaks.
        whole &= plain_name(way.title.rpartition(".")[2]).startswith(STEPPING)
    return whole or (source is not None and ("weights" in called or bool(source.get("carries"))))


def _rank(binding: Binding, way: Call, steps: bool) -> tuple[int, ...]:
    """How likely a binding is meant, the larger the likelier."""
    taken, wanted, kind = binding.roles, way.wanted, binding.container
    parts = re.split(r"[.$/]", way.title.partition("(")[0])
    named = wanted.class_name is None and any(map(says_rmsprop, parts))
    core = sum(role in HYPERPARAMETERS for role in taken)
    given = sum(role in wanted.options for role in taken)
    preferred = CONTAINERS[::-1].index(kind) + 1 if kind in CONTAINERS else 0
    first = plain_name(way.title.rpartition(".")[2]).startswith(_FIRST)
    rank = (
        named,
        binding.told,  # one that leaves the choice of an algorithm to its default makes another one
        not steps,
        core,
        given,
        preferred,
        core + given - len(taken),
        not first,
    )
    return tuple(map(int, rank))


def _words(kinds: set[str]) -> str:
    """Two kinds with their articles: a map, the other an array."""
    first, *others = (f"a{'n' * (kind[0] == 'a')} {kind}" for kind in sorted(kinds, reverse=True))
    return f"{first}, the other {' or '.join(others)}"


def _storages(data: Sequence[Parameter]) -> tuple[str, ...]:
    """The storages that the types leave open; one that leaves none follows the other."""
    return max((tuple(p.get("storages") or ()) for p in data), key=len, default=())


def _unrecognised(names: Sequence[str]) -> str:
    return f"unrecognised parameter{'s' * (len(names) > 1)} {', '.join(names)}"
