"""Who takes which role, by names and kinds: the surest name first, then what is left.

The rules are the same for all languages.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from harness.languages.naming import plain_name
from harness.ports.roles import (
    CONSTANT,
    CONTAINERS,
    COUNTS,
    PAIR,
    ROLES,
    Parameter,
    Wanted,
    choice,
    meant,
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
    giving = _Giving(parameters, constructed, wanted)
    giving.told()
    # A setter takes what the constructor leaves.
    own = [i for i in giving.open() if not parameters[i].get("setter")]
    setters = [i for i in giving.open() if parameters[i].get("setter")]
    giving.paired()
    giving.settle([i for i in own if giving.roles[i] is None])
    # What a setter sets that the constructor was given would be set anew.
    given = {p["name"] for p, r in giving.pairs() if r and not p.get("setter")}
    giving.settle([i for i in setters if given.isdisjoint(names_of(parameters[i]))])
    # What gives its role up to another was asked for already.
    own = [i for i in own if giving.roles[i] is None]
    decays = giving.decayed()
    roles = giving.roles
    _named(parameters, roles, constructed)
    _scheduled(parameters, roles)
    _alone(parameters, roles, constructed)
    _handed_again(parameters, roles, constructed)
    own = [i for i in own if roles[i] is None]
    excluded = giving.excluded(own)
    left = [
        parameters[i]["name"]
        for i in own
        if roles[i] is None and is_open(parameters[i], i < constructed)
    ]
    return roles, left, excluded or decays


class _Giving:
    """Roles on their way to parameters.

    Args:
        parameters: of a constructor, then of what is called.
        constructed: how many of them are the constructor's.
        wanted: what the user said.

    Attributes:
        roles: those of the parameters, None where one has none yet.
    """

    def __init__(self, parameters: Sequence[Parameter], constructed: int, wanted: Wanted) -> None:
        self._parameters, self._constructed, self._wanted = parameters, constructed, wanted
        self.roles: list[str | None] = [None] * len(parameters)
        # What k or a factor is, only who wants a schedule can say.
        self._free = set(ROLES) - {role for role in SCHEDULES if role not in wanted.options}
        self._free |= set(wanted.roles)
        called = parameters[constructed:]
        self._scalar = not any(p["kind"] in (*CONTAINERS, "any") for p in called)

    def open(self) -> list[int]:
        """Which parameters have no role."""
        return [i for i, role in enumerate(self.roles) if role is None]

    def pairs(self) -> Iterator[tuple[Parameter, str | None]]:
        """Each parameter and its role."""
        return zip(self._parameters, self.roles, strict=True)

    def told(self) -> None:
        """The roles that a user said, constants, and what gradients are asked of."""
        parameters, wanted = self._parameters, self._wanted
        for role, name in wanted.roles.items():
            if (place := _place(parameters, name)) is not None:
                self._give(place, role)
        for i in self.open():
            if (name := parameters[i]["name"]) in wanted.give:
                self.roles[i] = CONSTANT + json.dumps(wanted.give[name])
            else:
                self.roles[i] = choice(parameters[i])
        for i, parameter in enumerate(parameters[self._constructed :], self._constructed):
            if parameter["kind"] == "source" and "gradients" in self._free:
                self._give(i, "source", "gradients")

    def paired(self) -> None:
        """Weights and biases, each with its gradients, where a call takes all four."""
        pair = _paired(self._parameters, self.roles, self._constructed)
        for i, role in pair.items():
            self._give(i, role, *PAIR, "parameters")

    def settle(self, among: list[int]) -> None:
        """The surest name takes its role first; what it wanted second stays for others."""
        while offers := [
            (rank, i, role)
            for i in among
            for rank, role in meant(self._parameters[i])
            if role in self._free and self._may_be(i, role)
        ]:
            # A name with one possible role left goes before one with a choice.
            choices = Counter(i for _, i, _ in offers)
            # An optimizer has its own settings before those of what may be added to it.
            _, _, _, i, role = min(
                (choices[i] > 1, role in OPTIONS, rank, i, role) for rank, i, role in offers
            )
            self._give(i, role, *_TAKES_TOO.get(role, ()))
            among.remove(i)

    def decayed(self) -> bool:
        """Whether a decay rate was told by what the source does with it."""
        decays = decaying(self._parameters, self.roles, self._wanted.roles)
        if decays is None:
            return False
        if "decay_rate" in self._free or "decay_rate" in self.roles:
            self.roles = [None if role == "decay_rate" else role for role in self.roles]
            self._give(decays, "decay_rate")
        return True

    def excluded(self, own: Sequence[int]) -> bool:
        """Whether one that is left is what is missing, which it is given then.

        The other one of two is settled by exclusion; what holds both is alone.
        """
        kinds = ("number",) if self._scalar else CONTAINERS
        called = [i for i in own if i >= self._constructed]
        # What has a number, or yes or no, of its own is neither.
        plain = ({"flag", "value"}.isdisjoint(self._parameters[i]) for i in called)
        data = [i for i, p in zip(called, plain, strict=True) if p and self._kind(i) in kinds]
        missing: list[str] = [role for role in ("gradients", "weights") if role in self._free]
        if not missing and "state" in self._free:  # handed over beside both, kept between steps
            missing = ["state"]
        elif "parameters" in self.roles:
            return False
        if len(data) != 1 or not missing:
            return False
        both = len(missing) > 1 and bool(self._parameters[data[0]].get("carries"))
        self.roles[data[0]] = "parameters" if both else missing[0]
        return True

    def _kind(self, i: int) -> str:
        return str(self._parameters[i]["kind"])

    def _give(self, i: int, role: str, *gone: str) -> None:
        self.roles[i] = role
        self._free.difference_update((role, *gone))

    def _may_be(self, i: int, role: str) -> bool:
        return may_be(self._parameters[i], role, i < self._constructed, self._scalar)


# Roles that nobody else has where one is given.
_TAKES_TOO = {"gradients": ("parameters",), "parameters": ("gradients", "weights")}


def decaying(
    parameters: Sequence[Parameter], roles: Sequence[str | None], said: Mapping[str, str]
) -> int | None:
    """Which parameter is the decay rate by what the source does, where no name says so.

    One of which the source takes what is left of one decays an average, whatever it is called.

    >>> decaying([{"name": "mu", "use": {"complement": True}}], ["momentum"], {})
    0
    >>> v = {"name": "rho", "use": {"complement": True}}
    >>> decaying([v, {"name": "decay_rate", "use": {"scheduled": True}}], [None, "decay_rate"], {})
    0
    """
    if "decay_rate" in said:
        return None
    fitting = [
        i
        for i, parameter in enumerate(parameters)
        if parameter.get("use", {}).get("complement") and roles[i] not in HYPERPARAMETERS
    ]
    if "decay_rate" in roles and (use := parameters[roles.index("decay_rate")].get("use")) != {}:
        # It is named, and what is named is used; but for something else, where another name
        # that says so decays an average.
        names = [i for i in fitting if _may_be(parameters[i], "decay_rate") and roles[i] is None]
        fitting = names if use and not use.get("complement") else []
    if len(fitting) != 1 or parameters[fitting[0]]["name"] in said.values():
        return None
    return fitting[0]


def _may_be(parameter: Parameter, role: str) -> bool:
    return any(role == of for _, of in ranks(parameter["name"]))


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
        return not unsure and (kind == "number" or (kind == "any" and not listed(parameter)))
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


def listed(parameter: Parameter) -> bool:
    """Whether elements of it are asked for, so that it is no number."""
    use = parameter.get("use", {})
    return bool(use.get("iterated") or "item" in use or use.get("keys"))
