"""What a port may be doing: sets of deviations from its claim, in order of size.

A set is a tuple of (axis, value). Its size counts deviations of the formula: which floats are
computed with and which hyperparameters are rounded to float32 on the way in are settled
afterwards, on the formulas that come near. Values that bring a constant of the port's own (a
decay rate it does not take, a momentum it was never given) leave that constant open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations

import numpy as np

from harness.model.evidence import Evidence
from python_ref.dialects.axes import AXES, BY_NORM_OF_ALL, BY_NORM_PLUS, NUMBERS
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import equivalence

Deviations = tuple[tuple[str, str], ...]

Candidate = tuple[Deviations, Mapping[str, float]]
"""A set of deviations with constants of its own."""

IGNORED: Mapping[str, str] = {
    "learning_rate": "learning_rate",
    "decay_rate": "decay_rate",
    "epsilon": "eps",
    "mean_decay": "mean_decay",
}
"""The hyperparameters that a port may have fixed, and the axes that say so."""

COMMON = frozenset(
    {
        ("epsilon", "inside"), ("epsilon", "none"), ("initial_average", "one"),
        ("state", "reset"), ("numerator", "mean_gradient"), ("bias_correction", "yes"),
        ("centered", "yes"), ("momentum", "lr_in_buffer"), ("momentum", "lr_out_of_buffer"),
        ("momentum", "nesterov"), ("weight_decay", "coupled"), ("weight_decay", "decoupled"),
        ("clip", "value"), ("clip", "norm"), ("learning_rate", "ignored"),
        ("decay_rate", "ignored"), ("eps", "ignored"), ("direction", "ascent"),
        ("schedule", "inverse_time"), ("write", "all_but_last"),
    }
)  # fmt: skip
"""What ports and libraries do often: sets of these are solved for first, where time may end."""

# What single deviations are held against a port with where nothing explains it: the values that
# papers, libraries and tutorials use.
USUAL: Mapping[str, tuple[float, ...]] = {
    "learning_rate": (0.1, 0.01, 0.001, 0.0001),
    "decay_rate": (0.5, 0.8, 0.9, 0.95, 0.99, 0.999),
    "epsilon": (1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0),
    "momentum": (0.5, 0.8, 0.9, 0.95, 0.99),
    "weight_decay": (1e-4, 5e-4, 1e-3, 0.01, 0.1),
    "clip": (0.01, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0),
    "mean_decay": (0.5, 0.8, 0.9, 0.95, 0.99),
    "decay": (1e-6, 1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0),
    "gradient_scale": (1 / 128, 1 / 64, 1 / 32, 0.5, 2.0, 32.0, 64.0, 128.0),
    "initial_average": (1e-3, 0.01, 0.1, 0.5, 10.0),
    "factor": (0.1, 0.5, 0.9, 0.95, 0.99),
    "total": (10.0, 100.0, 1000.0),
}


def deviations_of(chosen: Deviations) -> tuple[str, ...]:
    """The set as "axis=value"."""
    return tuple(f"{axis}={value}" for axis, value in chosen)


def open_constants(chosen: Deviations) -> tuple[str, ...]:
    """The constants of the port's own that a set brings."""
    names = (name for axis, value in chosen for name in AXES[axis][value].constants)
    return tuple(dict.fromkeys(names))


def of_formula(chosen: Deviations) -> Deviations:
    """The set without what is settled after the formula."""
    return tuple((axis, value) for axis, value in chosen if axis not in NUMBERS)


def in_order(chosen: Sequence[tuple[str, str]]) -> Deviations:
    """The members in the order of the axes, each axis once: what comes first counts."""
    values = dict(reversed(chosen))
    return tuple((axis, values[axis]) for axis in AXES if axis in values)


def dialect(
    claim: Dialect, chosen: Deviations, constants: Mapping[str, float] | None = None
) -> Dialect:
    """The claim with a set of deviations from it."""
    formulas = _formulas(claim, chosen)
    return formulas.having(constants) if constants else formulas


@lru_cache(maxsize=1 << 16)
def _formulas(claim: Dialect, chosen: Deviations) -> Dialect:
    return Dialect.choosing({**claim.choices(), **dict(chosen)}, claim.constants)


def difference(claim: Dialect, other: Dialect) -> Deviations:
    """The set that leads from one dialect to the other."""
    return tuple(
        (axis, other.choice(axis)) for axis in AXES if other.choice(axis) != claim.choice(axis)
    )


@cache
def singles(claim: Dialect) -> tuple[Deviations, ...]:
    """Every deviation that shows alone at a constant learning rate, in the order of the axes."""
    members = (*_members(claim), *_of_numbers(claim))
    order = list(AXES)
    return tuple(
        (member,)
        for member in sorted(members, key=lambda m: order.index(m[0]))
        if coherent(claim, (member,)) and equivalence(claim, dialect(claim, (member,))) == "never"
    )


@cache
def _members(claim: Dialect) -> tuple[tuple[str, str], ...]:
    """Every axis and value of the formula that a set may have."""
    return tuple(
        (name, value)
        for name, axis in AXES.items()
        for value in axis.names
        if value != claim.choice(name) and name not in NUMBERS
    )


def _of_numbers(claim: Dialect) -> list[tuple[str, str]]:
    # A port that stores and computes in double anyway is the claim itself.
    return [
        (name, value)
        for name in NUMBERS
        for value in AXES[name].names
        if value != claim.choice(name) and (name, value) != ("precision", "float64")
    ]


