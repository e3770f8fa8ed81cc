"""What a call computes, constants included, in a normal form: the same form, the same weights.

Beyond the algebra of dialects (`python_ref.dialects.equivalence`), which knows no numbers, sums
that leak are rewritten as averages: with v = d*v + g*g, V = (1-d)*v and s = sqrt(1-d),
g/(sqrt(v) + eps) = s*g/(sqrt(V) + s*eps) and g/sqrt(v + eps) = s*g/sqrt(V + s*s*eps).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from python_ref.dialects.axes import AXES, NUMBERS
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import canonical
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

_OWN = ("learning_rate=ignored", "decay_rate=ignored", "eps=ignored")

# Constants that come out of one root and one product are as near as that.
_ROUNDING = 1e-12


def formula(dialect: Dialect) -> Dialect:
    """The dialect without what only rounds otherwise, which no setting translates."""
    return Dialect.choosing({a: v for a, v in dialect.choices().items() if a not in NUMBERS})


def settled(dialect: Dialect, values: Mapping[str, float]) -> Dialect:
    """The normal form of a dialect with these hyperparameters and options.

    Args:
        dialect: what is computed.
        values: at least the three hyperparameters, and the options that the dialect needs.
    """
    chosen = formula(dialect).choices()
    used = {name for axis, value in chosen.items() for name in AXES[axis][value].constants}
    constants = {n: float(v) for n, v in values.items() if n in used or n in HYPERPARAMETERS}
    if chosen.get("average") == "swapped":
        del chosen["average"]
        constants["decay_rate"] = 1 - constants["decay_rate"]
    if chosen.get("average") == "leaky_sum" and _is_scaled_average(chosen, constants):
        del chosen["average"]
        s = math.sqrt(1 - constants["decay_rate"])
        constants["learning_rate"] *= s
        constants["epsilon"] *= s * s if chosen.get("epsilon") == "inside" else s
        if chosen.get("weight_decay") == "decoupled":
            constants["weight_decay"] /= s
    written = [f"{axis}={value}" for axis, value in chosen.items()]
    return canonical(Dialect([*written, *_OWN], constants))


def _is_scaled_average(chosen: Mapping[str, str], constants: Mapping[str, float]) -> bool:
    """Whether a sum that leaks enters the step through its root alone."""
    plain = ("initial_average", "root", "numerator", "bias_correction", "centered", "state")
    if chosen.get("epsilon", "").startswith("on_"):  # which no scale enters
        return False
    return not any(axis in chosen for axis in plain) and constants["decay_rate"] < 1


def same(a: Dialect, b: Dialect) -> bool:
    """Whether two normal forms are one, but for the rounding of constants."""
    if a.deviations != b.deviations or a.constants.keys() != b.constants.keys():
        return False
    return all(
        math.isclose(value, b.constants[name], rel_tol=_ROUNDING)
        for name, value in a.constants.items()
    )


def sameness(a: Dialect, b: Dialect) -> str:
    """For which settings of the learning rate two normal forms are the same.

    Returns:
        "always"; "constant learning rate"; "never".
    """
    if same(a, b):
        return "always"
    return "constant learning rate" if same(_rate_inside(a), _rate_inside(b)) else "never"


def _rate_inside(dialect: Dialect) -> Dialect:
    """With the learning rate inside the buffer, which is the same while it is constant."""
    written = [
        "momentum=lr_in_buffer" if d == "momentum=lr_out_of_buffer" else d
        for d in dialect.deviations
    ]
    return Dialect(written, dialect.constants)


def apart(a: Dialect, b: Dialect) -> tuple[str, ...]:
    """The axes on which two normal forms differ for good, a learning rate's place not counted."""
    first, second = _rate_inside(a), _rate_inside(b)
    return tuple(axis for axis in AXES if first.choice(axis) != second.choice(axis))
