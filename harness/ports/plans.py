"""Ways to call a Python port that names alone do not settle: what stands in for what it takes.

Each is tried (see harness.transport.handing) and judged (harness.judging.guessing); one that is
not exact, conforming or explained was a wrong guess and says nothing against the port.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.languages.naming import says_rmsprop
from harness.ports.arrangement import Plan, finished
from harness.ports.drafts import LISTS, Draft, drafted
from harness.ports.later import told_later, told_of
from harness.ports.leaves import LISTED, OBJECTS, gradient_of, plain, weights_in
from harness.ports.naming import says_step
from harness.ports.numbers import hyper_roles
from harness.ports.offers import (
    Spec,
    Unknown,
    leaves,
    offer,
    shown,
)
from harness.ports.owned import owned
from harness.ports.records import as_made
from harness.ports.roles import Wanted, ranked
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

_FIRST = (
    "setup",
    "build",
    "init",
    "prepare",
    "compile",
    "config",
    "register",
    "setparam",
    "addparam",
    "bind",
    "set",
    "attach",
)
_MAKES = ("create", "make", "new", "get", "zeros")
_BEFORE = ("pre", "before", "begin", "start")
_AFTER = ("post", "after", "end", "finish")
# What is asked for a step, or for weights after one.
_GOT = ("getupdate", "getstep", "getdelta", "computeupdate")
_ASKED = ("get", "step", "delta", "compute", "calculate")
_NEVER = tuple("zerograd reset load save get state clear plot print copy clip".split())


# A class, its constructor's parameters and a method.
Called = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]], Mapping[str, Any]]


def plans(
    shape: Mapping[str, Any], wanted: Wanted | None = None, lenient: bool = False
) -> tuple[list[Plan], list[str]]:
    """The ways in which a port may be called, likeliest first, and why others are none.

    With `lenient`, what nobody knows of a class's arguments is left open: for an adapter.
    """
    wanted = wanted or Wanted()
    made: list[Plan] = []
    reasons: list[str] = []
    called: list[Called] = []
    listed: list[Called] = []
    trains: list[Plan] = []
    for candidate in chosen_classes(shape, wanted):
        constructors = candidate.get("constructors") or [{"parameters": []}]
        for method in _chosen_methods(candidate, wanted):
            name = method["name"]
            constructor = constructors[0]["parameters"]
            if not lenient:  # an adapter tells what it makes by its constructor alone
                later = told_later(candidate, [*constructor, *method["parameters"]])
                constructor = [*constructor, *later]
            called.append((candidate, constructor, method))
            try:
                made += _of_method(candidate, constructor, method, wanted, lenient=lenient)
            except Unknown as error:
                reasons.append(f"{candidate['class']}.{name}: {error}")
                with contextlib.suppress(Unknown):  # it may train a model on what it is given
                    trains += _of_method(candidate, constructor, method, wanted, trained=True)
            if any(plain(p["name"]) in LISTED for p in constructor):
                listed.append((candidate, constructor, method))
    for candidate, constructor, method in listed:  # whatever its source makes of what it is given
        for whole in LISTS:
            with contextlib.suppress(Unknown):
                made += _of_method(candidate, constructor, method, wanted, whole, lenient=lenient)
    for candidate, constructor, method in called:
        with contextlib.suppress(Unknown):
            ways = _of_method(candidate, constructor, method, wanted, rows=True, lenient=lenient)
            made += [plan for plan in ways if plan not in made]
    for candidate, constructor, method in called:  # what may be nothing is left out
        given, taken = _without_nothing(constructor), _without_nothing(method["parameters"])
        if len(given) + len(taken) < len(constructor) + len(method["parameters"]):
            bare = {**method, "parameters": taken}
            with contextlib.suppress(Unknown):
                made += _of_method(candidate, given, bare, wanted, lenient=lenient)
    for candidate, constructor, method in called:
        for role, name in _of_one_role([*constructor, *method["parameters"]], wanted):
            other = replace(wanted, roles={**wanted.roles, role: name})
            with contextlib.suppress(Unknown):
                ways = _of_method(candidate, constructor, method, other, lenient=lenient)
                said = f", {name} as the {role.replace('_', ' ')}"
                made += [replace(plan, title=plan.title + said) for plan in ways]
    for candidate, constructor, method in (one for one in called if "own" in one[2]):
        with contextlib.suppress(Unknown):
            made += _finished_own(candidate, constructor, method, wanted)
    made += trains
    for function in _chosen_functions(shape, wanted):
        for ways in (_of_function(function, shape, wanted), _of_closures(function, wanted)):
            try:
                made += ways
            except Unknown as error:
                reasons.append(f"{function['name']}: {error}")
    return [plan for one in made if (plan := as_made(one, shape)) is not None], reasons


def _of_one_role(
    parameters: Sequence[Mapping[str, Any]], wanted: Wanted
) -> Iterator[tuple[str, str]]:
    """The numbers that could be a hyperparameter which another one is by its name."""
    numbers = [p for p in parameters if "value" in p]
    roles = hyper_roles(numbers, wanted)
    for parameter, known in zip(numbers, roles, strict=True):
        for _, role in ranked(parameter["name"]) if known is None else ():
            if role in HYPERPARAMETERS and role in roles and role not in wanted.roles:
                yield role, parameter["name"]


def chosen_classes(shape: Mapping[str, Any], wanted: Wanted) -> list[Mapping[str, Any]]:
    """The classes that are meant: the one asked for, else those that say RMSProp, else all."""
    every: list[Mapping[str, Any]] = list(filter(_steps, shape.get("candidates", [])))
    if wanted.function:
        return []
    if wanted.class_name:
        return [
            c for c in every if c["class"] in (wanted.class_name,) or _last(c) == wanted.class_name
        ]
    exactly = [c for c in every if plain(_last(c)) == "rmsprop"]
    return exactly or [c for c in every if says_rmsprop(_last(c))] or every


def _steps(candidate: Mapping[str, Any]) -> bool:
    """Whether a class may take steps: a state or settings alone have nothing to call."""
    methods = [*candidate["methods"], *candidate.get("private", [])]
    return bool(methods) and "builtins.tuple" not in candidate.get("bases", ())


def _chosen_methods(candidate: Mapping[str, Any], wanted: Wanted) -> list[Mapping[str, Any]]:
    """The methods that may be a step: the one asked for, else those that say RMSProp, else all."""
    every: list[Mapping[str, Any]] = [*candidate["methods"], *candidate.get("private", [])]
    if wanted.method:
        return [m for m in every if m["name"] == wanted.method]
    never = (*_NEVER, *_FIRST, *_BEFORE, *_AFTER)
    steps = [
        m
        for m in every
        if plain(m["name"]).startswith(_GOT)
        or not (plain(m["name"]).startswith(never) or m.get("stores"))
    ]
    named = [m for m in steps if says_rmsprop(m["name"]) and (m["parameters"] or "own" in m)]
    return named or [m for m in steps if not m.get("static") or _of_nothing(candidate)]


def _of_nothing(candidate: Mapping[str, Any]) -> bool:
    """Whether a class that says RMSProp is made of nothing: static methods stand for it."""
    constructors = candidate.get("constructors") or [{"parameters": []}]
    needed = [p for p in constructors[0]["parameters"] if not p.get("default")]
    return not needed and says_rmsprop(_last(candidate))


def _chosen_functions(shape: Mapping[str, Any], wanted: Wanted) -> list[Mapping[str, Any]]:
    every: list[Mapping[str, Any]] = list(shape.get("functions", []))
    if name := wanted.function or wanted.class_name:
        return [f for f in every if f["name"] == name]
    if any(says_rmsprop(_last(c)) for c in filter(_steps, shape.get("candidates", []))):
        return []
    return [f for f in every if says_rmsprop(f["name"])] or every


def _last(candidate: Mapping[str, Any]) -> str:
    return str(candidate["class"]).rsplit(".", 1)[-1]


# -- classes and functions -----------------------------------------------------------------------


def _of_method(
    candidate: Mapping[str, Any],
    constructor: Sequence[Mapping[str, Any]],
    method: Mapping[str, Any],
    wanted: Wanted,
    listed: Spec | None = None,
    rows: bool = False,
    lenient: bool = False,
    trained: bool = False,
) -> Iterator[Plan]:
    uses = method.get("constructed", {})
    taken = [{**p, "use": uses.get(p["name"], {})} for p in constructor]
    draft = drafted(taken, method["parameters"], wanted, listed, rows, lenient, trained)
    roles = {leaf["role"] for spec in draft.data for leaf in leaves(spec)}
    if trained and not {"weights", "gradients"} <= roles:
        raise Unknown("what it trains is not known")
    name = candidate["class"]
    _says_step(f"{name}.{method['name']}", draft, wanted)
    base: dict[str, Any] = {"class": name, "construct": draft.construct, **told_of(constructor)}
    if draft.carried:
        base["returned"] = method["returned"]
    hooks = _hooks(candidate)
    variants: list[tuple[dict[str, Any], Draft]] = [(base, draft)]
    held = any(leaf["role"] == "weights" for spec in draft.data for leaf in leaves(spec))
    for first in (*candidate["methods"], *candidate.get("private", [])):
        settings = "hyper" in plain(first["name"])  # of which nobody hands over weights
        if plain(first["name"]).startswith(_FIRST) and first is not method and not settings:
            try:
                added = drafted([], first["parameters"], wanted)
            except Unknown:
                continue
            _as_before(added, draft)
            both = replace(draft, data=[*draft.data, *added.data], sized=draft.sized or added.sized)
            both.words = [*draft.words, *(f"{first['name']} is given {w}" for w in added.words)]
            call = {"method": first["name"], "arguments": added.arguments, "units": added.sized}
            variants.insert(0, ({**base, "before": [call]}, both))
    if not held:
        for setter in candidate.get("setters", []):
            key = setter["name"]
            if plain(key) in OBJECTS:
                spec = offer(setter["use"], (key,))
                both = replace(draft, data=[*draft.data, spec])
                variants.insert(0, ({**base, "set": {key: {"data": spec}}}, both))
    for whole, complete in variants:
        call = {"method": method["name"], "arguments": draft.arguments}
        call |= _spread_out(method["parameters"])
        title = f"{name}.{method['name']}({', '.join(complete.words)})"
        yield from finished({**whole, "calls": [*hooks[0], call, *hooks[1]]}, complete, title)
        for name_of_step in _steps_after(candidate, method):  # it keeps the step, to be asked for
            calls = [{**call, "hook": True}, {"method": name_of_step}]
            yield from finished({**whole, "calls": calls}, complete, f"{title}, {name_of_step}()")
        if any(hooks):  # which a class may lack that does not call its base's constructor
            yield from finished({**whole, "calls": [call], "unhooked": True}, complete, title)


def _says_step(title: str, draft: Draft, wanted: Wanted) -> None:
    """Raise Unknown where what is scaled, and returned, is nowhere said to be gradients."""
    roles = {leaf["role"] for spec in draft.data for leaf in leaves(spec)}
    scales = roles == {"gradients"} and "learning_rate" not in draft.roles
    named = "gradients" in wanted.roles or any(gradient_of(n) is not None for n in draft.arguments)
    if scales and not named and not says_step(title):
        raise Unknown("what it scales is nowhere said to be gradients")


def _without_nothing(parameters: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [p for p in parameters if not p.get("nothing")]


def _as_before(added: Draft, draft: Draft) -> None:
    """What is handed over under one name is the same, in a call before the first step as well."""
    for name, feed in added.arguments.items():
        known = draft.arguments.get(name, {})
        # Of an object each call asks for what it reads itself.
        if "data" in known and "data" in feed and "attributes" not in feed["data"]:
            added.data.remove(feed["data"])
            feed["data"] = known["data"]
            added.words = [w for w in added.words if not w.startswith(f"{name}: ")]
            added.words.append(f"{name}: {shown(feed['data'])}")


def _finished_own(
    candidate: Mapping[str, Any],
    constructor: Sequence[Mapping[str, Any]],
    method: Mapping[str, Any],
    wanted: Wanted,
) -> Iterator[Plan]:
    """The plans for a method of something that has its weights itself."""
    base, draft, title = owned(candidate, constructor, method, wanted)
    call = {"method": method["name"], "arguments": draft.arguments}
    alone = replace(draft, sized=True)  # an object of its own for what it has at once
    yield from finished({**base, "calls": [call]}, alone, title)


def _spread_out(parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters up to one that takes all there are, which are not given by their names."""
    names = [p["name"] for p in parameters]
    several = [i for i, p in enumerate(parameters) if p.get("several")]
    return {"positional": names[: several[0]], "spread": names[several[0]]} if several else {}