@dataclass(frozen=True)
class Fed:
    """What was fed, as far as it decides which deviations can show at all.

    Attributes:
        arrays: there are several. lengths: one has several elements.
        absent: a step leaves arrays out. zeros: a gradient is zero.
        rates: the learning rate given changes. steps: more than one.
    """

    arrays: bool = True
    lengths: bool = True
    absent: bool = True
    zeros: bool = True
    rates: bool = False
    steps: bool = True

    @classmethod
    def of(cls, evidence: Sequence[Evidence]) -> Fed:
        """What all pieces of evidence together were fed."""
        fed = [e.scenario for e in evidence]
        return cls(
            arrays=any(len(s.lengths) > 1 for s in fed),
            lengths=any(max(s.lengths, default=0) > 1 for s in fed),
            absent=any(len(step) < len(s.lengths) for s in fed for step in s.gradients),
            zeros=any(bool(np.any(g == 0)) for s in fed for x in s.gradients for g in x.values()),
            rates=any(len(set(s.learning_rates)) > 1 for s in fed),
            steps=any(e.steps > 1 for e in evidence),
        )

    def shows(self, member: tuple[str, str]) -> bool:
        """Whether a deviation can show on this."""
        axis, value = member
        needed = {
            ("state", "shared"): self.arrays,
            ("write", "first_array"): self.arrays,
            ("write", "last_array"): self.arrays,
            **{("clip", value): self.arrays for value in BY_NORM_OF_ALL},
            ("write", "first_element"): self.lengths,
            ("state", "global_step"): self.absent,
            ("untouched", "skipped"): self.zeros,
            ("learning_rate", "first"): self.rates,
        }
        lasting = axis == "schedule" and value not in ("no", "inverse_time")
        lasting |= axis == "state" and value in ("reset", "root_kept", "epsilon_kept")
        return needed.get(member, True) and (self.steps or not lasting)


def sets(claim: Dialect, size: int, fed: Fed = Fed()) -> Iterator[Deviations]:
    """Every set of `size` deviations of the formula that can show, in the order of the axes."""
    alone = [member for member in _members(claim) if fed.shows(member)]
    for chosen in combinations(alone, size):
        if len({axis for axis, _ in chosen}) == size and coherent(claim, chosen):
            if size == 1 and not _differs(claim, chosen):
                continue
            yield chosen


def _differs(claim: Dialect, chosen: Deviations) -> bool:
    return equivalence(claim, dialect(claim, chosen)) != "always"


def coherent(claim: Dialect, chosen: Deviations) -> bool:
    """Whether no member is without effect because of another: smaller sets say the same."""
    values = {axis: claim.choice(axis) for axis in _DECIDING} | dict(chosen)
    named = dict(chosen)
    if len(chosen) > 1 and named.get("write") == "none":
        return False  # nothing else can be said then
    if values["average"] == "none":
        hidden = ("epsilon", "initial_average", "root", "decay_rate", "eps", "centered")
        if any(axis in named for axis in hidden) or values["numerator"] == "average":
            return False
        if named.get("state") in ("stale", "epsilon_kept", "root_kept", "shared"):
            return False
    if values["epsilon"] == "none" and "eps" in named and values["initial_average"] != "epsilon":
        return False
    centered = values["centered"] == "yes"
    if centered and values["numerator"] == "sum_of_gradients":
        return False
    if "mean_decay" in named and not (centered or values["numerator"] == "mean_gradient"):
        return False
    if named.get("state") == "global_step" and values["bias_correction"] == "no":
        return False
    if named.get("state") in ("epsilon_kept", "root_kept"):
        if centered or (named["state"] == "root_kept" and values["root"] == "none"):
            return False
        enters = named.get("epsilon", "inside") in ("outside", "inside")
        if named["state"] == "epsilon_kept" and not enters:
            return False
    # Beside a scale the number that is added to a norm is as good as any other.
    if values["clip"] in BY_NORM_PLUS and named.get("gradient_scale", "no") != "no":
        return False
    # One constant would be the factor of both.
    if values["numerator"] == "sum_of_gradients" and values["momentum"] != "no":
        return False
    return _ordered(named, values) and _rounded(named, values)


_DECIDING = (
    "average", "epsilon", "initial_average", "centered", "numerator", "bias_correction", "root",
    "momentum", "weight_decay", "clip", "direction",
)  # fmt: skip


def _ordered(named: Mapping[str, str], values: Mapping[str, str]) -> bool:
    """Whether an order that is named has something to order."""
    order = named.get("order", "")
    if order.startswith("epsilon") and (
        values["centered"] == "no" or values["epsilon"] != "inside"
    ):
        return False
    if order in ("decay_before_clip", "clip_after_average") and values["clip"] == "no":
        return False
    if order == "maximize_before_decay" and values["direction"] != "ascent":
        return False
    decays = values["weight_decay"] == "coupled"
    return decays or order not in ("decay_before_clip", "maximize_before_decay")


def _rounded(named: Mapping[str, str], values: Mapping[str, str]) -> bool:
    """Whether options that are rounded to float32 are there at all."""
    rounded = named.get("float32_hyperparameters", "").split("+")
    summed = values["numerator"] == "sum_of_gradients"
    return all(
        name not in rounded or values[name] != "no" or (name == "momentum" and summed)
        for name in ("momentum", "weight_decay", "clip")
    )
