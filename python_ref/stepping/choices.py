"""What each hypothesis chooses: a code an axis and a number a hyperparameter, as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.axes import AXES
from python_ref.numbers.arithmetic import MOST_OFF, PLACES, Arithmetic
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.effective import GIVEN, learning_rates, tabulated
from python_ref.stepping.stages import Codes, distinct

if TYPE_CHECKING:
    from python_ref.dialects.dialect import Dialect
    from python_ref.stepping.hypothesis import Points

OFF = tuple(range(-MOST_OFF, MOST_OFF + 1))
"""By how many ULP roots may be off."""


class Choices:
    """The choices of H hypotheses.

    Attributes:
        codes: by axis or place of the arithmetic, (H,) places in the names beside it.
        numbers: by hyperparameter, (H,). own: (H,) whether it is a constant of the port's own.
        ids: by hyperparameter, (H,): of equal values equal ones.
        rates: (T, H) learning rates that change from call to call; None where none does.
        count: H.
    """

    def __init__(self, scenario: Scenario, points: Points) -> None:
        dialects: dict[Dialect, int] = {}
        orders: dict[Arithmetic, int] = {}
        formulas = points.formulas
        dialect = np.array([dialects.setdefault(h.dialect, len(dialects)) for h in formulas])
        order = np.array([orders.setdefault(h.arithmetic, len(orders)) for h in formulas])
        dialect, order = dialect[points.formula], order[points.formula]
        self.codes: dict[str, tuple[Codes, Sequence[str]]] = {}
        chosen = [d.choices() for d in dialects]
        used = set().union(*chosen)
        reference = np.zeros_like(dialect)
        for name, axis in AXES.items():
            codes = reference
            if name in used:
                number = {value: i for i, value in enumerate(axis.names)}
                codes = np.array([number[c[name]] if name in c else 0 for c in chosen])[dialect]
            self.codes[name] = codes, axis.names
        for name, known in PLACES.items():
            names = list(known)
            picked = [names.index(getattr(o, name)) for o in orders]
            self.codes[name] = np.array(picked)[order] if any(picked) else reference, names
        off = np.array([OFF.index(o.off) for o in orders])[order]
        self.codes["off"] = off, list(map(str, OFF))
        table = tabulated(scenario, dialects)
        self.numbers = {name: np.array([row[name] for row in table])[dialect] for name in table[0]}
        self.own = {
            name: np.array([name in d.constants for d in dialects])[dialect] for name in table[0]
        }
        if points.constants:
            self._vary(scenario, points.constants)
        self.ids = {  # of equal values as equal codes
            name: distinct(values)[1] * 2 + self.own[name] for name, values in self.numbers.items()
        }
        self._read_rates(scenario, list(dialects), dialect)
        self.count = len(points.formula)

    def _vary(self, scenario: Scenario, constants: Mapping[str, NDArray[np.float64]]) -> None:
        """Put constants of points in the place of what their formulas have; see hyperparameters."""
        for name, column in constants.items():
            own = ~np.isnan(column)
            axis = next((axis for axis, given in GIVEN.items() if given == name), None)
            taken = own if axis is None else own & self.among(axis, "ignored")
            self.numbers[name] = np.where(taken, column, self.numbers[name])
            self.own[name] = self.own[name] | own
        if "decay_rate" in constants and "mean_decay" not in scenario.options:
            follows = self.among("mean_decay", "given") & self.among("decay_rate", "ignored")
            follows &= ~np.isnan(constants["decay_rate"]) & ~self.own["mean_decay"]
            self.numbers["mean_decay"] = np.where(
                follows, constants["decay_rate"], self.numbers["mean_decay"]
            )
        if "mean_decay" not in scenario.options:
            follows = self.among("mean_decay", "given") & ~self.own["mean_decay"]
            rounded = [x for x in AXES["float32_hyperparameters"].names if "decay_rate" in x]
            follows &= self.among("float32_hyperparameters", *rounded)
            narrow = self.numbers["mean_decay"].astype(np.float32).astype(np.float64)
            self.numbers["mean_decay"] = np.where(follows, narrow, self.numbers["mean_decay"])
        for name in constants:
            rounded = [x for x in AXES["float32_hyperparameters"].names if name in x.split("+")]
            narrow = self.numbers[name].astype(np.float32).astype(np.float64)
            self.numbers[name] = np.where(
                self.among("float32_hyperparameters", *rounded), narrow, self.numbers[name]
            )

    def _read_rates(self, scenario: Scenario, dialects: Sequence[Dialect], dialect: Codes) -> None:
        """Learning rates that change from call to call, (T, H); None where none does."""
        self.rates: NDArray[np.float64] | None = None
        if not scenario.learning_rates:
            return
        table = np.array([learning_rates(scenario, d) for d in dialects]).T
        ignored = self.among("learning_rate", "ignored")
        self.rates = np.where(ignored, self.numbers["learning_rate"], table[:, dialect])
        changing = np.unique(self.rates, axis=1, return_inverse=True)[1]
        self.ids["learning_rate"] = self.ids["learning_rate"] + changing.ravel() * (
            1 + self.ids["learning_rate"].max()
        )

    def among(self, axis: str, *values: str) -> NDArray[np.bool_]:
        """(H,) which hypotheses have one of these values on an axis."""
        codes, names = self.codes[axis]
        return np.asarray(_listed(tuple(names), values)[codes])


@cache  # a plan asks some forty times, and there are thousands of plans in a search
def _listed(names: tuple[str, ...], values: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which of `names` are among `values`."""
    return np.array([name in values for name in names])
