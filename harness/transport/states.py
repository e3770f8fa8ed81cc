"""How a state begins that a call is handed: by its default, or made up, as nothing or as zeros."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.languages.naming import plain_name, says_rmsprop
from harness.ports.assigning import is_open
from harness.transport.handing import ZEROS

_STATES = ("state", "cache", "average", "avg", "accum", "moment", "slot", "square", "opt", "memory")
# What another function is called that makes a state of weights.
_BEGINS = ("init", "zero", "start", "begin", "make", "create", "new", "empty")


def makes_up_state(shape: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    """Whether the first call is handed a state of which nobody knows how it begins."""
    call = list(message["call"])
    if "library" in shape or "state" not in call or "plan" in message:
        return False
    return is_open(taken_by(shape, message)[-len(call) :][call.index("state")], False)


def begins_elsewhere(shape: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    """Whether what is handed nothing for its state has another function that would make one."""
    if message.get("initial", ZEROS) >= ZEROS or not makes_up_state(shape, message):
        return False
    call = list(message["call"])
    handed = taken_by(shape, message)[-len(call) :][call.index("state")]
    if message["initial"] == 0 and (handed.get("begun") or shape.get("begun")):
        return False  # it was: what that makes is how the port begins
    return any(_makers(shape))


def state_maker(shape: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    """The function that says it makes the state that the first call is handed; "" if none does."""
    if not makes_up_state(shape, message):
        return ""
    return next((name for name in _makers(shape) if _of_states(plain_name(name))), "")


def begun_as(shape: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, float]:
    """What callers of the first call begin the state with, where the source says so: `begun`."""
    call = list(message["call"])
    if "state" not in call:
        return {}
    handed = taken_by(shape, message)[-len(call) :][call.index("state")]
    return {"begun": handed["begun_as"]} if "begun_as" in handed else {}


def begins_with_zeros(message: Mapping[str, Any]) -> bool:
    """Whether a state that is made up is zeros, or a reference to them.

    Nothing, or an empty map, is what a port begins with by itself.
    """
    return bool(message.get("initial", ZEROS) % (ZEROS + 1) == ZEROS)


def _makers(shape: Mapping[str, Any]) -> Iterator[str]:
    """What may make something of weights or their number alone."""
    methods = [m for c in shape.get("candidates", []) for m in c.get("methods", [])]
    every = [(m["name"], [m["parameters"]]) for m in methods]
    every += [(f["name"], f["parameters"]) for f in shape.get("functions", [])]
    for name, arities in every:
        begins = plain_name(name).startswith(_BEGINS)
        if begins and any(sum(not one.get("default") for one in taken) == 1 for taken in arities):
            yield name


def _of_states(name: str) -> bool:
    """Whether a maker's name has a state in it, or nothing but that it begins."""
    rest = next(name.removeprefix(word) for word in _BEGINS if name.startswith(word))
    whole = rest in ("", "ialize", "ial", "ialise") or says_rmsprop(rest)
    return whole or any(word in rest for word in _STATES)


def taken_by(shape: Mapping[str, Any], message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The parameters of what a message binds, the constructor's first."""
    if "function" in message:
        function = next(f for f in shape["functions"] if f["name"] == message["function"])
        parameters = list(function["parameters"][message.get("arity", 0)])
        if "inner" in message:
            parameters += function["inner"][message["inner"]]
        return parameters
    candidate = next(c for c in shape["candidates"] if c["class"] == message["class"])
    called = candidate["methods"][message["method"]]["parameters"]
    if "constructor" not in message:
        static = candidate["methods"][message["method"]].get("static")
        made = (candidate.get("globals") or [{}])[0].get("parameters", []) if static else []
        return [*made, *called]
    made = candidate["constructors"][message["constructor"]]["parameters"]
    later = {p["name"]: p for p in candidate.get("told", ())}
    return [*made, *(later[name] for name in message.get("later", ())), *called]
