"""The orders of evaluation of libraries, as far as they show in a dialect.

Measured by running the libraries and recording what they did (`tests/observations`): compilers
and vector kernels fuse and reorder more than a person would. They are closed rows, tried where
no ordinary arithmetic is equal, and each only in the parts of a step that its dialect has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product

from python_ref.dialects.axes import BY_NORM
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import (
    FLOAT32_PRECISIONS,
    PLACES,
    PLAIN,
    Arithmetic,
    arithmetics,
)
from python_ref.numbers.text import missing_to_one

_ROWS: tuple[Mapping[str, str], ...] = (
    # PyTorch, one tensor or many at a time: addcmul, lerp and add with a factor are fused.
    {"square": "left", "ema": "fused_square", "mean": "lerp", "centring": "fused",
     "decay": "fused", "update": "fused"},
    # timm and others that take the difference themselves, on PyTorch.
    {"ema": "fused_incremental", "centring": "plain fused", "decay": "fused", "update": "fused"},
    # torch.compile.
    {"quotient": "divide_first", "ema": "plain fused_square", "mean": "as_average lerp",
     "centring": "plain fused", "decay": "plain fused", "buffer": "plain fused fused_step",
     "update": "plain fused"},
    # XLA, as JAX jit compiles for; roots are mostly taken as reciprocals.
    {"quotient": "reciprocal scaled_reciprocal", "ema": "fused fused_square",
     "centring": "fused", "correction": "plain reciprocal", "decay": "fused",
     "norm": "plain scaled_first reciprocals", "sum": "plain lanes_4 lanes_8",
     "buffer": "fused fused_step", "update": "fused", "decoupling": "before fused_before"},
    # JAX one operation at a time, Keras on it and on TensorFlow: nothing is fused.
    {"quotient": "plain reciprocal scaled_reciprocal",
     "norm": "plain scaled_first reciprocals", "sum": "plain neighbours lanes_4 lanes_8",
     "decoupling": "before"},
    # Keras on PyTorch.
    {"ema": "fused_square", "norm": "plain scaled_first reciprocals narrowed",
     "sum": "plain lanes_4_in_order lanes_8_in_order", "decoupling": "factor"},
    # Kernels of TensorFlow with decay or clipping around them.
    {"ema": "incremental", "norm": "plain scaled_first reciprocals",
     "sum": "plain lanes_4 lanes_8", "decoupling": "before"},
    # Gorgonia: what decays is subtracted together with the step.
    {"quotient": "plain reciprocal", "decoupling": "joint"},
    # Encog adds every square twice.
    {"square": "plain left", "ema": "twice"},
    # Tribuo.
    {"quotient": "plain rate_over_root", "square": "left", "ema": "scaled"},
)  # fmt: skip


def ordinary_arithmetics(dialect: Dialect, precision: str) -> tuple[Arithmetic, ...]:
    """Return the arithmetics of a dialect that people write by hand, in the order they are tried.

    Args:
        dialect: what is computed; a precision that it names goes before what is stored.
        precision: what is stored.
    """
    named = _named(dialect)
    listed = _own(named) if named else arithmetics(precision)
    rate = dialect.constants.get("decay_rate")
    if (named or precision) == "float64" and dialect.choice("decay_rate") == "ignored" and rate:
        return listed if missing_to_one(rate) == 1 - rate else (*listed, *_with_literals())
    return listed


@lru_cache
def _with_literals() -> tuple[Arithmetic, ...]:
    """Those whose complement may be written as a number of its own."""
    return tuple(
        a.having({"complement": "literal"})
        for a in arithmetics("float64")
        if "new" in PLACES["ema"][a.ema].shared
    )


def library_arithmetics(dialect: Dialect, precision: str) -> tuple[Arithmetic, ...]:
    """Return the arithmetics of libraries that show in a dialect and are no ordinary ones.

    First of all those of who wrote the number that is given, and beside it its complement.
    """
    stored, visible = _named(dialect) or precision, places(dialect)
    listed = _of(visible, _peculiar(dialect), stored)
    return (*_WRITTEN, *listed) if stored == "float64" and "complement" in visible else listed


# A loop with its numbers in it is seldom written otherwise; the more that is tried, the more is
# equal by chance, where a step is short beside its weight.
_WRITTEN = tuple(
    PLAIN.having({"complement": "literal", "quotient": quotient, "square": square})
    for quotient in ("plain", "divide_first", "rate_over_root")
    for square in ("plain", "left", "pow")
)


def _named(dialect: Dialect) -> str:
    """The floats that a dialect computes in whatever is stored, where they have a list."""
    chosen = dialect.choice("precision")
    return chosen if chosen in FLOAT32_PRECISIONS else ""


@lru_cache
def _own(precision: str) -> tuple[Arithmetic, ...]:
    return tuple(a for a in arithmetics(precision) if not a.precision)


def _peculiar(dialect: Dialect) -> tuple[str, ...]:
    """The ways to average that are written for some dialects only."""
    says = dialect.choice
    if says("average") == "leaky_sum":
        return ("twice",)
    plain = says("state") in ("kept", "global_step") and says("untouched") == "updated"
    return ("scaled",) if plain and says("average") == "ema" else ()


@lru_cache(maxsize=256)
def _of(
    visible: tuple[str, ...], peculiar: tuple[str, ...], precision: str
) -> tuple[Arithmetic, ...]:
    complements = ["plain"] if precision == "float64" else ["double", "plain"]
    others = {"twice", "scaled"} - set(peculiar)
    ordinary = set(arithmetics(precision))
    listed = dict.fromkeys(
        arithmetic
        for row in _ROWS
        if row.get("ema") not in others
        for arithmetic in _combined({**row, "complement": " ".join(complements)}, visible)
        if arithmetic not in ordinary and (arithmetic.norm != "narrowed" or precision == "float64")
    )
    return tuple(sorted(listed, key=lambda a: len(a.departing)))


def _combined(row: Mapping[str, str], visible: Sequence[str]) -> Iterator[Arithmetic]:
    names = [name for name in row if name in visible]
    for chosen in product(*(row[name].split() for name in names)):
        ways = dict(zip(names, chosen, strict=True))
        # A quotient that is rounded already has nothing left to be fused.
        if "buffer" not in visible and ways.get("quotient", "plain") == "plain":
            ways.pop("update", None)
        yield PLAIN.having(ways)


def places(dialect: Dialect) -> tuple[str, ...]:
    """The parts of a step, of PLACES, in which the order of evaluation shows in a dialect."""
    says = dialect.choice
    divided = says("average") != "none"
    means = says("numerator") == "mean_gradient" or (divided and says("centered") == "yes")
    shows = {
        "square": divided,
        "ema": divided or means,
        "complement": divided or means,
        "mean": means,
        "correction": says("bias_correction") == "yes",
        "centring": divided and says("centered") == "yes",
        "decay": says("weight_decay") == "coupled",
        "norm": says("clip") in BY_NORM,
        "sum": says("clip") in BY_NORM,
        "buffer": says("momentum") != "no",
        # Only then is the step a product where it is subtracted.
        "update": says("momentum") in ("no", "lr_out_of_buffer"),
        "decoupling": says("weight_decay") in ("decoupled", "decoupled_unscaled"),
    }
    return tuple(name for name in PLACES if shows.get(name, True))


@lru_cache(maxsize=256)
def widest(dialect: Dialect) -> tuple[Arithmetic, ...]:
    """The arithmetics of a dialect of which one has the widest bound on its rounding.

    Ways that are `within` another round nowhere that the other does not.
    """
    visible = places(dialect)
    ordinary = tuple(
        a for a in arithmetics("float64")
        if not PLACES["ema"][a.ema].within and a.square != "plain"
    )  # fmt: skip
    special = [name for name in visible if name not in ("quotient", "square", "ema", "complement")]
    open_to = {
        name: [way.name for way in PLACES[name].values() if way.enveloped and not way.within]
        for name in special
    }
    emas = [way.name for way in PLACES["ema"].values() if way.ordinary and not way.within]
    if "twice" in _peculiar(dialect):
        emas.append("twice")
    further = (
        Arithmetic("scaled_reciprocal", "pow", ema).having(dict(zip(special, chosen, strict=True)))
        for ema in emas
        for chosen in product(*open_to.values())
    )
    return tuple(dict.fromkeys([*ordinary, *further]))
