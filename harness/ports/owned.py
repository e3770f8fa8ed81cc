"""Ways to call a method of something that has its weights itself, as a network has.

Its constructor builds layers of sizes that are no scenario's. It is called with what stands in,
as far as it goes; then weights, averages and what else the method reads of the object are put in
the place of what it has (see harness.languages.usage: what an object holds).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.ports.drafts import Draft, drafted
from harness.ports.later import told_of
from harness.ports.numbers import hyper_roles
from harness.ports.offers import Spec, Unknown, attributes, leaves, offer, shown, structured
from harness.ports.roles import Wanted, chosen
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS


def owned(
    candidate: Mapping[str, Any],
    constructor: Sequence[Mapping[str, Any]],
    method: Mapping[str, Any],
    wanted: Wanted,
) -> tuple[dict[str, Any], Draft, str]:
    """What the host is told of a class, what its method is given, and a title.

    Raises:
        Unknown: the object has no weights, or nobody knows what the method takes.
    """
    own = method["own"]
    given = [{**p, "use": own["taken"].get(p["name"], {})} for p in method["parameters"]]
    uses = method.get("constructed", {})
    taken = [{**p, "use": uses.get(p["name"], {})} for p in constructor]
    telling = [p for p in taken if p.get("setter") or _tells(p["use"])]
    draft = drafted(telling, given, wanted, lenient=True)
    if unknown := [name for name, feed in draft.arguments.items() if "open" in feed]:
        raise Unknown(f"what is {unknown[0]}?")
    called = [feed["data"] for feed in draft.arguments.values() if "data" in feed]
    data, rest = _parts(own["held"])
    roles_taken = {leaf["role"] for spec in called for leaf in leaves(spec)}
    roles_held = {leaf["role"] for spec in data.values() for leaf in leaves(spec)}
    alone = not {"weights", "gradients"} & (roles_held - roles_taken)
    if alone and not ("gradients" in roles_taken and _averages(data, own["unsure"])):
        raise Unknown("it takes its weights, or nothing of what it has is known to be any")
    kept = [n for n, spec in data.items() if all(x["role"] == "zeros" for x in leaves(spec))]
    if begun := [name for name in kept if name in own["begun"] and data[name]["kind"] != "many"]:
        raise Unknown(f"what does {begun[0]} begin with?")
    for name in (name for name in kept if name in own["lazily"]):
        del data[name]  # its first square begins it
    construct, roles = _constructed(taken, draft), dict(draft.roles)
    numbers = [{"name": n} for n in rest if n not in own["constants"] and not structured(rest[n])]
    for number, role in zip(numbers, hyper_roles(numbers, wanted), strict=True):
        if role in HYPERPARAMETERS and role not in roles:
            roles[role] = number["name"]
    filled = {name: _fed(name, use, roles, own["constants"]) for name, use in rest.items()}
    whole = replace(draft, data=[*called, *data.values()], roles=roles)
    words = [f"self.{n}: {shown(spec)}" for n, spec in data.items() if spec["kind"] != "many"]
    words += [f"{n}: {shown(f['data'])}" for n, f in draft.arguments.items() if "data" in f]
    base = {
        "class": candidate["class"],
        "construct": construct,
        **told_of(constructor),
        "own": {"data": data, "filled": filled, "stored": own["stored"], "unset": own["unset"]},
        "averages": alone,
    }
    return base, whole, f"{candidate['class']}.{method['name']}({', '.join(words)})"


def _averages(data: Mapping[str, Spec], unsure: Sequence[str]) -> bool:
    """Whether there are averages, which calls that nobody makes would begin with zeros."""
    begun = {
        name: name not in unsure
        for name, spec in data.items()
        for leaf in leaves(spec)
        if leaf.get("own")
    }
    return bool(begun) and all(begun.values())


def _parts(held: Mapping[str, Any]) -> tuple[dict[str, Spec], dict[str, Any]]:
    """What holds weights, gradients or averages, as it is offered; the uses of what does not."""
    data: dict[str, Spec] = {}
    rest: dict[str, Any] = {}
    for name, use in held.items():
        if use.get("called"):
            continue
        spec = offer(use, (name,))
        known = [leaf for leaf in leaves(spec) if leaf["role"] != "zeros" or leaf.get("own")]
        own = [leaf for leaf in leaves(spec) if leaf["role"] == "zeros" and structured(use)]
        if known or own or spec["kind"] == "many":
            data[name] = spec
        else:
            rest[name] = use
    return data, rest


def _tells(use: Mapping[str, Any]) -> bool:
    """Whether a constructor's parameter is a number, or has hyperparameters by their names."""
    inside = {*attributes(use), *use.get("keys", {})}
    return not structured(use) or any(hyper_roles([{"name": name}], Wanted())[0] for name in inside)


def _constructed(constructor: Sequence[Mapping[str, Any]], draft: Draft) -> dict[str, Any]:
    """What a constructor is given: data that say nothing for what nobody knows."""
    construct: dict[str, Any] = {}
    for parameter in constructor:
        name = parameter["name"]
        feed = draft.construct.get(name, {"open": True})
        arrays = any(leaf for spec in (feed.get("data"),) if spec for leaf in leaves(spec))
        if "open" in feed or arrays:
            construct |= {} if parameter.get("default") else {name: {"anything": True}}
        else:
            construct[name] = feed
    return construct


def _fed(
    name: str, use: Mapping[str, Any], roles: Mapping[str, str], constants: Mapping[str, float]
) -> dict[str, Any]:
    """What an attribute is that the constructor did not come to give the object."""
    if (role := next((r for r, n in roles.items() if n == name), None)) is not None:
        return {"role": role}
    if name in constants:
        return {"value": constants[name]}
    if (fed := chosen({"name": name, "use": use})) is not None:
        return fed
    return {"value": 0 if use.get("computed") else None}
