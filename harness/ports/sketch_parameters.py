"""A source's parameters as an adapter has them: what is given for each, what is asked of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.languages.adapters import RATES, Action, Parameter, Part, Sketch
from harness.languages.naming import says_rmsprop
from harness.ports.assigning import assigned
from harness.ports.leaves import COUNTER, SIZE, gradient_of, plain, weights_in
from harness.ports.offers import attributes, structured
from harness.ports.roles import COUNTS, Wanted, choice, written
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

# Options that are given as what changes nothing are known, too.
_KNOWN = (
    *("pairs", "pairs, gradients first", "one", "biases", "size", "slopes", *HYPERPARAMETERS),
    *("gradients", "weights", "iteration", "index", "momentum", "weight_decay"),
)
# How many of something are done, or go together: one.
_MANY = re.compile(
    r"\w*batch(?:size|len|length|count)|(?:num|n|max|no)?(?:iterations|epochs|iters|steps)"
)
# Which of several numbers is meant.
_PLACE = re.compile(r"^(?:i|j|k|id|idx|pos)$|[iI](?:ndex|dx)$|position$", re.IGNORECASE)
# Arrays and their gradients in one list: vars_and_grads.
_PAIRS = re.compile(r"(\w+?)_?and_?(\w+)", re.IGNORECASE)
_IMPORT = "import "
# What is to be known of a function that a port asks for gradients.
_FUNCTION = re.compile(r"(?:Function1?|UnaryOperator|Callable)\b")
_ANSWERS = (
    "it answers the gradients of each step: look them up, a lambda keeps those of the first",
    "what begins afresh at each call is handed the first weights and the steps so far, and",
    "answered the gradients of these in turn",
)
# So many attributes of a value are listed.
_ASKED = 4


def parameters_of(
    parameters: Sequence[Mapping[str, Any]], wanted: Wanted, *, data: bool
) -> tuple[Parameter, ...]:
    """A source's parameters with the roles that names settle.

    Args:
        parameters: as a host describes them.
        wanted: what the user said of their roles.
        data: weights and gradients may be among them; else they are a constructor's.
    """
    roles, _, _ = assigned(parameters, 0 if data else len(parameters), wanted)
    roles = [_role(p, role, data) for p, role in zip(parameters, roles, strict=True)]
    return tuple(
        Parameter(
            name=p["name"],
            type=str(p.get("type") or ""),
            role=role if role in _KNOWN else "",
            default=bool(p.get("omissible", p.get("default"))),
            named=bool(p.get("keyword_only")),
            listed="item" in p.get("use", {}) and p.get("containers") in (None, ["list", "array"]),
            keyed=_keyed(p),
            asked=_asked(p.get("use", {})),
            own=bool(p.get("own")),
            hints=(
                *(h for h in p.get("hints") or () if not h.startswith(_IMPORT)),
                *(_ANSWERS if _answers(p) else ()),
            ),
            imports=tuple(
                h.removeprefix(_IMPORT) for h in p.get("hints") or () if h.startswith(_IMPORT)
            ),
            part=Part(**p["part"]) if p.get("part") else None,
            within=re.sub(r"^.*\.", "", p.get("within", "")).replace("$", "."),
            value=_constant(p),
            otherwise=_otherwise(p, data),
        )
        for p, role in zip(parameters, roles, strict=True)
    )


def _constant(parameter: Mapping[str, Any]) -> str:
    """The text that says RMSProp; of an algorithm's constants, which hints list, the one that does.

    >>> _constant({"kind": "choice", "hints": ["import a.Kind", "Kind.SGD, Kind.RMS_PROP"]})
    'Kind.RMS_PROP'
    """
    if (role := choice(parameter)) is not None:
        # Python writes what is so with a capital letter.
        python = "keyword_only" in parameter and role == "=true"
        return written(role).capitalize() if python else written(role)
    listed = (h for h in parameter.get("hints") or () if parameter["kind"] == "choice")
    constants = (one for hint in listed for one in hint.split(", "))
    return next((one for one in constants if says_rmsprop(one.rpartition(".")[2])), "")


def _otherwise(parameter: Mapping[str, Any], data: bool) -> str:
    """What a number is where it is left out; of a call, also that there is no state as yet.

    >>> [_otherwise({"value": x}, False) for x in (100.0, 1e-06)]
    ['100', '1e-06']
    """
    if "value" in parameter:
        value = float(parameter["value"])
        return repr(int(value)) if value.is_integer() else repr(value)
    nothing = data and parameter.get("nothing") and parameter["kind"] == "any"
    return "None" if nothing or parameter.get("word") else ""


def _role(parameter: Mapping[str, Any], role: str | None, data: bool) -> str | None:
    """A parameter's role, where only an adapter has use for it too."""
    name, use = parameter["name"], parameter.get("use", {})
    if _answers(parameter) and "[]" in parameter["type"]:
        return "slopes"
    if use.get("scheduled") and role in ("weights", "gradients"):
        return None  # a function, not an array
    whole = str(parameter.get("type") or "").lower() in ("", "int", "integer", "long", "object")
    if (
        role in (None, "iteration")
        and whole
        and _MANY.fullmatch(plain(name))
        and not structured(use)
    ):
        return "one"
    counted = parameter.get("kind") == "count"
    if counted and _PLACE.search(name):
        return "index"
    sized = plain(name) in SIZE or (counted and weights_in(name) is not None)
    if role in (None, *COUNTS) and whole and sized and not structured(use):
        return "size"
    if not data:
        return role
    if (pair := _PAIRS.fullmatch(name)) and (order := _ordered(*pair.groups())):
        return order
    if use.get("keyed") and not structured(use):
        return "name"
    if role is None and whole and plain(name) in COUNTER:
        return "iteration"
    if role is None and gradient_of(name) == "b":
        return "biases"
    return "biases" if role is None and weights_in(name) == "b" else role


