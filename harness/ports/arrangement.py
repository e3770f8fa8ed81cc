"""From a draft to plans: its slots told apart, everything left open tried both ways."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.ports.drafts import Draft
from harness.ports.leaves import gradient_of, weights_in
from harness.ports.offers import (
    EFFECTS,
    Spec,
    Unknown,
    every,
    kinds,
    leaves,
    moving,
    parts,
    with_effect,
)
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

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


def finished(message: dict[str, Any], draft: Draft, title: str) -> Iterator[Plan]:
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
    handed = any("data" in f for c in message["calls"] for f in c.get("arguments", {}).values())
    # Told which, of several that it has already, it steps that one.
    arrangements = ("units",) if draft.named and not handed else _arrangements(draft)
    arranged = itertools.product(effects, arrangements, firsts, keys)
    settings = [part for spec in draft.data for part in every(spec) if part["kind"] == "config"]
    held = [role for part in settings for role in part["keys"].values()]
    roles = tuple(dict.fromkeys([*draft.roles, *held]))
    for effect, arrangement, first, key in arranged:
        plan = {**message, "slots": slots, "arrangement": arrangement}
        plan |= {} if first else {"first": first}
        plan |= {"key": key} if key != "name" else {}
        plan |= {"numbered": True} if numbered and key == "place" else {}
        plan["container"] = "array" if slots == 1 and arrangement != "together" else "list"
        whole = _effective(plan, effect) if effect else plan
        unscaled = "learning_rate" not in roles and not any(
            leaf["role"] == "weights" for leaf in found
        )
        for scaled in (True, False) if unscaled else (False,):
            complete = {**whole, "scaled": True} if scaled else whole
            yield Plan(
                {"plan": complete, "call": given_by(roles)},
                title,
                roles + (("learning_rate",) if scaled else ()),
                plan["container"] == "list",
            )


def given_by(roles: Iterable[str]) -> list[str]:
    """What a plan is told in every scenario: hyperparameters, and those options that it takes."""
    return [*HYPERPARAMETERS, *(role for role in roles if role in OPTIONS)]


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
        # One of several, by its place: each has its turn.
        return ("units", "together") if draft.named else ("together",)
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
        of_keys = [gradient_of(key) or weights_in(key) or "" for key in prefixes]
        for leaf in (one for one in found if one["base"] in of_keys and one["base"]):
            leaf["slot"] = of_keys.index(leaf["base"])
        return len(prefixes)
    _exclude(by_role, found)
    if len(bases) == 1 or any(len(names) == 1 for names in by_role.values() if names):
        for leaf in found:
            leaf.pop("slot", None)
        return 1
    if len(bases) == 2:  # of more, each layer's follow one another
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
