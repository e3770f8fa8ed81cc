"""Who takes which role, by names and kinds: the surest name first, then what is left.

The rules are the same for all languages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from harness.languages.naming import plain_name
from harness.ports.roles import (
    CONSTANT,
    CONTAINERS,
    COUNTS,
    PAIR,
    ROLES,
    SELF,
    Parameter,
    Wanted,
    choice,
    ranks,
)
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS, SCHEDULES

# Names of gradients that say it in no other way.
_SLOPES = frozenset("dw db dws dbs gw gb dweight dweights dbias dbiases".split())


def assigned(
    parameters: Sequence[Parameter], constructed: int, wanted: Wanted
) -> tuple[list[str | None], list[str], bool]:
    """Give parameters their roles.

    Args:
        parameters: of a constructor, then of what is called.
        constructed: how many of them are the constructor's.
        wanted: what the user said.

    Returns:
        Roles in the parameters' order; the names that found none and have no default; whether
        gradients or weights were told by being what is left, or a decay by what it does.
    """
    roles: list[str | None] = [None] * len(parameters)
    # What k or a factor is, only who wants a schedule can say.
    free = set(ROLES) - {role for role in SCHEDULES if role not in wanted.options}
    free |= set(wanted.roles)
    for role, name in wanted.roles.items():
        if (place := _place(parameters, name)) is not None:
            roles[place] = role
            free.discard(role)
    for i, parameter in enumerate(parameters):
        if roles[i] is None and parameter["name"] in wanted.give:
            roles[i] = CONSTANT + json.dumps(wanted.give[parameter["name"]])
        elif roles[i] is None and (text := choice(parameter)) is not None:
            roles[i] = CONSTANT + json.dumps(text)
    for i, parameter in enumerate(parameters[constructed:], constructed):
        if parameter["kind"] == "source" and "gradients" in free:
            roles[i] = "source"
            free.difference_update(("source", "gradients"))
    # A setter takes what the constructor leaves.
    own = [i for i, p in enumerate(parameters) if roles[i] is None and not p.get("setter")]
    setters = [i for i, p in enumerate(parameters) if roles[i] is None and p.get("setter")]
    called = parameters[constructed:]
    scalar = not any(p["kind"] in (*CONTAINERS, "any") for p in called)

    def settle(among: list[int]) -> None:
        """The surest name takes its role first; what it wanted second stays for others."""
        while offers := [
            (rank, i, role)
            for i in among
            for rank, role in ranks(parameters[i]["name"])
            if role in free and may_be(parameters[i], role, i < constructed, scalar)
        ]:
            # A name with one possible role left goes before one with a choice.
            choices = {i: sum(1 for _, j, _ in offers if j == i) for _, i, _ in offers}
            # An optimizer has its own settings before those of what may be added to it.
            _, _, _, i, role = min(
                (choices[i] > 1, role in OPTIONS, rank, i, role) for rank, i, role in offers
            )
            roles[i] = role
            free.discard(role)
            if role == "gradients":
                free.discard("parameters")
            if role == "parameters":
                free.difference_update(("gradients", "weights"))
            among.remove(i)

    if pair := _paired(parameters, roles, constructed):
        for i, role in pair.items():
            roles[i] = role
            own.remove(i)
        free.difference_update((*PAIR, "parameters"))
    settle(own)
    # What a setter sets that the constructor was given would be set anew.
    given = {p["name"] for p, r in zip(parameters, roles, strict=True) if r and not p.get("setter")}
    settle([i for i in setters if given.isdisjoint(names_of(parameters[i]))])
    decays = decaying(parameters, roles, wanted.roles)
    if decays is not None and ("decay_rate" in free or "decay_rate" in roles):
        roles = [None if role == "decay_rate" else role for role in roles]
        roles[decays] = "decay_rate"
        own = [i for i in own if i != decays]
    _named(parameters, roles, constructed)
    _called_on(parameters, roles, constructed)
    _scheduled(parameters, roles)
    _alone(parameters, roles, constructed)
    _handed_again(parameters, roles, constructed)
    own = [i for i in own if roles[i] is None]
    kinds = ("number",) if scalar else CONTAINERS
    data = [i for i in own if i >= constructed and parameters[i]["kind"] in kinds]
    missing: list[str] = [role for role in ("gradients", "weights") if role in free]
    excluded = len(data) == 1 and bool(missing) and "parameters" not in roles
    if not missing and "state" in free:  # what is handed over beside both is kept between steps
        missing, excluded = ["state"], len(data) == 1
    if excluded:  # the other one of two is settled by exclusion; what holds both is alone
        carries = len(missing) > 1 and bool(parameters[data[0]].get("carries"))
        roles[data[0]] = "parameters" if carries else missing[0]
        own.remove(data[0])
    left = [
        parameters[i]["name"]
        for i in own
        if roles[i] is None and is_open(parameters[i], i < constructed)
    ]
    return roles, left, excluded or decays is not None


def decaying(
    parameters: Sequence[Parameter], roles: Sequence[str | None], said: Mapping[str, str]
) -> int | None:
    """Which parameter is the decay rate by what the source does, where no name says so.

    One of which the source takes what is left of one decays an average, whatever it is called.

    >>> decaying([{"name": "mu", "use": {"complement": True}}], ["momentum"], {})
    0
    """
    if "decay_rate" in said or (
        "decay_rate" in roles and parameters[roles.index("decay_rate")].get("use") != {}
    ):
        return None  # it is named, and what is named is used
    fitting = [
        i
        for i, parameter in enumerate(parameters)
        if parameter.get("use", {}).get("complement") and roles[i] not in HYPERPARAMETERS
    ]
    if len(fitting) != 1 or parameters[fitting[0]]["name"] in said.values():
        return None
    return fitting[0]


def names_of(parameter: Parameter) -> tuple[str, ...]:
    """The names by which a parameter may be asked for: what setA sets is A, and a."""
    name = str(parameter["name"])
    return (name, name[:1].lower() + name[1:]) if parameter.get("setter") else (name,)


def _place(parameters: Sequence[Parameter], name: str) -> int | None:
    """Which parameter is asked for, by its own name rather than by another; None if none is."""
    places = range(len(parameters))
    exact = [i for i in places if parameters[i]["name"] == name]
    return next(iter([*exact, *(i for i in places if name in names_of(parameters[i]))]), None)


def is_open(parameter: Parameter, constructed: bool) -> bool:
    """Whether a parameter without a role is left open: of a call, null or nothing is no default."""
    absent = bool(parameter.get("absent")) and not constructed
    return absent or not parameter.get("default")


def _named(parameters: Sequence[Parameter], roles: list[str | None], made: int) -> None:
    """What nobody knows by its name, and a state is kept under, is an array's name."""
    keys = [
        i
        for i in range(made, len(parameters))
        if roles[i] is None and parameters[i].get("use", {}).get("keyed")
    ]
    if len(keys) == 1 and "name" not in roles and parameters[keys[0]]["kind"] == "text":
        roles[keys[0]] = "name"


