"""A source's shape to the sketch that an adapter is written from: the likeliest class and method.

What a name settles is filled in; what it does not is left to a person, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from harness.languages.adapters import Action, Parameter, Part, Sketch
from harness.ports.leaves import COUNTER, plain
from harness.ports.offers import attributes, structured
from harness.ports.plans import plans
from harness.ports.roles import Wanted, assigned
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

# Options that are given as what changes nothing are known, too.
_KNOWN = (*HYPERPARAMETERS, "gradients", "weights", "iteration", "momentum", "weight_decay")
_NAMED = re.compile(r"rms_?-?prop", re.IGNORECASE)
# What is called in every step, where names of parameters do not tell.
_STEPS = re.compile(r"update|step|apply|optimi[sz]e|train|adjust|descend", re.IGNORECASE)


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
    rated = sorted(_rated(shape, wanted), key=lambda r: r.score, reverse=True)
    seen = tuple(dict.fromkeys(_shown(r) for r in rated))
    narrow = _narrow(shape)
    if not rated:
        return Sketch(file.name, module, narrow=narrow)
    best = rated[0]
    package, _, owner = best.owner.rpartition(".") if not module else ("", "", best.owner)
    likely = any(best.score[1:3]) or len(rated) == 1
    return Sketch(
        file=file.name,
        module=module or package,
        owner=owner.replace("$", "."),
        constructor=best.constructor,
        action=best.action if likely else None,
        seen=seen,
        narrow=narrow,
        plans=_plans(shape, wanted),
    )


def _plans(shape: Mapping[str, Any], wanted: Wanted) -> tuple[Mapping[str, Any], ...]:
    """Ways to call a source with objects that stand in; nothing for a host that makes none."""
    made = plans(shape, wanted, lenient=True)[0] if shape.get("planned") else []
    listed = [plan.message["plan"] for plan in made]
    called = [plan for plan in listed if _STEPS.search(plan["calls"][-1].get("method", ""))]
    return tuple((called or listed)[:_PLANS])


def _rated(shape: Mapping[str, Any], wanted: Wanted) -> Iterator[_Rated]:
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
            score = _score(owner, constructor or (), action)
            yield _Rated(score, owner, candidate.get("kind", "class"), constructor, action)
    for function in shape.get("functions", []):
        if wanted.class_name and function["name"] != wanted.class_name:
            continue
        for parameters in function["parameters"]:
            action = _action(function, parameters, wanted, True)
            yield _Rated(_score(function["name"], (), action), "", "function", None, action)


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
    whole = bool(kinds & {"map", "list"}) or (kinds == {"any"} and plural and not single)
    return Action(called["name"], given, static, whole, str(called.get("returns") or ""))


def _parameters(
    parameters: Sequence[Mapping[str, Any]], wanted: Wanted, *, data: bool
) -> tuple[Parameter, ...]:
    roles, _, _ = assigned(parameters, 0 if data else len(parameters), wanted)
    roles = [
        "iteration"
        if role is None and data and plain(p["name"]) in COUNTER
        else "name"
        if data and p.get("use", {}).get("keyed") and not structured(p["use"])
        else role
        for p, role in zip(parameters, roles, strict=True)
    ]
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


def _keyed(parameter: Mapping[str, Any]) -> bool:
    """Whether a source looks a parameter's arrays up by keys of its own."""
    use = parameter.get("use", {})
    return bool(use.get("patterns") or any(not key.isdigit() for key in use.get("keys", {})))


def _asked(use: Mapping[str, Any]) -> str:
    """What a source asks of a value: `.weights, .update()`; of its elements where it is a list."""
    flat = attributes(use) or use.get("keys") or use.get("patterns")
    own = use if flat else use.get("item", {})
    names = [
        f".{name}{'()' * bool(inner.get('called'))}" for name, inner in attributes(own).items()
    ]
    names += [f"[{key!r}]" for key in own.get("keys", {}) if not key.isdigit()]
    names += [f"[{prefix + '1'!r}]..." for prefix in use.get("patterns", [])]
    each = "each " if names and own is not use else ""
    return each + ", ".join(names)


def _filled(parameters: Sequence[Parameter]) -> tuple[int, int]:
    """How much of a constructor is known: roles, then how little is left."""
    open_ = sum(not p.role and not p.default for p in parameters)
    return sum(bool(p.role) for p in parameters), -open_


def _score(name: str, constructor: Sequence[Parameter], action: Action) -> tuple[int, ...]:
    roles = {p.role for p in action.parameters}
    return (
        bool(_NAMED.search(name)) + bool(_NAMED.search(action.name)),
        len(roles & {"gradients", "weights"}),
        bool(_STEPS.search(action.name)),
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
