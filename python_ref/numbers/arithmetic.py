"""The orders of evaluation in which a formula is tried: ways of writing its parts, together.

A port that equals its dialect in any arithmetic of these lists is exact. The ordinary ones are
every combination that people write by hand; those of libraries, whose compilers and kernels
fuse and reorder more than a person would, are closed rows and are tried where no ordinary one
is equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import product
from types import MappingProxyType

from python_ref.numbers import ways
from python_ref.numbers.ways import EMAS, QUOTIENTS, SQUARES, Way, Ways

PLACES: Mapping[str, Ways] = MappingProxyType(
    {
        "quotient": ways.QUOTIENTS,
        "square": ways.SQUARES,
        "ema": ways.EMAS,
        "complement": ways.COMPLEMENTS,
        "mean": ways.MEANS,
        "correction": ways.CORRECTIONS,
        "centring": ways.CENTRINGS,
        "decay": ways.DECAYS,
        "norm": ways.NORMS,
        "sum": ways.SUMS,
        "buffer": ways.BUFFERS,
        "update": ways.UPDATES,
        "decoupling": ways.DECOUPLINGS,
    }
)
"""The parts of a step that may be written in several ways; the first of each is plain."""

FLOAT32_PRECISIONS = ("float32", "float32_double", "float32_wide")
_NAMES = {**PLACES, "precision": ("", *FLOAT32_PRECISIONS)}
MOST_OFF = 2
"""The most units in the last place that a root is looked for around the correct one."""


@dataclass(frozen=True)
class Arithmetic:
    """An order of evaluation: the name of a way for each of PLACES.

    Attributes:
        precision: of FLOAT32_PRECISIONS where floats are stored but computed with otherwise
            than the golden says; empty for the golden's own.
        off: units in the last place that a root, or a reciprocal of one that is computed as
            such, is above the correctly rounded one; where a port is described, may be off it.
    """

    quotient: str = "plain"
    square: str = "plain"
    ema: str = "plain"
    precision: str = ""
    complement: str = "plain"
    mean: str = "as_average"
    correction: str = "plain"
    centring: str = "plain"
    decay: str = "plain"
    norm: str = "plain"
    sum: str = "plain"
    buffer: str = "plain"
    update: str = "plain"
    decoupling: str = "plain"
    off: int = 0

    def __post_init__(self) -> None:
        for name, listed in _NAMES.items():
            if getattr(self, name) not in listed:
                raise ValueError(
                    f"no {name} {getattr(self, name)!r}; there are {', '.join(listed)}"
                )

    def having(self, ways: Mapping[str, str]) -> Arithmetic:
        """Return this order of evaluation with other ways in some of PLACES."""
        return Arithmetic(**{**vars(self), **ways})

    @property
    def departing(self) -> dict[str, Way]:
        """The places in which it departs from plain, and how."""
        chosen = ((name, getattr(self, name)) for name in PLACES)
        return {name: PLACES[name][way] for name, way in chosen if way != _PLAIN[name]}

    @property
    def enveloped(self) -> bool:
        """Whether envelopes are wide enough for it; else it is known by its bits alone."""
        return all(way.enveloped for way in self.departing.values())

    def __str__(self) -> str:
        """What departs from plain, "plain" if nothing does."""
        parts = [f"precision={self.precision}"] if self.precision else []
        parts += [f"{name}={way.name}" for name, way in self.departing.items()]
        parts += [f"root=within_{self.off}_ulp"] if self.off else []
        return " ".join(parts) or "plain"

    @property
    def formulas(self) -> tuple[str, ...]:
        """What is written otherwise than in the reference, as it is written."""
        return tuple(way.formula for way in self.departing.values())


_ORDINARY = (EMAS, SQUARES, QUOTIENTS)
_PLAIN = {f.name: f.default for f in fields(Arithmetic)}
PLAIN = Arithmetic()


def _listed() -> tuple[Arithmetic, ...]:
    # Those that depart in fewer places come first, so the simplest name is reported. Where the
    # square is not multiplied, it cannot group to the left.
    tables = ([way.name for way in table.values() if way.ordinary] for table in _ORDINARY)
    every = [
        Arithmetic(quotient, square, ema)
        for ema, square, quotient in product(*tables)
        if square != "left" or "square" in EMAS[ema].shared
    ]
    return tuple(
        sorted(every, key=lambda a: [a.quotient, a.square, a.ema].count("plain"), reverse=True)
    )


ARITHMETICS: tuple[Arithmetic, ...] = _listed()
"""Every ordinary order of evaluation in the golden's own precision, plain first."""


@cache
def arithmetics(precision: str) -> tuple[Arithmetic, ...]:
    """Return the ordinary arithmetics of a golden in `precision`, in the order they are tried.

    For float32 goldens the other ways to compute with stored floats are among them; what
    departs in fewer places comes first, so the simplest name is reported.
    """
    if precision == "float64":
        return ARITHMETICS
    others = [name for name in FLOAT32_PRECISIONS if name != precision]
    every = [replace(a, precision=other) for other in ("", *others) for a in ARITHMETICS]
    # Where the average is computed in float, and is written with 1 - d.
    every += [
        replace(a, complement="double", precision=other)
        for other in ("", *others)
        if other != "float32_wide"
        for a in ARITHMETICS
        if a.square != "pow" and "new" in EMAS[a.ema].shared
    ]
    return tuple(sorted(every, key=lambda a: len(str(a).split())))
