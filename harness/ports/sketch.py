"""A source's shape to the sketch that an adapter is written from: the likeliest class and method.

What a name settles is filled in; what it does not is left to a person, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from harness.languages.adapters import RATES, Action, Parameter, Setting, Sketch
from harness.languages.adapters.stepping import FAR, body_of, by_name, distances, preparing
from harness.languages.naming import RMSPROP
from harness.ports.offers import structured
from harness.ports.plans import plans
from harness.ports.roles import Wanted
from harness.ports.sketch_parameters import decaying, once, opened, parameters_of

# What is called in every step, where names of parameters do not tell.
_STEPS = re.compile(r"update|step|apply|optimi[sz]e|train|adjust|descend", re.IGNORECASE)
_PACKAGE = re.compile(r"(?m)^package\s+([\w.]+)")
# What is asked for by constructors that take arrays in float32 alone, has them so.
_NARROW, _WIDE = (re.compile(rf"new [\w.]+\([^)]*\b{name}\[\]") for name in ("float", "double"))
# A port that does that is given Python's own numbers.
_CHECKED = re.compile(r"isinstance\([^,]+,\s*\(?[^)]*\bfloat\b")
# What every record, case class or object has.
_DULL = re.compile(
    r"(?:[gs]et[A-Z]\w*|is[A-Z]\w*|hashCode|equals|toString|product\w+|canEqual|copy(?:\$.*)?|_\d+|component\d+)$"
)
# So many plans are written out for an adapter, of which one is taken.
_PLANS = 24


class _Rated(NamedTuple):
    """A way to call the source, and how likely it is meant."""

    score: tuple[int, ...]
    owner: str
    maker: Action
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
    far = distances(text)
    rated = sorted(_rated(shape, wanted, far), key=lambda r: r.score, reverse=True)
    narrow = _narrow(shape)
    declared = _PACKAGE.search(text)
    if not rated:
        return Sketch(file.name, module or (declared[1] if declared else ""), narrow=narrow)
    best = rated[0]
    package, _, owner = best.owner.rpartition(".") if not module else ("", "", best.owner)
    likely = any(best.score[1:4]) or len(rated) == 1
    others = [r for r in rated if r.owner == best.owner or not likely]
    seen = tuple(dict.fromkeys(_shown(r) for r in others if not _DULL.match(r.action.name)))
    if not best.action.takes("gradients"):
        seen = (*_hidden(shape, best.owner, far), *seen)
    action = best.action
    if shape.get("functions") and action.whole and not shape.get("planned"):
        action = replace(action, whole=by_name(text, action.name))
    before: tuple[Action, ...] = ()
    settings: tuple[Setting, ...] = ()
    kept: tuple[str, ...] = ()
    if shape.get("planned"):  # a host that reads what the source does: Python's
        body = body_of(text, best.owner, action.name)
        simple = re.split(r"[.$]", best.owner)[-1]
        action = replace(
            action,
            sure=bool(best.score[1]),
            silent=not body.returns,
            writes=body.writes,
            calls=tuple(name for name in body.calls if (simple, name) not in far),
        )
        methods = {r.action.name: r.action for r in others if r.constructor is not None}
        names = preparing(text, best.owner, action.name, methods)
        before = tuple(methods[name] for name in names)
    else:
        of_class = [c for c in shape.get("candidates", []) if _owner(c["class"]) == best.owner]
        told = [one for c in of_class for one in _told(c, wanted)]
        before = tuple(one for one in told if one.name != action.name)
        given = [p for one in (*before, action) for p in one.parameters]
        taken = (*(best.constructor or ()), *given)
        settings = tuple(one for c in of_class for one in _settings(c, wanted, taken))
        kept = tuple(one for c in of_class for one in c.get("kept", ()))
    made = best.maker.name.removeprefix(f"{package}.").replace("$", ".")
    hinted = [
        hint
        for parameters in (best.constructor or (), *(one.parameters for one in (*before, action)))
        for p in parameters
        for hint in p.hints
    ]
    narrow |= any(map(_NARROW.match, hinted)) and not any(map(_WIDE.match, hinted))
    sketch = Sketch(
        file=file.name,
        module=module or package,
        owner=owner.replace("$", "."),
        constructor=best.constructor,
        action=action if likely else None,
        seen=tuple(one for one in seen if not likely or one != _shown(best)),
        narrow=narrow,
        checked=bool(_CHECKED.search(text)),
        plans=_plans(shape, wanted),
        before=before if likely and best.constructor is not None else (),
        settings=settings if likely else (),
        kept=kept,
        called=_shown(best) if likely else "",
        factory=made if made != owner.replace("$", ".") else "",
    )
    return once(opened(decaying(sketch, text)))


def _hidden(
    shape: Mapping[str, Any], owner: str, far: Mapping[tuple[str, str], int]
) -> Iterator[str]:
    """The methods of a class that make a step and that nobody else may call.

    >>> nested = {"class": "A$B", "methods": [{"name": "step"}]}
    >>> [list(_hidden({"candidates": [{"class": "A"}, *more]}, "A", {("A", "step"): 0}))
    ...  for more in ([], [nested])]
    [['A.step makes the step, and cannot be called from here: open it'], []]
    """
    simple = re.split(r"[.$]", owner)[-1]
    listed = [c for c in shape.get("candidates", []) if _owner(c["class"]) == owner]
    nested = (f"{owner}.", f"{owner}$")
    within = [c for c in shape.get("candidates", []) if c["class"].startswith(nested)]
    every = [*listed, *within]  # of one that is nested somebody may call it
    open_ = {m["name"] for c in every for m in (*c.get("methods", []), *c.get("bare", []))}
    private = {m["name"]: m["parameters"] for c in listed for m in c.get("private", [])}
    for (of, name), distance in far.items():
        if not listed or of != simple or distance or name in open_:
            continue
        if name in private:  # in Python all the same
            yield f"{simple}.{name}({', '.join(p['name'] for p in private[name])}) makes the step"
        elif not shape.get("planned"):
            yield f"{simple}.{name} makes the step, and cannot be called from here: open it"


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
        maker = _maker(candidate, wanted)
        for method in (*candidate.get("methods", []), *candidate.get("bare", [])):
            if wanted.method and method["name"] != wanted.method:
                continue
            static = bool(method.get("static")) or free
            action = _action(method, method["parameters"], wanted, static)
            constructor = None if static else maker.parameters
            simple = re.split(r"[.$]", owner)[-1]
            score = _score(owner, constructor or (), action, far.get((simple, action.name), FAR))
            yield _Rated(score, owner, maker, constructor, action)
    for function in shape.get("functions", []):
        if wanted.class_name and function["name"] != wanted.class_name:
            continue
        for parameters in function["parameters"]:
            action = _action(function, parameters, wanted, True)
            name = function["name"]
            made = name.partition("->")[1]  # a record's, in Clojure
            score = _score("" if made else name, (), action, far.get(("", name), FAR))
            yield _Rated(score, "", Action(""), None, action)


def _maker(candidate: Mapping[str, Any], wanted: Wanted) -> Action:
    """What makes an object of a class: the constructor, or else, of which most is known."""
    makers = candidate.get("constructors") or [{"parameters": []}]
    plain_ = [maker for maker in makers if maker.get("called", "")] or makers
    options = [
        Action(
            str(maker.get("called") or ""),
            parameters_of(taken, wanted, data=False),
        )
        for maker in plain_
        for taken in [
            [p for p in maker["parameters"] if not p.get("setter") and not p.get("later")]
        ]
    ]
    return max(
        options,
        key=lambda made: (any(p.value for p in made.parameters), *_filled(made.parameters)),
    )


def _told(candidate: Mapping[str, Any], wanted: Wanted) -> tuple[Action, ...]:
    """What an object is told once it is made, before it steps."""
    makers = candidate.get("constructors") or []
    later = [[p for p in maker["parameters"] if p.get("later")] for maker in makers]
    most = max(later, key=len, default=[])
    names = dict.fromkeys(p["later"] for p in most)
    return tuple(
        Action(name, parameters_of([p for p in most if p["later"] == name], wanted, data=True))
        for name in names
    )


def _settings(
    candidate: Mapping[str, Any], wanted: Wanted, taken: Sequence[Parameter]
) -> tuple[Setting, ...]:
    """What nothing takes, hyperparameters and an algorithm, and what sets each of them."""
    makers = candidate.get("constructors") or []
    setters = [[p for p in maker["parameters"] if p.get("setter")] for maker in makers]
    most = max(setters, key=len, default=[])
    given = parameters_of(most, wanted, data=False)
    sets = [
        Setting(p, str(one.get("member")), bool(one.get("field")))
        for p, one in zip(given, most, strict=True)
    ]
    roles = {p.role for p in taken}
    open_ = {one.parameter.role: one for one in sets if one.parameter.role in RATES}
    on = [one for role, one in open_.items() if role not in roles]
    if not any(p.value for p in taken):
        on += {one.parameter.value: one for one in sets if one.parameter.value}.values()
    return tuple(on)


def _owner(name: str) -> str:
    """A class as code writes it: a Scala object without its dollar, file classes not at all."""
    package, dot, simple = name.rstrip("$").rpartition(".")
    if simple.endswith(("Kt", "$package")):
        return f"{package}{dot}"
    return f"{package}{dot}{simple}"


def _action(
    called: Mapping[str, Any], parameters: Sequence[Mapping[str, Any]], wanted: Wanted, static: bool
) -> Action:
    given = parameters_of(parameters, wanted, data=True)
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
    own = any(g.own for g in given if g.role in ("gradients", "weights"))
    whole = any(g.role.startswith("pairs") for g in given)
    whole |= bool(kinds & {"map", "list"}) and not own
    whole |= kinds == {"any"} and plural and not single
    return Action(called["name"], given, static, whole, str(called.get("returns") or ""))


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
        bool(RMSPROP.search(name) or (RMSPROP.search(action.name) and "->" not in action.name)),
        far < FAR,
        len(roles & {"gradients", "weights"}),
        bool(_STEPS.search(action.name)),
        any(one.endswith("s") for one in data),
        -far - ("bias" in action.name.lower()),
        sum(bool(p.role) for p in constructor) + len(roles - {""}),
        -sum(not p.role and not p.default for p in (*constructor, *action.parameters)),
    )


def _shown(rated: _Rated) -> str:
    listed = ", ".join(
        f"{p.name}: {p.type}" if p.type not in ("", "Object") else p.name
        for p in rated.action.parameters
    )
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