def _hooks(candidate: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The calls around each step that a class asks for by the names of its methods."""
    bare = [
        m["name"]
        for m in candidate["methods"]
        if all(p.get("default") for p in m["parameters"]) and not m.get("static")
    ]
    before = [n for n in bare if plain(n).startswith(_BEFORE)]
    after = [n for n in bare if plain(n).startswith(_AFTER)]
    made = [[{"method": n, "hook": True} for n in names] for names in (before, after)]
    return made[0], made[1]


def _steps_after(candidate: Mapping[str, Any], method: Mapping[str, Any]) -> list[str]:
    """The methods that a step may be asked for when another was given gradients."""
    return [
        m["name"]
        for m in candidate["methods"]
        if plain(m["name"]).startswith(_ASKED) and not m["parameters"] and m is not method
    ]


def _of_function(
    function: Mapping[str, Any], shape: Mapping[str, Any], wanted: Wanted
) -> Iterator[Plan]:
    draft = drafted([], function["parameters"][0], wanted)
    weights = any(leaf["role"] == "weights" for spec in draft.data for leaf in leaves(spec))
    if not weights and not draft.roles:
        raise Unknown("it takes neither weights nor a hyperparameter")
    _says_step(function["name"], draft, wanted)
    base: dict[str, Any] = {"function": function["name"]}
    if draft.carried:
        base["returned"] = function["returned"]
    title = f"{function['name']}({', '.join(draft.words)})"
    if draft.stateful:
        base["stateful"] = True
    config = any(spec["kind"] == "config" for spec in draft.data)
    base["stateful"] = base.get("stateful", False) or config
    call = {"arguments": draft.arguments, **_spread_out(function["parameters"][0])}
    for initial in _initials(function, draft, shape, wanted) if draft.stateful else [None]:
        more = {} if initial is None else {"initial": initial}
        of_state = {
            spec["role"]: name
            for name, spec in (initial or {}).get("arguments", {}).items()
            if "role" in spec
        }
        complete = replace(draft, roles={**draft.roles, **of_state})
        yield from finished({**base, **more, "calls": [call]}, complete, title)


def _of_closures(function: Mapping[str, Any], wanted: Wanted) -> Iterator[Plan]:
    """Functions that a function of the hyperparameters makes, and returns."""
    for taken in function.get("inner", []):
        draft = drafted(function["parameters"][0], taken, wanted)
        title = f"{function['name']}(...)({', '.join(draft.words)})"
        call = {"arguments": draft.arguments}
        base = {"function": function["name"], "closure": draft.construct, "calls": [call]}
        yield from finished(base, draft, title)


def _initials(
    function: Mapping[str, Any], draft: Draft, shape: Mapping[str, Any], wanted: Wanted
) -> Iterator[dict[str, Any] | None]:
    """The states that a function may begin with: one that a function of the module makes."""
    for other in shape.get("functions", []):
        taken = other["parameters"][0]
        required = [p for p in taken if not p.get("default")]
        begins = plain(other["name"]).startswith((*_FIRST, *_MAKES))
        if begins and len(required) == 1 and other["name"] != function["name"]:
            name = required[0]["name"]
            try:
                spec = offer(required[0].get("use", {}), ("params", name))
            except Unknown:
                continue
            for known in draft.data:
                if any(leaf["role"] == "weights" for leaf in leaves(known)):
                    spec = known
            arguments: dict[str, Any] = {name: {"data": spec}}
            for parameter, role in zip(taken, hyper_roles(taken, wanted), strict=True):
                if role in HYPERPARAMETERS and parameter["name"] != name:
                    arguments[parameter["name"]] = {"role": role}
            yield {"function": other["name"], "arguments": arguments}
    if draft.kept:  # averages by name, each the size of the array that it is for
        bases = [(gradient_of(key) or weights_in(key) or key)[-1] for key in draft.kept]
        yield {"kind": "keys", "keys": draft.kept, "slots": [int(base == "b") for base in bases]}
    yield {"kind": "none"}
    yield {"kind": "empty"}
    yield {"kind": "zeros"}