_SELVES = frozenset("this self optimizer optim opt".split())


def _called_on(parameters: Sequence[Parameter], roles: list[str | None], made: int) -> None:
    """What a function is called on first, beside a state, is what another function makes."""
    called = parameters[made:]
    first = bool(called) and plain_name(called[0]["name"]) in _SELVES
    if first and roles[made] is None and called[0]["kind"] == "any" and "state" in roles[made:]:
        roles[made] = SELF


def _scheduled(parameters: Sequence[Parameter], roles: list[str | None]) -> None:
    """A function of the step that nobody knows by its name says the learning rate."""
    functions = [
        i
        for i, parameter in enumerate(parameters)
        if roles[i] is None
        and parameter.get("use", {}).get("scheduled")
        and not _bias_and_slope(parameter["name"])[1]
    ]
    if len(functions) == 1 and "learning_rate" not in roles:
        roles[functions[0]] = "learning_rate"


def _alone(parameters: Sequence[Parameter], roles: list[str | None], made: int) -> None:
    """What holds weights and gradients, and is all that a call is given, is not one of them."""
    called = [i for i in range(made, len(parameters)) if parameters[i]["kind"] in CONTAINERS]
    alone = len(called) == 1 and bool(parameters[called[0]].get("carries"))
    data = {"weights", "gradients"}
    if alone and roles[called[0]] in data and not data <= set(roles):
        roles[called[0]] = "parameters"


