"""What a port's constructor and call are given: what stands in for each parameter.

A parameter is a hyperparameter by its name, or gradients, weights, or an object that holds them by
what the source does with it (see harness.ports.offers); what nobody knows makes no draft.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.ports.leaves import (
    CONFIG,
    COUNTER,
    EXAMPLES,
    LISTED,
    MANY,
    NAME,
    OBJECTS,
    SEED,
    SHAPE,
    SIZE,
    TRAINED_ON,
    gradient_of,
    plain,
    weights_in,
)
from harness.ports.numbers import by_default, hyper_roles
from harness.ports.offers import (
    ADDED,
    Spec,
    Unknown,
    attributes,
    by_exclusion,
    every,
    leaves,
    offer,
    shown,
    structured,
)
from harness.ports.roles import Wanted, choice, chosen, ranked, role_names, written
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

# What a constructor's list of parameters may hold, whatever is done with it: arrays, or objects.
_WEIGHTS: Spec = {"kind": "leaf", "role": "weights", "base": ""}
_GRADIENTS: Spec = {"kind": "leaf", "role": "gradients", "base": ""}
LISTS: tuple[Spec, ...] = (
    {"kind": "list", "of": _WEIGHTS},
    {
        "kind": "list",
        "of": {"kind": "object", "attributes": {"data": _WEIGHTS, "grad": _GRADIENTS}},
    },
)


@dataclass
class Draft:
    """A plan that is being made."""

    construct: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    data: list[Spec] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    named: bool = False
    sized: bool = False
    apart: bool = False
    stateful: str = ""
    kept: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)


# -- parameters ------------------------------------------------------------------------------------


def drafted(
    constructor: Sequence[Mapping[str, Any]],
    call: Sequence[Mapping[str, Any]],
    wanted: Wanted,
    listed: Spec | None = None,
    rows: bool = False,
    lenient: bool = False,
    trained: bool = False,
) -> Draft:
    """What constructor and call are given; what `listed` describes for a list of parameters.

    With `rows`, what is looped over twice is one array, a matrix, not lists of several. With
    `lenient`, a parameter that nobody knows is left open, for a person. With `trained`, a call is
    given data to train on, which say nothing, and so is what else nobody knows of it.

    Raises:
        Unknown: nobody knows what a parameter is.
    """
    draft = Draft()
    excluded = ""
    offered: dict[str, Spec] = {}
    numbers: list[tuple[Mapping[str, Any], dict[str, Any]]] = []
    for parameters, feeds, constructed in (
        (constructor, draft.construct, True),
        (call, draft.arguments, False),
    ):
        for parameter in parameters:
            if not constructed and _carried(parameter):
                draft.carried.append(parameter["name"])
                own = bool(parameter.get("default"))
                draft.words += [] if own else [f"{parameter['name']}: made up at first"]
                feeds[parameter["name"]] = {"carried": len(draft.carried) - 1, "begun": own}
                continue
            if trained and not constructed and plain(parameter["name"]) in TRAINED_ON:
                feeds[parameter["name"]] = {"anything": True}
                continue
            spec = _data(parameter, constructed, wanted)
            if listed and constructed and plain(parameter["name"]) in LISTED:
                spec = copy.deepcopy(listed)
            if rows and spec and _nested(spec):
                spec = spec["of"]["of"]
            if spec is None and not constructed and _alone(parameter, call, wanted):
                spec = copy.copy(_GRADIENTS)
                excluded = parameter["name"]
            if spec is not None:
                if spec["kind"] == "state":
                    draft.stateful = parameter["name"]
                    keys = parameter.get("use", {}).get("keys", {})
                    draft.kept = [key for key in keys if not key.isdigit()]
                    feeds[parameter["name"]] = {"state": True}
                    continue
                feeds[parameter["name"]] = {"data": spec}
                draft.data.append(spec)
                offered[parameter["name"]] = spec
                continue
            numbers.append((parameter, feeds))
    _only_squared(call, offered)
    by_exclusion(leaf for spec in draft.data for leaf in leaves(spec))
    draft.words += [f"{name}: {shown(spec)}" for name, spec in offered.items()]
    settings = [part for spec in draft.data for part in every(spec) if part["kind"] == "hyper"]
    named: dict[str, Any] = {}
    for name in dict.fromkeys(part["name"] for part in settings):
        numbers.append(({"name": name, "kind": "any", "default": True}, named))
    _numbers(numbers, draft, wanted, lenient, trained)
    for part in settings:
        part["role"] = named.get(part["name"], {}).get("role")
        if part["role"] is None and any(role in ADDED for _, role in ranked(part["name"])):
            part["value"] = 0.0
    if excluded and not draft.roles:  # a helper, that computes something of something
        raise Unknown(f"what is {excluded}?")
    return draft


def _only_squared(call: Sequence[Mapping[str, Any]], offered: Mapping[str, Spec]) -> None:
    """All that is handed over, if it is squared and stays as it is, is gradients by any name."""
    uses = {p["name"]: p.get("use", {}) for p in call}
    if len(offered) == 1 and not offered.keys() - uses.keys():
        ((name, spec),) = offered.items()
        one = spec["kind"] == "leaf" and spec["role"] == "weights"
        if one and uses[name].get("squared") and not uses[name].get("written"):
            spec.update(role="gradients", base="")


def _nested(spec: Spec) -> bool:
    """Whether something is a list of lists of one array's worth each: perhaps numbers in rows."""
    inner = spec.get("of", {})
    return bool(spec["kind"] == inner.get("kind") == "list" and inner["of"]["kind"] == "leaf")


