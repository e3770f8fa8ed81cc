"""Ways to feed an update that computes its gradients itself: what its function is given.

A source that trains in a loop of its own takes no gradients, and its weights are its own. The host
says where it updates them (see harness.transport.python.looped); hyperparameters are told by the
names of parameters, what the weights begin as by where they go, and for the rest, data and
functions, stands in what says nothing, since the gradients computed of them are replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.languages.naming import says_rmsprop
from harness.ports.arrangement import Plan, given_by
from harness.ports.drafts import held_in
from harness.ports.later import told_later, told_of
from harness.ports.leaves import SEED, plain
from harness.ports.numbers import by_default, hyper_roles
from harness.ports.plans import chosen_classes
from harness.ports.port import Port
from harness.ports.roles import Wanted, chosen
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

TAKE_OUT = (
    "an adapter calls one step after the other, and this is a loop of its own: take the update out"
    " into a function of gradients and weights, or record a run with rmsproof.Recorder"
)
# How many steps a loop may go, by the names of parameters, and more than any scenario has.
_STEPS = re.compile(r"iter|epoch|(?:max|num|n)_?steps?|^steps$")
_MOST_STEPS = 10_000
# What a parameter may be given that weights begin as.
_STARTS = ("array", "number")


def forms_its_gradients(port: Port) -> str:
    """Why no adapter can call the only step that a source has, and what to do; "" where one can.

    Of Python it is fed all the same.
    """
    if not port.source or "local" in port.transports:
        return ""
    from harness.languages.adapters.stepping import trainer  # of what is bound nobody asks it

    name = trainer(port.source[0].read_text(encoding="utf-8", errors="replace"))
    return name and (
        f"an adapter cannot hand {name} gradients, which it forms itself: take its update out into"
        " a function of gradients and weights"
    )


def loop_plans(shape: Mapping[str, Any], wanted: Wanted) -> Iterator[Plan]:
    """The ways to feed the updates of a source, likeliest first."""
    loops = list(shape.get("loops", []))
    named = [
        loop for loop in loops if any(map(says_rmsprop, (loop.get("class", ""), loop["function"])))
    ]
    classes = {c["class"]: c for c in chosen_classes(shape, wanted)}
    if not named and any(says_rmsprop(f["name"]) for f in shape.get("functions", [])):
        loops = [loop for loop in loops if not loop["function"]]  # another one is meant
    for loop in named or loops:
        owner = loop.get("class")
        if owner is not None and owner not in classes:
            continue
        asked = wanted.function or (wanted.class_name if owner is None else None)
        if asked and asked not in (loop["function"], *loop["function"].split(".")):
            continue
        yield from _of_loop(loop, shape, classes.get(owner), wanted)


def _of_loop(
    loop: Mapping[str, Any],
    shape: Mapping[str, Any],
    candidate: Mapping[str, Any] | None,
    wanted: Wanted,
) -> Iterator[Plan]:
    constructor: Sequence[Mapping[str, Any]] = []
    called: Sequence[Mapping[str, Any]] = []
    if candidate:
        constructor = (candidate.get("constructors") or [{"parameters": []}])[0]["parameters"]
        methods = [*candidate["methods"], *candidate.get("private", [])]
        there = [m for m in methods if m["name"] == loop["function"]]
        method: Mapping[str, Any] = there[0] if there else {}
        called, uses = method.get("parameters", []), method.get("constructed", {})
        constructor = [*constructor, *told_later(candidate, [*constructor, *called])]
        constructor = [{**p, "use": uses.get(p["name"], {})} for p in constructor]
    elif "outline" in loop:
        called = loop["parameters"]
    elif loop["function"]:
        functions = [f for f in shape["functions"] if f["name"] == loop["function"]]
        if not functions:
            return
        called = functions[0]["parameters"][0]
    starts = set(loop["starts"]) | set(loop["carried"])
    taken = {
        p["name"]: p for p in (*called, *constructor)
    }  # what both take, the constructor is given
    open_ = [p for name, p in taken.items() if name not in (*starts, *loop["called"])]
    # What only its stops ask for is no hyperparameter, whatever it is called.
    told = {p["name"] for p in constructor} | {*loop["reaching"], *wanted.roles.values()}
    open_ = [p for p in open_ if p["name"] in told or held_in(p)]
    known = by_default(open_, hyper_roles(open_, wanted))
    roles = dict(zip((p["name"] for p in open_), known, strict=True))
    # What nobody knows is the learning rate, if the step is multiplied with it alone.
    unknown = [n for n in loop["factors"] if n in roles and not roles[n]]
    if len(unknown) == 1 and "learning_rate" not in roles.values():
        roles[unknown[0]] = "learning_rate"
    apart = loop.get("each_call") is not None
    each = set(loop.get("each_call") or ()).intersection(taken).difference(starts)
    if any(not (roles.get(name) or held_in(taken[name])) for name in each):
        return  # it may be another in every step
    ways = ("arrays",) if loop["several"] else _STARTS
    for start in ways if starts else ways[:1]:
        construct, call = (
            {p["name"]: fed for p in listed if (fed := _fed(p, roles, starts, start, wanted, loop))}
            for listed in (constructor, [p for p in called if taken[p["name"]] is p])
        )
        fed_ones = [*construct.values(), *call.values()]
        given = [f["role"] for f in fed_ones if "role" in f]
        given += [role for f in fed_ones for role in f.get("settings", {}).values()]
        plan: dict[str, Any] = {
            "loop": "apart" if apart else "steps" if loop["looped"] else "one step",
            "function": loop["function"],
            "line": loop["line"],
            "construct": construct,
            **told_of(constructor),
            "arguments": call,
            "carried": loop["carried"],
            "container": "array",
            "arrangement": "each",
        }
        plan |= {key: loop[key] for key in ("class", "place", "outline") if key in loop}
        message = {"plan": plan, "call": given_by(given)}
        yield Plan(message, _title(loop), tuple(given), whole=False)


def _fed(
    parameter: Mapping[str, Any],
    roles: Mapping[str, str | None],
    starts: set[str],
    start: str,
    wanted: Wanted,
    loop: Mapping[str, Any],
) -> dict[str, Any] | None:
    """What a parameter is given; None for its default."""
    name, role = parameter["name"], roles.get(parameter["name"])
    if name in loop["holders"]:
        return {"later": list(loop["holders"][name])}
    if name in loop["averages"]:
        return {"value": loop["averages"][name]}
    if plain(name) in SEED:
        return None if parameter.get("default") else {"value": 0}
    if name in starts:
        return {"start": start}
    if settings := held_in(parameter):
        return {"settings": settings}
    if (fed := chosen(parameter)) is not None:
        return fed
    if role in HYPERPARAMETERS or (role in OPTIONS and role in wanted.options):
        return {"role": role}
    if _STEPS.search(name.lower()) and "outline" not in loop:
        return {"value": _MOST_STEPS}
    if "batch" in name.lower():  # as much as there is of data that say nothing
        return {"value": 1}
    return None if parameter.get("default") else {"anything": True}


def _title(loop: Mapping[str, Any]) -> str:
    name = ".".join(filter(None, (loop.get("class"), loop["function"]))) or "the file"
    kind = "the loop" if loop["looped"] and "outline" not in loop else "the update"
    gradients = " and ".join(loop["gradients"])
    weights = " and ".join(loop["weights"])
    averages = loop["averages"].items()
    begun = "".join(f", {name} handed in as {value or 'zeros'}" for name, value in averages)
    # It is run, but says nothing of what a port does with given gradients.
    without = "its own stops and what it computes of its data" if loop["looped"] else "the rest"
    without = "all that surrounds it" if "outline" in loop else without
    return (
        f"{kind} in {name} (line {loop['line']}), {weights} moved by gradients that are given for"
        f" {gradients}{begun}; {without} left out"
    )
