"""What a port may be doing: sets of deviations from its claim, in order of size.

A set is a tuple of (axis, value). Values that bring a constant of the port's own (a decay rate
it does not take, a momentum it was never given) leave that constant open; `constants` solves
for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import combinations

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import equivalence

Deviations = tuple[tuple[str, str], ...]

# In sets of three only what people write by hand; that floats are narrowed here and there is
# found alone and in pairs.
_NOT_IN_THREES = ("precision", "float32_hyperparameters", "order", "mean_decay")

# Where the search for a constant starts, and what sets of three are tried with: the values
# that papers, libraries and tutorials use.
USUAL: Mapping[str, tuple[float, ...]] = {
    "learning_rate": (0.1, 0.01, 0.001, 0.0001),
    "decay_rate": (0.5, 0.8, 0.9, 0.95, 0.99, 0.999),
    "epsilon": (1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0),
    "momentum": (0.5, 0.8, 0.9, 0.95, 0.99),
    "weight_decay": (1e-4, 5e-4, 1e-3, 0.01, 0.1),
    "clip": (0.01, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0),
    "mean_decay": (0.5, 0.8, 0.9, 0.95, 0.99),
    "decay": (1e-6, 1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0),
}


def deviations_of(chosen: Deviations) -> tuple[str, ...]:
    """The set as "axis=value"."""
    return tuple(f"{axis}={value}" for axis, value in chosen)


def open_constants(chosen: Deviations) -> tuple[str, ...]:
    """The constants of the port's own that a set brings."""
    found = (AXES[axis][value].constant for axis, value in chosen)
    return tuple(dict.fromkeys(name for name in found if name))


def dialect(
    claim: Dialect, chosen: Deviations, constants: Mapping[str, float] | None = None
) -> Dialect:
    """The claim with a set of deviations from it."""
    found = _formulas(claim, chosen)
    return found.having(constants) if constants else found


@lru_cache(maxsize=1 << 16)
def _formulas(claim: Dialect, chosen: Deviations) -> Dialect:
    choices = {**claim.choices(), **dict(chosen)}
    return Dialect([f"{axis}={value}" for axis, value in choices.items()], claim.constants)


@cache
def singles(claim: Dialect) -> tuple[Deviations, ...]:
    """Every deviation that shows alone, in the order of the axes."""
    return tuple(
        (member,)
        for member in _members(claim)
        if _coherent(claim, (member,)) and equivalence(claim, dialect(claim, (member,))) != "always"
    )


@cache
def _members(claim: Dialect) -> tuple[tuple[str, str], ...]:
    """Every axis and value that a set may have."""
    return tuple(
        (name, value)
        for name, axis in AXES.items()
        for value in axis.names
        if value != claim.choice(name) and _possible(name, value)
    )


def _possible(axis: str, value: str) -> bool:
    # A port that stores and computes in double anyway is the claim itself.
    return not (axis == "precision" and value == "float64")


def sets(claim: Dialect, size: int) -> Iterator[Deviations]:
    """Every set of `size` deviations on different axes, in the order of the axes."""
    if size == 1:
        yield from singles(claim)
        return
    alone = list(_members(claim))
    if size > 2:
        alone = [(axis, value) for axis, value in alone if axis not in _NOT_IN_THREES]
    for chosen in combinations(alone, size):
        if len({axis for axis, _ in chosen}) == size and _coherent(claim, chosen):
            yield chosen


def _coherent(claim: Dialect, chosen: Deviations) -> bool:
    """Whether no member is without effect because of another: smaller sets say the same."""
    values = {**claim.choices(), **dict(chosen)}
    named = dict(chosen)
    if len(chosen) > 1 and named.get("write") == "none":
        return False  # nothing else can be said then
    if values.get("average") == "none":
        hidden = ("epsilon", "initial_average", "root", "decay_rate", "eps", "centered")
        if any(axis in named for axis in hidden):
            return False
    if values.get("epsilon") == "none" and "eps" in named:
        return False
    centered = values.get("centered") == "yes"
    if "mean_decay" in named and not (centered or values.get("numerator") == "mean_gradient"):
        return False
    order = named.get("order", "")
    if order.startswith("epsilon") and not centered:
        return False
    if order in ("decay_before_clip", "clip_after_average") and "clip" not in values:
        return False
    if order == "decay_before_clip" and values.get("weight_decay") != "coupled":
        return False
    rounded = named.get("float32_hyperparameters", "").split("+")
    return "momentum" not in rounded or "momentum" in values
