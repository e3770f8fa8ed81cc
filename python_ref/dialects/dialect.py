"""Dialects of RMSProp: one choice on every axis, and constants of its own.

>>> Dialect(["epsilon=inside", "average=ema"])
Dialect(epsilon=inside)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from python_ref.dialects.axes import AXES
from python_ref.files import quoted
from python_ref.scenarios.hyperparameters import CONSTANTS


@dataclass(frozen=True, init=False, repr=False)
class Dialect:
    """A way of computing RMSProp: where it deviates from the reference, and with what values.

    Attributes:
        deviations: "axis=value" in the order of the axes; empty for the reference.
        items: name and value of each constant, in stable order; see `constants`.
    """

    deviations: tuple[str, ...]
    items: tuple[tuple[str, float], ...] = field(default=())

    def __init__(
        self, deviations: Iterable[str] = (), constants: Mapping[str, float] | None = None
    ) -> None:
        """Check and order the deviations.

        Args:
            deviations: "axis=value" in any order; the reference's own values are dropped.
            constants: values used instead of what a scenario gives, by hyperparameter name.

        Raises:
            ValueError: an axis, value or constant does not exist, or an axis is named twice.
        """
        chosen: dict[str, str] = {}
        for deviation in deviations:
            axis, value = _checked(deviation)
            if chosen.setdefault(axis, value) != value:
                raise ValueError(f"{axis} is given twice: {chosen[axis]} and {value}")
        constants = constants or {}
        for name in constants:
            if name not in CONSTANTS:
                raise ValueError(f"no constant {name!r}; the constants are {', '.join(CONSTANTS)}")
        written = tuple(
            f"{name}={chosen[name]}"
            for name, axis in AXES.items()
            if chosen.get(name, axis.reference) != axis.reference
        )
        object.__setattr__(self, "deviations", written)
        object.__setattr__(
            self,
            "items",
            tuple((name, float(constants[name])) for name in CONSTANTS if name in constants),
        )

    @classmethod
    def choosing(
        cls, choices: Mapping[str, str], constants: Mapping[str, float] | None = None
    ) -> Dialect:
        """Return the dialect with these values by axis; the rest as the reference has it."""
        return cls((f"{axis}={value}" for axis, value in choices.items()), constants)

    def having(self, constants: Mapping[str, float]) -> Dialect:
        """Return this dialect with further constants of its own, by hyperparameter name."""
        dialect = object.__new__(Dialect)
        given = {**self.constants, **constants}
        items = tuple((name, float(given[name])) for name in CONSTANTS if name in given)
        object.__setattr__(dialect, "deviations", self.deviations)
        object.__setattr__(dialect, "items", items)
        dialect.__dict__["_chosen"] = self._chosen  # the same formulas
        return dialect

    @cached_property
    def constants(self) -> Mapping[str, float]:
        """Values used instead of what is given, by hyperparameter name (`decay`: schedule's k)."""
        return MappingProxyType(dict(self.items))

    def choices(self) -> dict[str, str]:
        """Return the axes that deviate with their values, in the order of the axes."""
        return dict(self._chosen)

    def choice(self, axis: str) -> str:
        """Return the value on `axis`, the reference's where there is no deviation."""
        return self._chosen.get(axis) or AXES[axis].reference

    @cached_property
    def _chosen(self) -> dict[str, str]:
        pairs = (deviation.partition("=") for deviation in self.deviations)
        return {axis: value for axis, _, value in pairs}

    def __repr__(self) -> str:
        """As a person would list it."""
        constants = [f"{name}:{value!r}" for name, value in self.items]
        return f"Dialect({', '.join([*self.deviations, *constants])})"


def _checked(deviation: str) -> tuple[str, str]:
    axis, separator, value = deviation.partition("=")
    if not separator:
        raise ValueError(
            f"{quoted(deviation)} is not of the form axis=value, such as epsilon=inside"
        )
    if axis not in AXES:
        raise ValueError(f"no axis {quoted(axis)}; the axes are {', '.join(AXES)}")
    if value not in AXES[axis].names:
        known = ", ".join(AXES[axis].names)
        raise ValueError(f"{axis} has no value {quoted(value)}; its values are {known}")
    return axis, value
