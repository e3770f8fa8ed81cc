"""What formulas compute, stage by stage, apart from all numbers.

A search steps the same few formulas thousands of times with other constants: which results
enter which stage, and which choices its formula depends on, is worked out once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.axes import AXES
from python_ref.numbers.arithmetic import MOST_OFF, PLACES, Arithmetic
from python_ref.scenarios.hyperparameters import SCHEDULES
from python_ref.stepping.stages import Choosing, Codes, grouped

if TYPE_CHECKING:
    from python_ref.stepping.hypothesis import Hypothesis

Formula = tuple[tuple[str, ...], Arithmetic]
"""Deviations and an order of operations: a hypothesis without numbers."""

_OFF = tuple(range(-MOST_OFF, MOST_OFF + 1))
# Of so many formulas what was worked out is remembered; more come in a closed set, once.
_FEW = 64

_Mask = NDArray[np.bool_]


class Kinds:
    """The choices of K formulas.

    Attributes:
        codes: by axis or place of the arithmetic, (K,) places in the names beside it.
        count: K.
    """

    def __init__(self, formulas: Sequence[Formula]) -> None:
        self.count = len(formulas)
        reference = np.zeros(self.count, dtype=np.int64)
        chosen = [dict(deviation.split("=") for deviation in d) for d, _ in formulas]
        used = set().union(*chosen)
        self.codes: dict[str, tuple[Codes, Sequence[str]]] = {}
        for name, axis in AXES.items():
            codes = reference
            if name in used:
                number = {value: i for i, value in enumerate(axis.names)}
                codes = np.array([number[c[name]] if name in c else 0 for c in chosen])
            self.codes[name] = codes, axis.names
        for name, known in PLACES.items():
            names = list(known)
            picked = [names.index(getattr(order, name)) for _, order in formulas]
            self.codes[name] = np.array(picked) if any(picked) else reference, names
        off = np.array([_OFF.index(order.off) for _, order in formulas], dtype=np.int64)
        self.codes["off"] = off, list(map(str, _OFF))

    def among(self, axis: str, *values: str) -> _Mask:
        """(K,) which formulas have one of these values on an axis."""
        codes, names = self.codes[axis]
        return np.array([name in values for name in names])[codes]


@dataclass(frozen=True)
class Recipe:
    """What a stage computes under each of K formulas.

    Attributes:
        group: (K,) which combination of choices each has. choices: the combinations.
        numbers: hyperparameters that enter, and (K,) under which formulas.
        links: earlier results that enter, by the name they have here: which, and (K,) where.
        known: hyperparameters that tell nothing apart: that enter nowhere, or entered one of
            these results before.
    """

    group: Codes
    choices: Sequence[Mapping[str, str]]
    numbers: Mapping[str, _Mask]
    links: Mapping[str, tuple[str, _Mask]]
    known: Sequence[str] = ()


class Recipes:
    """The stages of K formulas.

    Attributes:
        kinds: their choices.
        gradient: of 2 K formulas, what is averaged and then what is divided: these differ where
            one clips after averaging.
        average: v. mean: m. denominator: what divides. quotient: u, times lr where it enters.
        buffer: b, and the step. weights: w.
        factored: whether products may be fused with what they are added to.
    """

    def __init__(self, formulas: Sequence[Formula]) -> None:
        self.kinds = Kinds(formulas)
        code, among = self.kinds.codes, self.kinds.among
        everywhere = np.ones(self.kinds.count, dtype=np.bool_)
        mean = among("numerator", "mean_gradient")
        divided = ~among("average", "none")
        centered = among("centered", "yes") & divided
        biased = among("bias_correction", "yes")
        coupled = among("weight_decay", "coupled")
        negated = among("direction", "ascent") & among("order", "maximize_before_decay")
        self.gradient = self._gradient(coupled, negated)

        remembering = among("state", "reset", "shared")
        kind = (code["state"][0] * remembering, code["state"][1])
        inside, rooted = among("epsilon", "inside"), ~among("root", "none")
        epsilon_kept = among("state", "epsilon_kept")
        root_kept = among("state", "root_kept") & rooted
        kept = np.select([epsilon_kept, root_kept & inside, root_kept], [1, 3, 2], 0)
        self.average = _recipe(
            self._codes("average", "initial_average", "ema", "square", "complement", "untouched")
            | {"state": kind, "kept": (kept, ("average", "epsilon", "root", "root_of_sum"))},
            {
                "decay_rate": divided,
                "epsilon": divided & (among("initial_average", "epsilon") | np.isin(kept, (1, 3))),
                "initial_average": divided & among("initial_average", "constant"),
            },
            {"gradient": ("averaged", everywhere)},
        )
        summed = among("numerator", "sum_of_gradients")
        needed = centered | mean | summed
        self.mean = _recipe(
            self._codes("ema", "complement", "mean", "untouched")
            | {
                "needed": (np.select([summed, needed], [2, 1], 0), ("no", "yes", "sum")),
                "state": kind,
            },
            {"mean_decay": needed & ~summed, "momentum": summed},
            {"gradient": ("averaged", needed)},
        )
        # Where nothing is added to a root and its reciprocal is taken, libraries have that at once.
        by_reciprocal = among("quotient", "reciprocal", "scaled_reciprocal")
        by_reciprocal &= ~among("epsilon", "outside", "maximum")
        # What is kept with epsilon inside it, or as a root, is not added to or rooted again.
        enters = among("epsilon", "outside", "inside", "maximum")
        without = (epsilon_kept & inside) | (kept == 3) | ~enters
        none = AXES["epsilon"].names.index("none")
        self.denominator = _recipe(
            self._codes("state", "order", "centring", "correction")
            | {
                "epsilon": (np.where(without, none, code["epsilon"][0]), code["epsilon"][1]),
                "root": (np.where(rooted & ~root_kept, 0, 1), ("sqrt", "none")),
                "centered": _whether(centered),
                "biased": _whether(biased),
                "mean_biased": _whether(centered & biased & ~summed),
                "off": self._off(~by_reciprocal),
            },
            {
                "epsilon": divided & ~without,
                "decay_rate": divided & biased,
                "mean_decay": centered & biased & ~summed,
            },
            {"v": ("average", everywhere), "m": ("mean", centered)},
        )
        scaled = ~among("momentum", "lr_out_of_buffer")
        multiplied = divided & among("root", "multiplied")
        dividing = np.select([multiplied, divided], [2, 1], 0), ("no", "yes", "multiplied")
        averages = among("numerator", "average") & divided
        numerator = np.where(among("numerator", "average") & ~divided, 0, code["numerator"][0])
        self.quotient = _recipe(
            self._codes("quotient", "correction", "state", "schedule")
            | {
                "off": self._off(by_reciprocal),
                "numerator": (numerator, code["numerator"][1]),
                "divided": dividing,
                "scaled": _whether(scaled),
                "biased": _whether(biased & mean),
                "added": self._added("on_quotient", "on_rate"),
            },
            {
                "learning_rate": scaled,
                "mean_decay": biased & mean,
                "epsilon": divided & among("epsilon", "on_quotient", "on_rate"),
                **self._schedule(scaled),
            },
            {
                "gradient": ("divisible", ~(mean | summed | averages)),
                "m": ("mean", mean | summed),
                "v": ("average", averages),
                "denominator": ("denominator", divided),
            },
        )
        fused = among("buffer", "fused_step") | among("update", "fused")
        self.factored = bool(fused.any())
        self.buffer = _recipe(
            self._codes("momentum", "buffer", "state", "schedule", "untouched")
            | {"divided": _whether(divided)},
            {
                "momentum": ~among("momentum", "no"),
                "learning_rate": ~scaled,
                **self._schedule(~scaled),
            },
            {"u": ("quotient", everywhere)},
        )
        self.weights = _recipe(
            self._codes("write", "update", "decoupling", "schedule", "state", "untouched")
            | {
                "direction": (code["direction"][0] * ~negated, code["direction"][1]),
                "decoupled": (code["weight_decay"][0] * ~coupled, code["weight_decay"][1]),
                "added": self._added("on_step", "on_weights"),
            },
            {
                "weight_decay": among("weight_decay", "decoupled", "decoupled_unscaled"),
                "epsilon": divided & among("epsilon", "on_step", "on_weights"),
            },
            {"step": ("buffer", everywhere)},
            known=("learning_rate", *SCHEDULES),
        )

    def _gradient(self, coupled: _Mask, negated: _Mask) -> Recipe:
        among = self.kinds.among
        clipping = ~among("clip", "no")
        late = clipping & among("order", "clip_after_average")
        clip, clips = self.kinds.codes["clip"]
        scales = among("gradient_scale", "constant")

        def twice(codes: Codes) -> Codes:
            return np.concatenate([codes, codes])

        choosing = self._codes("decay", "norm", "sum") | {
            "scaled": _whether(scales),
            "negated": _whether(negated),
            "coupled": _whether(coupled),
            "decay_first": _whether(among("order", "decay_before_clip")),
        }
        return _recipe(
            {name: (twice(codes), names) for name, (codes, names) in choosing.items()}
            | {"clip": (np.concatenate([np.where(late, 0, clip), clip]), clips)},
            {
                "clip": np.concatenate([clipping & ~late, clipping]),
                "gradient_scale": np.concatenate([scales, scales]),
            },
            # What the weights add differs from one hypothesis to the next, and so does all that
            # comes of it.
            {"weights": ("weights", np.concatenate([coupled, coupled]))},
            known=("weight_decay",),
        )

    def _codes(self, *names: str) -> dict[str, tuple[Codes, Sequence[str]]]:
        return {name: self.kinds.codes[name] for name in names}

    def _added(self, *places: str) -> tuple[Codes, Sequence[str]]:
        """Where epsilon is added that is not in the denominator: at one of these places, or not."""
        divided = ~self.kinds.among("average", "none")
        at = [divided & self.kinds.among("epsilon", place) for place in places]
        names = ("no", *(place.removeprefix("on_") for place in places))
        return np.select(at, range(1, len(names)), 0), names

    def _off(self, mask: _Mask) -> tuple[Codes, Sequence[str]]:
        """By how much the roots of the formulas in `mask` are off."""
        codes, names = self.kinds.codes["off"]
        return np.where(mask, codes, _OFF.index(0)), names

    def _schedule(self, mask: _Mask) -> dict[str, _Mask]:
        """The numbers of schedules, and for which of the formulas in `mask` each enters."""
        values = AXES["schedule"].values
        return {
            name: mask
            & self.kinds.among("schedule", *(v.name for v in values if name in v.constants))
            for name in SCHEDULES
        }


def formulas_of(hypotheses: Sequence[Hypothesis]) -> tuple[Codes, Recipes]:
    """The formula of each hypothesis, and what they compute."""
    kinds: dict[Formula, int] = {}
    of = [kinds.setdefault((h.dialect.deviations, h.arithmetic), len(kinds)) for h in hypotheses]
    known = tuple(kinds)
    return np.array(of, dtype=np.int64), _known(known) if len(known) <= _FEW else Recipes(known)


_known = lru_cache(maxsize=256)(Recipes)


def _whether(mask: _Mask) -> tuple[Codes, Sequence[str]]:
    return np.where(mask, 1, 0), ("no", "yes")


def _recipe(
    choosing: Choosing,
    numbers: Mapping[str, _Mask],
    links: Mapping[str, tuple[str, _Mask]],
    known: Sequence[str] = (),
) -> Recipe:
    group, choices = grouped(choosing)
    entering = {name: mask for name, mask in numbers.items() if mask.any()}
    idle = [name for name in numbers if name not in entering]
    return Recipe(group, choices, entering, links, (*idle, *known))
