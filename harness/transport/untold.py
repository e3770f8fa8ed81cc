"""The numbers that a port takes and that it is told nothing of, as it is called.

What looks like a constant of its own may be one of these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from math import isclose
from typing import Any

from harness.ports.numbers import usual
from harness.ports.roles import ranked
from harness.transport.states import taken_by
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, NEUTRAL, OPTIONS

_Shape = Mapping[str, Any]
# No epsilon that anybody uses is larger.
SMALL = 1e-3
# What a type of the source is asked for, as the host of a JVM writes it.
_ASKED = re.compile(r": (?:double|float) (?:get)?(?P<name>\w+)\(\)$", re.IGNORECASE)

# The same under a text, which a caller of it knows.
_BY_TEXT = re.compile(r": (?:double|float) (?P<name>\w+)\(String \w+[^)]*\)$", re.IGNORECASE)


def may_be(shape: _Shape, message: _Shape, role: str, constant: float, told: bool) -> list[str]:
    """The parameters left at their defaults that may be what is taken for a constant.

    Args:
        shape: of the source.
        message: how it is called.
        role: of the hyperparameter that shows no effect.
        constant: what is there in its place.
        told: it is given to another parameter.
    """
    left = [p for p in _left(shape, message) if p.get("use", {}).get("computed", True)]
    same = [p for p in left if p["value"] == constant]
    unknown = [p for p in left if not told and not ranked(p["name"])]
    places = usual(unknown, [None] * len(unknown), role)
    return list(dict.fromkeys(p["name"] for p in [*same, *(unknown[i] for i in places)]))


def made_with(shape: _Shape, message: _Shape, given: Collection[str]) -> list[str]:
    """What parameters without a default were told that no test case says, each "name = value"."""
    if "call" not in message or "graph" in message or "library" in message or "plan" in message:
        return []
    roles = [*(message.get("construct") or []), *message["call"]]
    told: dict[str, str] = {}
    for parameter, role in zip(taken_by(shape, message), roles, strict=False):
        own = any(parameter.get(key) for key in ("absent", "omissible", "setter"))
        if role is None and parameter.get("kind") == "flag" and not own:
            told[parameter["name"]] = "false"  # as the JVM begins one
        elif role in OPTIONS and role not in given and not parameter.get("default"):
            neutral = NEUTRAL[role]
            same = f"the {neutral.replace('_', ' ')}" if isinstance(neutral, str) else ""
            told[parameter["name"]] = same or f"{neutral:g}"
    return [f"{name} = {value}" for name, value in told.items()]


def may_be_set(shape: _Shape, owner: str, role: str, constant: float) -> str:
    """The name under which what is called may be told what is taken for a constant; or "".

    >>> found = [["momentum", 0.9, []], ["fade", 0.9, ["P"]], ["keep", 0.9, ["Settings", "O"]]]
    >>> may_be_set({"offered": found}, "x.O", "decay_rate", 0.9)
    'keep'
    >>> one = {"class": "O", "told": [{"name": "lr"}]}
    >>> may_be_set({"candidates": [one]}, "O", "learning_rate", 0.1)
    'lr'
    >>> text, lr = {"name": "key", "kind": "text"}, {"name": "value", "kind": "number"}
    >>> named, made = {"name": "set", "parameters": [text, lr]}, {"name": "of"}
    >>> made["parameters"] = [text, lr, lr]
    >>> [
    ...     may_be_set({"candidates": [{"class": "A", "methods": [m]}]}, "A", "epsilon", 1e-3)
    ...     for m in (named, made)
    ... ]
    ['set(key, value)', '']
    >>> factory = named | {"static": True, "name": "of"}
    >>> may_be_set({"candidates": [{"class": "A", "methods": [factory]}]}, "A", "epsilon", 1e-3)
    ''
    >>> text |= {"kind": "other", "hints": ["import A", "A.Key.RATE, A.Key.DECAY"]}
    >>> may_be_set({"candidates": [{"class": "A", "methods": [named]}]}, "A", "decay_rate", 0.9)
    'set(key, value)'

    Args:
        shape: of the source.
        owner: the class or function that is called.
        role: of the hyperparameter that is told to nothing.
        constant: what is there in its place; 0 for no epsilon.
    """
    parts = {*re.split(r"[.$ ]", owner)}
    for name, value, owners in shape.get("offered", []):
        if owners and not parts & {*owners}:
            continue
        # What is averaged by the complement of a number is told that.
        likely = {constant, 1 - constant} if role == "decay_rate" else {constant}
        fits = value <= SMALL if constant == 0 else any(isclose(value, c) for c in likely)
        if fits and (_names(name, role) or not ranked(name)):
            return str(name)
    if key := _handed_on(shape, owner, role):
        return key
    for one in (*shape.get("candidates", []), *shape.get("functions", [])):
        if one.get("class", one.get("name")) != owner:
            continue
        for name, value in one.get("settable", []):
            if value == constant and _names(name, role):
                return str(name)
        for later in one.get("told", []):
            if _names(later["name"], role):
                return str(later["name"])
        for method in one.get("methods", []):
            taken = method["parameters"]
            # What belongs to no object, and does not say that it sets something, makes one.
            sets = not method.get("static") or method["name"].startswith("set")
            plain = taken and sets and all(p["kind"] in ("number", "text") for p in taken)
            texts = plain and [p["kind"] for p in taken] == ["text", "number"]
            chosen = _choices(taken[0]) if [p["kind"] for p in taken[1:]] == ["number"] else []
            told = texts or (plain and any(_names(p["name"], role) for p in taken))
            if told or any(_names(choice, role) for choice in chosen):
                return f"{method['name']}({', '.join(p['name'] for p in taken)})"
    return ""


def _handed_on(shape: _Shape, owner: str, role: str) -> str:
    """The key under which another function takes a hyperparameter from a map like one of these.

    >>> rate = {"name": "lr", "key": "lr", "part": {"of": 1}}
    >>> step, go = {"name": "step", "parameters": [[rate]]}, {"name": "go", "parameters": [[]]}
    >>> _handed_on({"functions": [step, go]}, "go", "learning_rate")
    ''
    >>> go["parameters"][0].append({"name": "turns", "key": "turns", "part": {"of": 2}})
    >>> _handed_on({"functions": [step, go]}, "go", "learning_rate")
    'lr'
    """
    taken = {
        function["name"]: [p for listed in function["parameters"] for p in listed if p.get("part")]
        for function in shape.get("functions", [])
    }
    if not taken.pop(owner, []):
        return ""
    keys = (str(p["key"]) for parts in taken.values() for p in parts if p.get("key"))
    return next((key for key in keys if _names(key, role)), "")


def may_be_handed(shape: _Shape, message: _Shape, role: str) -> str:
    """What an object that is left at its default would be asked for a hyperparameter by; or "".

    >>> settings = {"name": "settings", "hints": ["Settings: Double rate()"]}
    >>> one = {"constructors": [{"parameters": [settings]}], "methods": [{"parameters": []}]}
    >>> made = {"class": "O", "constructor": 0, "method": 0, "construct": [None], "call": []}
    >>> may_be_handed({"candidates": [{"class": "O", **one}]}, made, "learning_rate")
    'settings.rate'
    >>> settings["hints"] = ["Conf: double getDouble(String key, double fallback)"]
    >>> may_be_handed({"candidates": [{"class": "O", **one}]}, made, "learning_rate")
    'settings.getDouble(...)'
    """
    named = [c for c in shape.get("candidates", []) if c["class"] == message.get("class")]
    made = [one for candidate in named for one in candidate.get("constructors") or ()]
    given: set[str] = set()
    if "constructor" in message:
        chosen = zip(made[message["constructor"]]["parameters"], message["construct"], strict=False)
        given = {parameter["name"] for parameter, one in chosen if one in HYPERPARAMETERS}
    for parameter in (p for constructor in made for p in constructor["parameters"]):
        left = parameter["name"] not in given
        hints = parameter.get("hints", []) if left else []
        for texts in filter(None, map(_BY_TEXT.search, hints)):
            return f"{parameter['name']}.{texts['name']}(...)"
        for asked in map(_ASKED.search, hints):
            if asked and _names(asked["name"], role):
                name = asked["name"]
                return f"{parameter['name']}.{name[0].lower()}{name[1:]}"
    return ""


def _choices(parameter: Mapping[str, Any]) -> list[str]:
    """The constants of an enumeration, one of which a parameter is."""
    hints = parameter.get("hints", [])
    return [name for hint in hints for name in re.findall(r"\.([A-Z_]+)\b", hint)]


def _names(name: str, role: str) -> bool:
    return any(role == one for _, one in ranked(name))


def _left(shape: _Shape, message: _Shape) -> Iterator[dict[str, Any]]:
    """The parameters with a number for their default that are not given anything."""
    if "graph" in message or "library" in message:
        return
    plan = message.get("plan")
    if plan is None:
        roles = [*(message.get("construct") or []), *message["call"]]
        taken = taken_by(shape, message)
        open_ = [p for p, role in zip(taken, roles, strict=False) if role is None]
    else:
        calls = [plan, *plan.get("before", []), *plan.get("calls", [])]
        given = {name for one in calls for name in one.get("arguments", {})}
        given |= {*plan.get("construct", {}), *plan.get("closure", {})}
        open_ = [p for p in _taken(shape, plan) if p["name"] not in given]
    for parameter in open_:
        if isinstance(value := parameter.get("value"), int | float):
            yield {**parameter, "value": float(value)}


def _taken(shape: _Shape, plan: _Shape) -> Iterator[Mapping[str, Any]]:
    """The parameters of what a plan makes and calls."""
    names = {plan.get("function"), *(call.get("method") for call in plan.get("calls", []))}
    for candidate in shape.get("candidates", []):
        if candidate["class"] != plan.get("class"):
            continue
        methods = [*candidate["methods"], *candidate.get("private", [])]
        called = [m for m in methods if m["name"] in names]
        uses: dict[str, Any] = {}
        for method in called:
            yield from method["parameters"]
            uses |= method.get("constructed", {})
        for constructor in candidate.get("constructors") or []:
            yield from ({**p, "use": uses.get(p["name"], {})} for p in constructor["parameters"])
    for function in shape.get("functions", []):
        if function["name"] in names and "class" not in plan:
            yield from function["parameters"][0]