def _carried(parameter: Mapping[str, Any]) -> bool:
    """Whether a parameter is returned anew among others, and is no weights: kept by who calls."""
    if not parameter.get("returned") or structured(parameter.get("use", {})):
        return False
    return weights_in(parameter["name"]) is None and _other(parameter) is None


def _data(parameter: Mapping[str, Any], constructed: bool, wanted: Wanted) -> Spec | None:
    """What stands in for a parameter that is no number; None for one that is."""
    name, use = parameter["name"], parameter.get("use", {})
    word = plain(name)
    if parameter["kind"] == "number" or "value" in parameter or parameter.get("flag"):
        return None
    if choice(parameter) is not None:
        return None
    if use.get("complement") and not structured(use):
        return None
    if name in wanted.roles.values():
        role = next(r for r, n in wanted.roles.items() if n == name)
        if role in (*HYPERPARAMETERS, *OPTIONS):
            return None
    if word in CONFIG and (use.get("keys") or use.get("mapping")):
        return {"kind": "config", "keys": held_in(parameter)}
    hyper = any(word in role_names(role) for role in (*HYPERPARAMETERS, *OPTIONS))
    gradient, weights = gradient_of(name), weights_in(name)
    asked = attributes(use)
    if hyper and (use.get("called") or len(asked) == 1) and gradient is None and weights is None:
        return _answering(name, use, asked)
    if not constructed and _averages(use):
        return offer(use, (name,))
    if not structured(use):
        if constructed and not (word in OBJECTS or weights is not None):
            return None
        if constructed and (parameter.get("default") or not use):
            return None
        if gradient is not None and not (hyper and word == "delta"):
            return {"kind": "leaf", "role": "gradients", "base": gradient}
        if weights is not None:
            return {"kind": "leaf", "role": "weights", "base": weights}
        if word in role_names("state") and not constructed:
            return {"kind": "state"}
        if use.get("averaged") and not constructed and not parameter.get("returned"):
            return {"kind": "leaf", "role": "zeros", "base": word, "own": True}
        squared = use.get("squared") and not constructed and not hyper
        return copy.copy(_GRADIENTS) if squared else None
    if not constructed and word in role_names("state") and weights is None and gradient is None:
        held = offer(use, (name,)) if attributes(use) else {"kind": "state"}
        return (
            held if any(leaf["role"] == "weights" for leaf in leaves(held)) else {"kind": "state"}
        )
    left = constructed and parameter.get("default") and weights is None
    if left and word not in OBJECTS and not held_in(parameter):
        return None
    if hyper and not attributes(use) and not use.get("iterated"):
        return None
    return offer(use, (name,))


def _averages(use: Mapping[str, Any]) -> bool:
    """Whether a value holds averages that change in place; or is one that nobody hands on."""
    inside = [use.get("item", {}), *use.get("keys", {}).values()]
    return any(one.get("averaged") and one.get("written") for one in inside)


def _answering(name: str, use: Mapping[str, Any], asked: Mapping[str, Any]) -> Spec:
    """What answers with a hyperparameter when it is called, or when it is asked for it."""
    value: Spec = {"kind": "hyper", "name": name}
    if use.get("called"):
        return {"kind": "method", "returns": value}
    ((of, inner),) = asked.items()
    answer = {"kind": "method", "returns": value} if inner.get("called") else value
    return {"kind": "object", "attributes": {of: answer}, "mirrored": []}


