"""What a port may be: a dialect in an arithmetic, stored in a precision."""

from __future__ import annotations

from dataclasses import dataclass, field

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
