"""The numbers that hypotheses compute with: a column a hyperparameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.axes import AXES
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.effective import GIVEN, learning_rates, tabulated
from python_ref.stepping.recipes import Kinds
from python_ref.stepping.stages import Codes, distinct

if TYPE_CHECKING:
    from python_ref.dialects.dialect import Dialect
    from python_ref.stepping.hypothesis import Points

_ROUNDED = AXES["float32_hyperparameters"].names


class Columns:
    """The numbers of H hypotheses.

    Attributes:
        kind: (H,) the formula of each, among `kinds`.
        rates: (T, H) learning rates that change from call to call; None where none does.
    """

    def __init__(self, scenario: Scenario, points: Points, kinds: Kinds, kind: Codes) -> None:
        self._scenario, self._kinds, self.kind = scenario, kinds, kind
        numbered: dict[Dialect, int] = {}
        of = [numbered.setdefault(h.dialect, len(numbered)) for h in points.formulas]
        self._dialects, self._dialect = list(numbered), np.array(of)[points.formula]
        self._table = tabulated(scenario, self._dialects)
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._own: dict[str, NDArray[np.bool_]] = {}
        self._ids: dict[str, Codes] = {}
        if points.constants:
            self._vary(points.constants)
        self.rates = self._read_rates() if scenario.learning_rates else None

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A hyperparameter, (H,)."""
        if name not in self._numbers:
            self._numbers[name] = np.array([row[name] for row in self._table])[self._dialect]
        return self._numbers[name]

    def own(self, name: str) -> NDArray[np.bool_]:
        """(H,) whether a hyperparameter is a constant of the port's own."""
        if name not in self._own:
            own = np.array([name in dialect.constants for dialect in self._dialects])
            self._own[name] = own[self._dialect]
        return self._own[name]

    def ids(self, name: str) -> Codes:
        """(H,) codes of a hyperparameter: of equal numbers, own or given, equal ones."""
        if name not in self._ids:
            if name == "learning_rate" and self.rates is not None:
                ranks = np.unique(self.rates, axis=1, return_inverse=True)[1].ravel()
            else:
                ranks = distinct(self.numbers(name))[1]
            self._ids[name] = ranks * 2 + self.own(name)
        return self._ids[name]

    def _vary(self, constants: Mapping[str, NDArray[np.float64]]) -> None:
        """Put constants of points in the place of what their formulas have; see hyperparameters."""
        for name, column in constants.items():
            own = ~np.isnan(column)
            axis = next((axis for axis, given in GIVEN.items() if given == name), None)
            taken = own if axis is None else own & self._among(axis, "ignored")
            self._numbers[name] = np.where(taken, column, self.numbers(name))
            self._own[name] = self.own(name) | own
        if "mean_decay" not in self._scenario.options:
            follows = self._among("mean_decay", "given") & ~self.own("mean_decay")
            if "decay_rate" in constants:
                taken = self._among("decay_rate", "ignored") & ~np.isnan(constants["decay_rate"])
                self._put("mean_decay", constants["decay_rate"], follows & taken)
            rounded = [x for x in _ROUNDED if "decay_rate" in x]
            self._narrow("mean_decay", follows & self._among("float32_hyperparameters", *rounded))
        for name in constants:
            rounded = [x for x in _ROUNDED if name in x.split("+")]
            self._narrow(name, self._among("float32_hyperparameters", *rounded))

    def _put(self, name: str, column: NDArray[np.float64], mask: NDArray[np.bool_]) -> None:
        if mask.any():
            self._numbers[name] = np.where(mask, column, self.numbers(name))

    def _narrow(self, name: str, mask: NDArray[np.bool_]) -> None:
        if mask.any():
            narrow = self.numbers(name).astype(np.float32).astype(np.float64)
            self._put(name, narrow, mask)

    def _read_rates(self) -> NDArray[np.float64]:
        """Learning rates that change from call to call, (T, H)."""
        table = np.array([learning_rates(self._scenario, d) for d in self._dialects]).T
        ignored = self._among("learning_rate", "ignored")
        return np.where(ignored, self.numbers("learning_rate"), table[:, self._dialect])

    def _among(self, axis: str, *values: str) -> NDArray[np.bool_]:
        return self._kinds.among(axis, *values)[self.kind]
