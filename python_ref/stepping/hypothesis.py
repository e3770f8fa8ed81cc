"""What a port may be: a dialect in an arithmetic, stored in a precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.algebra import FLUSHED
from python_ref.numbers.arithmetic import PLAIN, Arithmetic


@dataclass(frozen=True)
class Hypothesis:
    """What a port may be: a dialect, the order of its operations, the floats it stores.

    Attributes:
        precision: that of the golden; an arithmetic or a dialect that names one goes before it.
    """

    dialect: Dialect = field(default_factory=Dialect)
    arithmetic: Arithmetic = PLAIN
    precision: str = "float64"

    @property
    def effective_precision(self) -> str:
        """The numbers computed with: a precision, "_flushed" behind it without subnormals."""
        chosen = self.dialect.choice("precision")
        if chosen == AXES["precision"].reference:
            chosen = self.arithmetic.precision or self.precision
        return f"{chosen}{FLUSHED}" if self.dialect.choice("subnormals") == "flushed" else chosen


@dataclass(frozen=True)
class Points:
    """Many hypotheses as a few formulas, with constants of their own in columns.

    Attributes:
        formulas: hypotheses, F of them.
        formula: (P,) which of them each point is.
        constants: by name (P,) what a point has in place of its formula's, NaN where nothing.
    """

    formulas: Sequence[Hypothesis]
    formula: NDArray[np.int64]
    constants: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @classmethod
    def of(cls, hypotheses: Sequence[Hypothesis]) -> Points:
        """Every hypothesis as it is."""
        return cls(hypotheses, np.arange(len(hypotheses)))

    def rows(self, rows: NDArray[np.int64]) -> Points:
        """Some of the points, of the formulas that these are."""
        used, formula = np.unique(self.formula[rows], return_inverse=True)
        constants = {name: column[rows] for name, column in self.constants.items()}
        return Points([self.formulas[i] for i in used.tolist()], formula, constants)
