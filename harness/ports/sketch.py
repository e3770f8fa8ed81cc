"""A source's shape to the sketch that an adapter is written from: the likeliest class and method.

What a name settles is filled in; what it does not is left to a person, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from harness.languages.adapters import RATES, Action, Parameter, Part, Sketch
from harness.languages.adapters.stepping import FAR, body_of, distances, preparing
from harness.ports.leaves import COUNTER, gradient_of, plain, weights_in
from harness.ports.offers import attributes, structured
from harness.ports.plans import plans
from harness.ports.roles import Wanted, assigned
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

# Options that are given as what changes nothing are known, too.
_KNOWN = (
    *("pairs", "pairs, gradients first", "one", "biases", *HYPERPARAMETERS),
    *("gradients", "weights", "iteration", "momentum", "weight_decay"),
)
_NAMED = re.compile(r"rms_?-?prop", re.IGNORECASE)
# What is called in every step, where names of parameters do not tell.
_STEPS = re.compile(r"update|step|apply|optimi[sz]e|train|adjust|descend", re.IGNORECASE)
# What every record, case class or object has.
_DULL = re.compile(
    r"(?:hashCode|equals|toString|product\w+|canEqual|copy(?:\$.*)?|_\d+|component\d+)$"
)
# How many of something are done, or go together: one.
_MANY = re.compile(
    r"\w*batch(?:size|len|length|count)|(?:num|n|max|no)?(?:iterations|epochs|iters|steps)"
)
# Arrays and their gradients in one list: vars_and_grads.
_PAIRS = re.compile(r"(\w+?)_?and_?(\w+)", re.IGNORECASE)
# So many attributes of a value are listed.
_ASKED = 4
# So many plans are written out for an adapter, of which one is taken.
_PLANS = 24


class _Rated(NamedTuple):
    """A way to call the source, and how likely it is meant."""

    score: tuple[int, ...]
    owner: str
    kind: str
    constructor: tuple[Parameter, ...] | None
    action: Action


def sketched(shape: Mapping[str, Any], wanted: Wanted, file: Path, module: str = "") -> Sketch:
    """The sketch of a shape.

    Args:
        shape: what the host says of the source.
        wanted: what the user said of its binding.
        file: the source.
        module: what it is imported as; the package of the class where it is empty.
    """
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    rated = sorted(_rated(shape, wanted, distances(text)), key=lambda r: r.score, reverse=True)
    narrow = _narrow(shape)
    if not rated:
        return Sketch(file.name, module, narrow=narrow)
    best = rated[0]
    package, _, owner = best.owner.rpartition(".") if not module else ("", "", best.owner)
    likely = any(best.score[1:4]) or len(rated) == 1
    others = [r for r in rated if r.owner == best.owner or not likely]
    steps = [r for r in others if not likely or r.score[1] or _STEPS.search(r.action.name)]
    seen = tuple(dict.fromkeys(_shown(r) for r in steps if not _DULL.match(r.action.name)))
    action = best.action
    before: tuple[Action, ...] = ()
    if shape.get("planned"):  # a host that reads what the source does: Python's
        body = body_of(text, best.owner, action.name)
        action = replace(action, silent=not body.returns, writes=body.writes, calls=body.calls)
        methods = {r.action.name: r.action for r in others if r.constructor is not None}
        names = preparing(text, best.owner, action.name, methods)
        before = tuple(methods[name] for name in names)
    return Sketch(
        file=file.name,
        module=module or package,
        owner=owner.replace("$", "."),
        constructor=best.constructor,
        action=action if likely else None,
        seen=tuple(one for one in seen if not likely or one != _shown(best)),
        narrow=narrow,
        plans=_plans(shape, wanted),
        before=before if likely else (),
    )


def _plans(shape: Mapping[str, Any], wanted: Wanted) -> tuple[Mapping[str, Any], ...]:
    """Ways to call a source with objects that stand in; nothing for a host that makes none."""
    made = plans(shape, wanted, lenient=True)[0] if shape.get("planned") else []
    listed = [plan.message["plan"] for plan in made]
    called = [plan for plan in listed if _STEPS.search(plan["calls"][-1].get("method", ""))]
    return tuple((called or listed)[:_PLANS])


def _rated(
    shape: Mapping[str, Any], wanted: Wanted, far: Mapping[tuple[str, str], int]
) -> Iterator[_Rated]:
    for candidate in shape.get("candidates", []):
        owner = _owner(candidate["class"])
        if wanted.class_name and not owner.endswith(wanted.class_name.rpartition(".")[2]):
            continue
        free = candidate.get("kind") in ("object", "static")
        constructors = candidate.get("constructors") or [{"parameters": []}]
        taken = [
            [p for p in c["parameters"] if not p.get("setter") and not p.get("later")]
            for c in constructors
        ]
        options = [_parameters(parameters, wanted, data=False) for parameters in taken]
        chosen = max(options, key=_filled)
        for method in candidate.get("methods", []):
            if wanted.method and method["name"] != wanted.method:
                continue
            static = bool(method.get("static")) or free
            action = _action(method, method["parameters"], wanted, static)
            constructor = None if static else chosen
            simple = re.split(r"[.$]", owner)[-1]
            score = _score(owner, constructor or (), action, far.get((simple, action.name), FAR))
            yield _Rated(score, owner, candidate.get("kind", "class"), constructor, action)
    for function in shape.get("functions", []):
        if wanted.class_name and function["name"] != wanted.class_name:
            continue
        for parameters in function["parameters"]:
            action = _action(function, parameters, wanted, True)
            score = _score(function["name"], (), action, far.get(("", action.name), FAR))
            yield _Rated(score, "", "function", None, action)


def _owner(name: str) -> str:
    """A class as code writes it: a Scala object without its dollar, file classes not at all."""
    package, dot, simple = name.rstrip("$").rpartition(".")
    if simple.endswith(("Kt", "$package")):
        return f"{package}{dot}"
    return f"{package}{dot}{simple}"


def _action(
    called: Mapping[str, Any], parameters: Sequence[Mapping[str, Any]], wanted: Wanted, static: bool
) -> Action:
    given = _parameters(parameters, wanted, data=True)
    kinds = {
        p["kind"]
        for p, g in zip(parameters, given, strict=True)
        if g.role in ("gradients", "weights")
    }
    plural = any(
        g.role in ("gradients", "weights") and g.name.lower().rstrip("_").endswith("s")
        for g in given
    )
    # What is a list, has keys of its own, or is computed with, is given one array at a time.
    single = any(
        g.listed or g.keyed or (p.get("use", {}).get("computed") and not structured(p["use"]))
        for p, g in zip(parameters, given, strict=True)
        if g.role in ("gradients", "weights")
    )
    paired = any(g.role.startswith("pairs") for g in given)
    whole = paired or bool(kinds & {"map", "list"}) or (kinds == {"any"} and plural and not single)
    return Action(called["name"], given, static, whole, str(called.get("returns") or ""))


def _parameters(
    parameters: Sequence[Mapping[str, Any]], wanted: Wanted, *, data: bool
) -> tuple[Parameter, ...]:
    roles, _, _ = assigned(parameters, 0 if data else len(parameters), wanted)
    roles = [_role(p, role, data) for p, role in zip(parameters, roles, strict=True)]
    return tuple(
        Parameter(
            name=p["name"],
            type=str(p.get("type") or ""),
            role=role if role in _KNOWN else "",
            default=bool(p.get("default")),
            named=bool(p.get("keyword_only")),
            listed="item" in p.get("use", {}) and p.get("containers") in (None, ["list", "array"]),
            keyed=_keyed(p),
            asked=_asked(p.get("use", {})),
            own=bool(p.get("own")),
            hints=tuple(p.get("hints") or ()),
            part=Part(**p["part"]) if p.get("part") else None,
        )
        for p, role in zip(parameters, roles, strict=True)
    )


def _role(parameter: Mapping[str, Any], role: str | None, data: bool) -> str | None:
    """A parameter's role, where only an adapter has use for it too."""
    name, use = parameter["name"], parameter.get("use", {})
    if role is None and _MANY.fullmatch(plain(name)) and not structured(use):
        return "one"
    if not data:
        return role
    if (pair := _PAIRS.fullmatch(name)) and (order := _ordered(*pair.groups())):
        return order
    if use.get("keyed") and not structured(use):
        return "name"
    if role is None and plain(name) in COUNTER:
        return "iteration"
    if role is None and gradient_of(name) == "b":
        return "biases"
    return "biases" if role is None and weights_in(name) == "b" else role


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


