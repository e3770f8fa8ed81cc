"""Each way in which a shape could be bound: which parameter plays which role.

Names and types decide first. A way that takes more for granted, of a parameter that neither names
nor types explain, is a guess, and made only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.languages.naming import plain_name
from harness.ports.assigning import assigned
from harness.ports.bound import STEPPING, Call, Ranked, bound
from harness.ports.filling import filled
from harness.ports.later import told_later, told_of
from harness.ports.naming import class_names
from harness.ports.roles import CONTAINERS, Wanted


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
            if not (method["parameters"] or plain_name(method["name"]).startswith(STEPPING)):
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
                way = Call(title, base, made, method["parameters"], wanted, result)
                yield from called(way)
                continue
            for number, constructor in enumerate(constructors):
                base = {"class": name, "constructor": number, "method": index}
                later = told_later(candidate, [*constructor["parameters"], *method["parameters"]])
                base |= told_of(later)
                uses = method.get("constructed", {})
                made = [
                    {**p, "use": uses.get(p["name"]) or p.get("use", {})}
                    for p in (*constructor["parameters"], *later)
                ]
                yield from called(Call(title, base, made, method["parameters"], wanted, result))
    functions = shape.get("functions", [])
    for function in functions:
        name = function["name"]
        if wanted.function and name != wanted.function:
            continue
        if wanted.class_name and name != wanted.class_name:
            continue
        for arity, parameters in enumerate(function["parameters"]):
            base = {"function": name, "arity": arity}
            ways = list(called(Call(name, base, [], parameters, wanted)))
            yield from ways
            # A function that takes the data itself may return closures for other purposes.
            whole = any(not isinstance(way, str) for way in ways)
            inner = [] if whole else function.get("inner") or []
            for number, taken in enumerate(inner):
                closure = {**base, "inner": number}
                yield from called(Call(f"{name}(...)", closure, parameters, taken, wanted))


def _whole(way: Call) -> Iterator[str | Ranked]:
    """Give every parameter of constructor and call a role, or say which one has none."""
    parameters = [*way.construct, *way.call]
    yield bound(way, *assigned(parameters, len(way.construct), way.wanted))


def _guessed(way: Call) -> Iterator[str | Ranked]:
    """Give parameters that nobody knows each role that they could have."""
    parameters, made = [*way.construct, *way.call], len(way.construct)
    known, _, _ = assigned(parameters, made, way.wanted)
    for roles in filled(parameters, known, made, way.result):
        yield bound(way, roles, [], True)
        if "parameters" in roles[made:] and way.result in CONTAINERS:
            # What it returns may be the weights after all.
            yield bound(way._replace(result="again"), roles, [], True)
