"""Ways to call a Python port that names alone do not settle: what stands in for what it takes.

Each is tried (see harness.transport.handing) and judged (harness.judging.guessing); one that is
not exact, conforming or explained was a wrong guess and says nothing against the port.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.ports.drafts import LISTS, Draft, drafted, hyper_roles
from harness.ports.leaves import LISTED, OBJECTS, gradient_of, plain, weights_in
from harness.ports.offers import (
    EFFECTS,
    Spec,
    Unknown,
    every,
    kinds,
    leaves,
    moving,
    offer,
    parts,
    with_effect,
)
from harness.ports.owned import owned
from harness.ports.roles import Wanted, says_rmsprop
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

_FIRST = (
    "setup",
    "build",
    "init",
    "prepare",
    "compile",
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
_NEVER = ("zerograd", "reset", "load", "save", "get", "state", "clear", "plot", "print", "copy")
FORMS = ("flat", "column", "row", "number", "list", "rows")


@dataclass(frozen=True)
class Plan:
    """One way to call a port.

    Attributes:
        message: what the host is told.
        title: the same for people.
        roles: the hyperparameters and options that it is given.
        whole: every array must take part in every step.
    """

    message: dict[str, Any]
    title: str
    roles: tuple[str, ...]
    whole: bool


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
    for candidate in chosen_classes(shape, wanted):
        constructors = candidate.get("constructors") or [{"parameters": []}]
        for method in _chosen_methods(candidate, wanted):
            name = method["name"]
            constructor = constructors[0]["parameters"]
            called.append((candidate, constructor, method))
            try:
                made += _of_method(candidate, constructor, method, wanted, lenient=lenient)
            except Unknown as error:
                reasons.append(f"{candidate['class']}.{name}: {error}")
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
    for candidate, constructor, method in (one for one in called if "own" in one[2]):
        with contextlib.suppress(Unknown):
            made += _finished_own(candidate, constructor, method, wanted)
    for function in _chosen_functions(shape, wanted):
        for ways in (_of_function(function, shape, wanted), _of_closures(function, wanted)):
            try:
                made += ways
            except Unknown as error:
                reasons.append(f"{function['name']}: {error}")
    return made, reasons


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
    named = [m for m in steps if says_rmsprop(m["name"]) and m["parameters"]]
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
) -> Iterator[Plan]:
    uses = method.get("constructed", {})
    taken = [{**p, "use": uses.get(p["name"], {})} for p in constructor]
    draft = drafted(taken, method["parameters"], wanted, listed, rows, lenient)
    name = candidate["class"]
    base: dict[str, Any] = {"class": name, "construct": draft.construct}
    if draft.carried:
        base["returned"] = method["returned"]
    hooks = _hooks(candidate)
    variants: list[tuple[dict[str, Any], Draft]] = [(base, draft)]
    held = any(leaf["role"] == "weights" for spec in draft.data for leaf in leaves(spec))
    for first in candidate["methods"]:
        if plain(first["name"]).startswith(_FIRST) and first is not method:
            try:
                added = drafted([], first["parameters"], wanted)
            except Unknown:
                continue
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
        yield from _finished({**whole, "calls": [*hooks[0], call, *hooks[1]]}, complete, title)


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
    yield from _finished({**base, "calls": [call]}, alone, title)


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


def _of_function(
    function: Mapping[str, Any], shape: Mapping[str, Any], wanted: Wanted
) -> Iterator[Plan]:
    draft = drafted([], function["parameters"][0], wanted)
    weights = any(leaf["role"] == "weights" for spec in draft.data for leaf in leaves(spec))
    if not weights and not draft.roles:
        raise Unknown("it takes neither weights nor a hyperparameter")
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
        yield from _finished({**base, **more, "calls": [call]}, complete, title)


def _of_closures(function: Mapping[str, Any], wanted: Wanted) -> Iterator[Plan]:
    """Functions that a function of the hyperparameters makes, and returns."""
    for taken in function.get("inner", []):
        draft = drafted(function["parameters"][0], taken, wanted)
        title = f"{function['name']}(...)({', '.join(draft.words)})"
        call = {"arguments": draft.arguments}
        base = {"function": function["name"], "closure": draft.construct, "calls": [call]}
        yield from _finished(base, draft, title)


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


# -- from a draft to plans -----------------------------------------------------------------------


def _finished(message: dict[str, Any], draft: Draft, title: str) -> Iterator[Plan]:
    """The plans of a draft: its slots told apart, everything left open tried both ways."""
    found = [leaf for spec in draft.data for leaf in leaves(spec)]
    if not any(leaf["role"] == "gradients" for leaf in found):
        raise Unknown("nothing of what it takes is known to be gradients")
    slots = _slots(draft.data)
    effects = EFFECTS if any(map(moving, draft.data)) else ("",)
    # Keys that are put together with numbers begin at one, or at zero.
    numbered = any(part.get("prefixes") for spec in draft.data for part in every(spec))
    firsts = (1, 0) if numbered else (1,)
    # What it keeps an average by may be a name, or a place.
    keys = ("name", "place") if draft.named else ("name",)
    handed = any("data" in f for c in message["calls"] for f in c["arguments"].values())
    # Told which, of several that it has already, it steps that one.
    arrangements = ("units",) if draft.named and not handed else _arrangements(draft)
    arranged = itertools.product(effects, arrangements, firsts, keys)
    for effect, arrangement, first, key in arranged:
        plan = {**message, "slots": slots, "arrangement": arrangement}
        plan |= {} if first else {"first": first}
        plan |= {"key": key} if key != "name" else {}
        plan["container"] = "array" if slots == 1 and arrangement != "together" else "list"
        whole = _effective(plan, effect) if effect else plan
        unscaled = "learning_rate" not in draft.roles and not any(
            leaf["role"] == "weights" for leaf in found
        )
        for scaled in (True, False) if unscaled else (False,):
            complete = {**whole, "scaled": True} if scaled else whole
            yield Plan(
                {"plan": complete, "call": list(HYPERPARAMETERS)},
                title,
                tuple(draft.roles) + (("learning_rate",) if scaled else ()),
                plan["container"] == "list",
            )


def _effective(plan: dict[str, Any], effect: str) -> dict[str, Any]:
    def fed(feeds: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: {"data": with_effect(feed["data"], effect)} if "data" in feed else feed
            for name, feed in feeds.items()
        }

    made = dict(plan)
    for key in ("construct", "set"):
        if key in made:
            made[key] = fed(made[key])
    for key in ("before", "calls"):
        if key in made:
            made[key] = [
                {**call, "arguments": fed(call.get("arguments", {}))} for call in made[key]
            ]
    return made


def _arrangements(draft: Draft) -> Sequence[str]:
    """Together in one call, one object and a call for each, or an object for each."""
    if any(kind in ("list", "map") for spec in draft.data for kind in kinds(spec) if _spread(spec)):
        return ("together",)
    if draft.named:
        return ("units",)
    if draft.apart:  # what one has, a matrix and its biases, has two sizes
        return ("apart",)
    if draft.sized or all(spec["kind"] == "leaf" for spec in draft.data):
        return ("each",)
    return ("units", "each")


def _spread(spec: Spec) -> bool:
    """Whether something holds an array for each of several."""
    holds = spec["kind"] == "list" or (
        spec["kind"] == "map" and ("of" in spec or "prefixes" in spec)
    )
    return holds or any(map(_spread, parts(spec)))


def _slots(data: Sequence[Spec]) -> int:
    """Tell weights from biases in all specifications; how many arrays go together."""
    found = [leaf for spec in data for leaf in leaves(spec)]
    by_role: dict[str, list[str]] = {"weights": [], "gradients": []}
    for leaf in found:
        if leaf["role"] in by_role and leaf["base"] not in by_role[leaf["role"]]:
            by_role[leaf["role"]].append(leaf["base"])
    bases = by_role["weights"] or by_role["gradients"]
    if prefixes := next((s["prefixes"] for s in data if s.get("prefixes")), None):
        return len(prefixes)
    _exclude(by_role, found)
    if len(bases) == 1 or any(len(names) == 1 for names in by_role.values() if names):
        for leaf in found:
            leaf.pop("slot", None)
        return 1
    bases = sorted(bases, key=lambda base: (base[:1] == "b", bases.index(base)))
    for leaf in found:
        if leaf["base"] in bases:
            leaf["slot"] = bases.index(leaf["base"])
        elif leaf["role"] == "zeros":
            leaf["slot"] = _slot(leaf["base"], bases)
        else:
            raise Unknown(f"gradients of {leaf['base']!r}, and no such weights")
    return len(bases)


def _exclude(by_role: Mapping[str, list[str]], found: Sequence[Spec]) -> None:
    """Gradients that say not of what they are, of the weights whose gradients no other are."""
    left = [base for base in by_role["weights"] if base not in by_role["gradients"]]
    if len(left) == 1 and "" in by_role["gradients"] and len(by_role["gradients"]) > 1:
        for leaf in found:
            if leaf["role"] == "gradients" and leaf["base"] == "":
                leaf["base"] = left[0]


def _slot(word: str, bases: Sequence[str]) -> int:
    """For which of several arrays something is that is called so: the one that it is named for."""
    for fits in (str.endswith, str.startswith, str.__contains__):
        if named := [base for base in bases if base and fits(word, base)]:
            return bases.index(max(named, key=len))
    return 0


def with_form(plan: Plan, form: str) -> Plan:
    """The same with arrays of another form."""
    return replace(plan, message={**plan.message, "plan": {**plan.message["plan"], "form": form}})