def _alone(parameter: Mapping[str, Any], call: Sequence[Mapping[str, Any]], wanted: Wanted) -> bool:
    """Whether a parameter is the only one of a call that nothing is known of, and computed with."""

    def unknown(one: Mapping[str, Any]) -> bool:
        return (
            not one.get("default")
            and _other(one) is None
            and hyper_roles([one], wanted) == [None]
            and one["name"] not in wanted.roles.values()
            and one["kind"] == "any"
        )

    computed = bool(parameter.get("use", {}).get("computed"))
    return computed and unknown(parameter) and all(unknown(p) == (p is parameter) for p in call)


def held_in(parameter: Mapping[str, Any]) -> dict[str, str]:
    """What settings hold that are hyperparameters, with their roles: keys, else attributes."""
    if plain(parameter["name"]) not in CONFIG:
        return {}
    use = parameter.get("use", {})
    keys = [key for key in use.get("keys", {}) if not key.isdigit()] or [*attributes(use)]
    roles = hyper_roles([{"name": key} for key in keys], Wanted())
    return {key: role for key, role in zip(keys, roles, strict=True) if role in HYPERPARAMETERS}


def _numbers(
    numbers: Sequence[tuple[Mapping[str, Any], dict[str, Any]]],
    draft: Draft,
    wanted: Wanted,
    lenient: bool,
    trained: bool,
) -> None:
    """Roles of what is left: hyperparameters first, then names, counters and sizes."""
    parameters = [p for p, _ in numbers]
    open_ = [
        i for i, p in enumerate(parameters) if not _other(p) or p["name"] in wanted.roles.values()
    ]
    unread = [parameters[i] for i in open_]
    roles = by_default(unread, hyper_roles(unread, wanted))
    given: dict[int, str | None] = dict(zip(open_, roles, strict=True))
    for i, (parameter, feeds) in enumerate(numbers):
        name, role = parameter["name"], given.get(i)
        if role in OPTIONS and role not in wanted.options:
            if not parameter.get("default"):  # nobody asked for any
                feeds[name] = {"value": 0.0}
                draft.words.append(f"{name} = 0.0")
            continue
        if role in (*HYPERPARAMETERS, *OPTIONS):
            feeds[name] = {"role": role}
            draft.roles[role] = name
            continue
        fed = _other(parameter)
        if fed and (role := choice(parameter)) is not None:
            draft.words.append(f"{name} = {written(role)}".replace('"', "'"))
        unused = parameter.get("use") == {}  # the source does nothing with it
        if fed is None and not parameter.get("default"):
            if plain(name) in EXAMPLES and (trained or parameter.get("use", {}).get("divisor")):
                fed = {"value": 1}
            elif _spare(parameter, draft):
                fed = {"value": 0.0}  # of a weight decay, say: nobody asked for any
            if fed is not None:
                draft.words.append(f"{name} = {fed['value']!r}")
        if fed is None and unused:
            fed = {"value": None}
        elif fed is None and trained and feeds is draft.arguments and not parameter.get("default"):
            fed = {"anything": True}
        elif lenient and fed == {"value": None}:  # a person can say more of it than nothing
            fed = None
        if fed is None or (parameter.get("default") and choice(parameter) is None):
            if not parameter.get("default"):
                if not lenient:
                    raise Unknown(f"what is {name}?")
                feeds[name] = {"open": True}
            continue
        draft.named |= "name" in fed
        draft.sized |= "size" in fed
        draft.apart |= fed.get("size") in ("rows", "columns")
        feeds[name] = fed


def _spare(parameter: Mapping[str, Any], draft: Draft) -> bool:
    """Whether a name is one of hyperparameters that all have other names, and are given."""
    word = plain(parameter["name"])
    roles = [role for role in HYPERPARAMETERS if word in role_names(role)]
    return bool(roles) and set(roles) <= set(draft.roles)


def _other(parameter: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a number or text is that is no hyperparameter."""
    word = plain(parameter["name"])
    if "value" in parameter:
        return None
    if (fed := chosen(parameter)) is not None:
        return fed
    if word in SHAPE or word.endswith("shape"):
        biases = weights_in(word.removesuffix("shape")) == "b"
        return {"size": "shape", **({"slot": 1} if biases else {})}
    if word in NAME or (parameter.get("use", {}).get("keyed") and word not in role_names("state")):
        return {"name": True}
    if word in COUNTER:
        return {"counter": 1}
    if word in SEED:
        return {"value": 0}
    if word in MANY:
        return {"many": True}
    if word in SIZE:
        return {"size": True}
    if size := parameter.get("use", {}).get("sized"):
        return {"size": size}
    if word.endswith(("loss", "cost")):
        return {"value": 0.0}
    if "batch" in word:
        return {"value": 1}
    return {"value": None} if word in OBJECTS else None