def _filled(parameters: Sequence[Parameter]) -> tuple[int, int, int]:
    """How much of a constructor is known: hyperparameters, then how little is left, or given."""
    open_ = sum(not p.role and not p.default for p in parameters)
    return sum(p.role in RATES for p in parameters), -open_, -len(parameters)


def _score(
    name: str, constructor: Sequence[Parameter], action: Action, far: int
) -> tuple[int, ...]:
    roles = {p.role for p in action.parameters}
    data = [p.name for p in action.parameters if p.role in ("gradients", "weights")]
    return (
        bool(_NAMED.search(name) or _NAMED.search(action.name)),
        far < FAR,
        len(roles & {"gradients", "weights"}),
        bool(_STEPS.search(action.name)),
        any(one.endswith("s") for one in data),
        -far - ("bias" in action.name.lower()),
        sum(bool(p.role) for p in constructor) + len(roles - {""}),
        -sum(not p.role and not p.default for p in (*constructor, *action.parameters)),
    )


def _shown(rated: _Rated) -> str:
    listed = ", ".join(f"{p.name}: {p.type}" if p.type else p.name for p in rated.action.parameters)
    name = rated.owner.rpartition(".")[2]
    returns = f": {rated.action.returns}" if rated.action.returns else ""
    return f"{name + '.' if name else ''}{rated.action.name}({listed}){returns}"


def _narrow(shape: Mapping[str, Any]) -> bool:
    """Whether all that says so stores float32."""
    said = [
        p.get("element")
        for candidate in shape.get("candidates", [])
        for called in (*(candidate.get("constructors") or []), *candidate.get("methods", []))
        for p in called["parameters"]
    ]
    elements = {e for e in said if e}
    if not elements:
        types = " ".join(
            str(p.get("type") or "")
            for candidate in shape.get("candidates", [])
            for called in candidate.get("methods", [])
            for p in called["parameters"]
        ).lower()
        return "float" in types and "double" not in types
    return elements == {"float32"}