def _answers(parameter: Mapping[str, Any]) -> bool:
    """Whether a parameter is a function that is asked for gradients."""
    function = _FUNCTION.match(str(parameter.get("type") or ""))
    return bool(function) and gradient_of(parameter["name"]) is not None


def _ordered(one: str, other: str) -> str | None:
    """Pairs of what two words say, in which order; None if not of weights and gradients."""
    for first, second, role in ((one, other, "pairs"), (other, one, "pairs, gradients first")):
        weighty = weights_in(first) is not None and gradient_of(first) is None
        if weighty and gradient_of(second) is not None:
            return role
    return None


def _keyed(parameter: Mapping[str, Any]) -> bool:
    """Whether a source looks a parameter's arrays up by keys of its own."""
    use = parameter.get("use", {})
    return bool(use.get("patterns") or any(not key.isdigit() for key in use.get("keys", {})))


def _asked(use: Mapping[str, Any], deep: int = 2) -> str:
    """What a source asks of a value, two deep: `.layers (each .weights, .update())`."""
    flat = attributes(use) or use.get("keys") or use.get("patterns")
    own = use if flat else use.get("item", {})
    names = []
    for name, inner in list(attributes(own).items())[:_ASKED]:
        below = _asked(inner, deep - 1) if deep > 1 else ""
        names.append(f".{name}{'()' * bool(inner.get('called'))}{below and f' ({below})'}")
    names += [f"[{key!r}]" for key in own.get("keys", {}) if not key.isdigit()]
    names += [f"[{prefix + '1'!r}]..." for prefix in use.get("patterns", [])]
    each = "each " if names and own is not use else ""
    return each + ", ".join(names)


def decaying(sketch: Sketch, text: str) -> Sketch:
    """A sketch in which what the source takes from one, and that alone, is the decay."""
    action = sketch.action or Action("")
    parameters = (*(sketch.constructor or ()), *action.parameters)
    names = {p.name for p in parameters if p.role != "learning_rate"}
    taken = {
        name
        for name in names
        if re.search(rf"\b1(?:\.0?f?)?\s*-\s*(?:\w+\.)*_?{re.escape(name)}\b(?![.\[(])", text)
        or re.search(rf"\(- 1(?:\.0)? {re.escape(name)}\)", text)
    }
    if len(taken) != 1:
        return sketch

    def told(p: Parameter) -> Parameter:
        other = "" if p.role == "decay_rate" else p.role
        return replace(p, role="decay_rate" if p.name in taken else other)

    constructor = sketch.constructor and tuple(map(told, sketch.constructor))
    known = sketch.action and replace(action, parameters=tuple(map(told, action.parameters)))
    return replace(sketch, constructor=constructor, action=known)


def opened(sketch: Sketch) -> Sketch:
    """A sketch in which what may be left out is asked for, where it may be what nothing is told.

    A hyperparameter that an adapter hands to nobody shows as a constant of the port's own, and a
    state that it does not keep as one that is lost.
    """
    action = sketch.action
    called = [*sketch.before, *filter(None, [action])]
    every = [*(sketch.constructor or ()), *(p for one in called for p in one.parameters)]
    taken = {p.role for p in every} | {one.parameter.role for one in sketch.settings}
    missing = tuple(role for role in RATES if role not in taken)

    def told(p: Parameter) -> Parameter:
        # A mu may be a momentum, and what nothing else is.
        other = p.role in OPTIONS and bool(missing) and len(plain(p.name)) < 3
        if not p.default or (p.role and not other) or p.value:
            return p
        p = replace(p, role="") if other else p
        if p.otherwise == "None" and not p.named:
            return replace(p, spare=("a state",))
        number = p.otherwise or p.type.lower() in ("float", "double")
        return replace(p, spare=missing) if number else p

    constructor = sketch.constructor and tuple(map(told, sketch.constructor))
    if action is not None:
        action = replace(action, parameters=tuple(map(told, action.parameters)))
    return replace(sketch, constructor=constructor, action=action)


def once(sketch: Sketch) -> Sketch:
    """A sketch in which each hint stands where it is met first, and what all of them import."""
    met: set[str] = set()
    imports: set[str] = set()

    def told(parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
        new = []
        for p in parameters:
            new.append(replace(p, hints=tuple(hint for hint in p.hints if hint not in met)))
            if not p.known(RATES):
                met.update(p.hints)
            if not p.known(RATES) or p.value:
                imports.update(p.imports)
        return tuple(new)

    constructor = None if sketch.constructor is None else told(sketch.constructor)
    before = tuple(replace(one, parameters=told(one.parameters)) for one in sketch.before)
    action = sketch.action
    if action is not None:
        action = replace(action, parameters=told(action.parameters))
    others = (one for one in imports if one.rpartition(".")[0] not in ("", sketch.module))
    return replace(
        sketch,
        constructor=constructor,
        before=before,
        action=action,
        imports=tuple(sorted(others)),
    )