def _handed_again(parameters: Sequence[Parameter], roles: list[str | None], made: int) -> None:
    """What was handed over before the first step may be handed over in every step, too."""
    types = {p.get("type") for p, r in zip(parameters, roles, strict=True) if r == "parameters"}
    for i in range(made, len(parameters)):
        again = parameters[i].get("carries") and parameters[i].get("type") in types
        if again and roles[i] is None and parameters[i]["kind"] != "source":
            roles[i] = "parameters"


def _paired(
    parameters: Sequence[Parameter], roles: Sequence[str | None], made: int
) -> dict[int, str]:
    """Weights and biases, each with its gradients, in one call; nothing where it is not all four.

    >>> names = "w dw b db".split()
    >>> _paired([{"name": name, "kind": "array"} for name in names], [None] * 4, 0)
    {0: 'weights', 1: 'gradients', 2: 'biases', 3: 'bias_gradients'}
    """
    arrays = [
        i
        for i, p in enumerate(parameters)
        if i >= made and roles[i] is None and (p["kind"] in ("array", "list") or _says(p))
    ]
    found: dict[int, str] = {}
    for i in arrays:
        found[i] = PAIR[sum(_bias_and_slope(parameters[i]["name"]))]
    return found if sorted(found.values()) == sorted(PAIR) else {}


def _bias_and_slope(called: str) -> tuple[int, int]:
    """2 if a name is that of biases, else 0, and 1 if it is that of gradients."""
    name = plain_name(called)
    bias = "bias" in name or name in ("b", "db", "bs", "dbs", "gb", "bgrad", "gradb")
    slope = "grad" in name or name.startswith(("delta", "deriv", "slope")) or name in _SLOPES
    return 2 * bias, int(slope)


def _says(parameter: Parameter) -> bool:
    """Whether a name says weights, biases or gradients of what no type says anything of."""
    name = plain_name(parameter["name"])
    if parameter["kind"] != "any" or any(part in name for part in ("cache", "avg", "average")):
        return False
    return any(_bias_and_slope(name)) or name in ("w", "weights", "weight")


_LETTERS = frozenset("d e g s v x p".split())


def may_be(parameter: Parameter, role: str, constructed: bool, scalar: bool) -> bool:
    """Whether a parameter's kind, and where it stands, admit a role.

    Args:
        parameter: as a host describes it.
        role: one of ROLES.
        constructed: it is a constructor's.
        scalar: what is called takes no arrays, only numbers.
    """
    kind = parameter["kind"]
    if role in HYPERPARAMETERS + OPTIONS:
        # A letter alone says little where numbers are gradients, too.
        unsure = scalar and not constructed and parameter["name"] in _LETTERS
        return kind in ("number", "any") and not unsure
    if role in COUNTS:
        early = role in ("size", "rows", "columns")
        return kind == "count" and early == constructed
    if role == "name":
        return kind == "text" and not constructed
    if role == "parameters":
        return bool(parameter.get("carries")) and kind != "source"
    if constructed:
        return role == "weights" and kind in CONTAINERS and not parameter.get("carries")
    if scalar and kind == "number":
        return role in ("gradients", "weights")
    return kind in (*CONTAINERS, "any") or (role == "state" and kind == "other")
