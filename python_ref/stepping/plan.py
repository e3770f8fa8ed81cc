"""Who computes what: hypotheses turned into the stages of a step, equal computations merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.axes import AXES
from python_ref.numbers.algebra import Algebra
from python_ref.numbers.text import missing_to_one
from python_ref.scenarios.hyperparameters import SCHEDULES
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.choices import OFF, Choices
from python_ref.stepping.stages import Codes, Stage

if TYPE_CHECKING:
    from python_ref.stepping.hypothesis import Points


# The numbers that averages start at.
_STARTING = {"epsilon": "epsilon", "constant": "initial_average"}


class Plan:
    """The stages of hypotheses that compute in one precision.

    Attributes:
        gradient: what is averaged and what is divided, clipped and with coupled decay.
        average: v. mean: m. denominator: what divides. quotient: u, times lr where it enters.
        buffer: b, and the step. weights: w.
        factored: products may be fused with what they are added to.
    """

    def __init__(self, scenario: Scenario, points: Points, algebra: Algebra) -> None:
        self._a = algebra
        self._layout = scenario.layout
        self._chosen = Choices(scenario, points)
        self._build()
        self._prepare_state()

    def _choice(self, mask: NDArray[np.bool_]) -> tuple[Codes, Sequence[str]]:
        return np.where(mask, 1, 0), ("no", "yes")

    # -- stages ---------------------------------------------------------------------------

    def _stage(
        self,
        choosing: Mapping[str, tuple[Codes, Sequence[str]]],
        numbers: Mapping[str, NDArray[np.bool_]],
        links: Mapping[str, Codes],
        known: Sequence[str] = (),
    ) -> Stage:
        """Make a stage.

        Args:
            choosing: the choices that its formula depends on.
            numbers: hyperparameters that enter it, and for which hypotheses; the choices say
                so too.
            links: for each earlier result that enters it, each hypothesis's row there.
            known: hyperparameters that enter it and entered one of these results before.
        """
        keys = [np.where(mask, self._chosen.ids[name], 0) for name, mask in numbers.items()]
        stage = Stage(choosing, [*keys, *links.values()])
        for name in (*numbers, *known):
            first = stage.first
            column = self._chosen.numbers[name][first], self._chosen.own[name][first]
            # How many steps go between two drops of the rate is counted, not computed with.
            counted = name == "every"
            stage.columns[name] = column[0][:, np.newaxis] if counted else self._a.column(*column)
            if name == "learning_rate" and self._chosen.rates is not None:
                for t, rates in enumerate(self._chosen.rates[:, first]):
                    stage.columns[f"{name} {t + 1}"] = self._a.column(rates, column[1])
        stage.links = {name: link[stage.first] for name, link in links.items()}
        return stage

    def _build(self) -> None:
        code, among = self._chosen.codes, self._chosen.among
        centered, mean = among("centered", "yes"), among("numerator", "mean_gradient")
        divided = ~among("average", "none")
        centered &= divided
        biased = among("bias_correction", "yes")
        coupled = among("weight_decay", "coupled")
        negated = among("direction", "ascent") & among("order", "maximize_before_decay")
        self.gradient, averaged, divisible = self._gradient_stage(coupled, negated)

        starts_at_epsilon = among("initial_average", "epsilon") & divided
        starts_at_own = among("initial_average", "constant") & divided
        remembering = among("state", "reset", "shared")
        kind = (code["state"][0] * remembering, code["state"][1])
        inside, rooted = among("epsilon", "inside"), ~among("root", "none")
        epsilon_kept = among("state", "epsilon_kept")
        root_kept = among("state", "root_kept") & rooted
        kept = np.select([epsilon_kept, root_kept & inside, root_kept], [1, 3, 2], 0)
        self.average = self._stage(
            {
                name: code[name]
                for name in ("average", "initial_average", "ema", "square", "complement")
            }
            | {
                "state": kind,
                "kept": (kept, ("average", "epsilon", "root", "root_of_sum")),
                "untouched": code["untouched"],
            },
            {
                "decay_rate": divided,
                "epsilon": starts_at_epsilon | (divided & np.isin(kept, (1, 3))),
                "initial_average": starts_at_own,
            },
            {"gradient": averaged},
        )
        summed = among("numerator", "sum_of_gradients")
        needed = centered | mean | summed
        self.mean = self._stage(
            {
                "needed": (np.select([summed, needed], [2, 1], 0), ("no", "yes", "sum")),
                **{name: code[name] for name in ("ema", "complement", "mean")},
                "state": kind,
                "untouched": code["untouched"],
            },
            {"mean_decay": needed & ~summed, "momentum": summed},
            {"gradient": np.where(needed, averaged, 0)},
        )
        for stage, name in ((self.average, "decay_rate"), (self.mean, "mean_decay")):
            exact = 1 - self._chosen.numbers[name][stage.first]
            for rows, choice in stage.groups():
                if choice["complement"] == "literal":
                    rates = self._chosen.numbers[name][stage.first[rows]]
                    exact[rows] = list(map(missing_to_one, rates.tolist()))
            stage.columns["complement"] = self._a.column(exact, self._chosen.own[name][stage.first])
        # Where nothing is added to a root and its reciprocal is taken, libraries have that at once.
        by_reciprocal = among("quotient", "reciprocal", "scaled_reciprocal")
        by_reciprocal &= among("epsilon", "inside", "none")
        # What is kept with epsilon inside it, or as a root, is not added to or rooted again.
        without = (epsilon_kept & inside) | (kept == 3)
        none = AXES["epsilon"].names.index("none")
        self.denominator = self._stage(
            {
                "epsilon": (np.where(without, none, code["epsilon"][0]), code["epsilon"][1]),
                "root": (np.where(rooted & ~root_kept, 0, 1), ("sqrt", "none")),
                "state": code["state"],
                "centered": self._choice(centered),
                "biased": self._choice(biased),
                "mean_biased": self._choice(centered & biased & ~summed),
                **{name: code[name] for name in ("order", "centring", "correction")},
                "off": self._off(~by_reciprocal),
            },
            {
                "epsilon": divided & ~among("epsilon", "none") & ~without,
                "decay_rate": divided & biased,
                "mean_decay": centered & biased & ~summed,
            },
            {"v": self.average.uses[""], "m": np.where(centered, self.mean.uses[""], 0)},
        )
        scaled = ~among("momentum", "lr_out_of_buffer")
        multiplied = divided & among("root", "multiplied")
        dividing = np.select([multiplied, divided], [2, 1], 0), ("no", "yes", "multiplied")
        averages = among("numerator", "average") & divided
        numerator = np.where(among("numerator", "average") & ~divided, 0, code["numerator"][0])
        self.quotient = self._stage(
            {name: code[name] for name in ("quotient", "correction", "state", "schedule")}
            | {
                "off": self._off(by_reciprocal),
                "numerator": (numerator, code["numerator"][1]),
                "divided": dividing,
                "scaled": self._choice(scaled),
                "biased": self._choice(biased & mean),
            },
            {"learning_rate": scaled, "mean_decay": biased & mean, **self._schedule(scaled)},
            {
                "gradient": np.where(mean | summed | averages, 0, divisible),
                "m": np.where(mean | summed, self.mean.uses[""], 0),
                "v": np.where(averages, self.average.uses[""], 0),
                "denominator": np.where(divided, self.denominator.uses[""], 0),
            },
        )
        moving = ~among("momentum", "no")
        # Whether what is rounded once with a sum must be there as factors.
        fused = among("buffer", "fused_step") | among("update", "fused")
        self.factored = bool(fused.any())
        self.buffer = self._stage(
            {name: code[name] for name in ("momentum", "buffer", "state", "schedule", "untouched")}
            | {"divided": self._choice(divided)},
            {"momentum": moving, "learning_rate": ~scaled, **self._schedule(~scaled)},
            {"u": self.quotient.uses[""]},
        )
        self.weights = self._stage(
            {
                name: code[name]
                for name in ("write", "update", "decoupling", "schedule", "state", "untouched")
            }
            | {
                "direction": (code["direction"][0] * ~negated, code["direction"][1]),
                "decoupled": (code["weight_decay"][0] * ~coupled, code["weight_decay"][1]),
            },
            {"weight_decay": among("weight_decay", "decoupled", "decoupled_unscaled")},
            {"step": self.buffer.uses[""]},
            known=("learning_rate", *SCHEDULES),
        )
        hypothesis = self.gradient.first % self._chosen.count
        self.gradient.links["weights"] = self.weights.uses[""][hypothesis]

    def _off(self, mask: NDArray[np.bool_]) -> tuple[Codes, Sequence[str]]:
        """By how much the roots of the hypotheses in `mask` are off."""
        codes, names = self._chosen.codes["off"]
        return np.where(mask, codes, OFF.index(0)), names

    def _schedule(self, mask: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
        """The numbers of schedules, and for which of the hypotheses in `mask` each enters."""
        axis = AXES["schedule"]
        using = {
            name: [value.name for value in axis.values if name in value.constants]
            for name in SCHEDULES
        }
        among = self._chosen.among
        return {name: mask & among("schedule", *values) for name, values in using.items()}

    def _gradient_stage(
        self, coupled: NDArray[np.bool_], negated: NDArray[np.bool_]
    ) -> tuple[Stage, Codes, Codes]:
        """Make the first stage; return also the rows that averages and numerators take."""
        clipping = ~self._chosen.among("clip", "no")
        late = clipping & self._chosen.among("order", "clip_after_average")
        before = self._chosen.among("order", "decay_before_clip")
        clip, names = self._chosen.codes["clip"]

        # A hypothesis has two gradients, which differ where it clips after averaging: the
        # stage is built over twice as many, first what is averaged, then what is divided.
        def twice(first: NDArray[Any], second: NDArray[Any] | None = None) -> NDArray[Any]:
            return np.concatenate([first, first if second is None else second])

        ids, count = self._chosen.ids, self._chosen.count
        clips = twice(clipping & ~late, clipping)
        decays = twice(coupled)
        scales = twice(self._chosen.among("gradient_scale", "constant"))
        stage = Stage(
            {
                "scaled": self._choice(scales),
                "negated": self._choice(twice(negated)),
                "clip": (twice(np.where(late, 0, clip), clip), names),
                "coupled": self._choice(decays),
                "decay_first": self._choice(twice(before)),
                **{
                    name: (twice(self._chosen.codes[name][0]), self._chosen.codes[name][1])
                    for name in ("decay", "norm", "sum")
                },
            },
            [
                np.where(clips, twice(ids["clip"]), 0),
                np.where(scales, twice(ids["gradient_scale"]), 0),
                # What the weights add differs from one hypothesis to the next, and so does all
                # that comes of it.
                np.where(decays, twice(np.arange(count)), 0),
            ],
        )
        for name in ("clip", "weight_decay", "gradient_scale"):
            numbers, own = twice(self._chosen.numbers[name]), twice(self._chosen.own[name])
            stage.columns[name] = self._a.column(numbers[stage.first], own[stage.first])
        rows = stage.uses.pop("")
        return stage, rows[:count], rows[count:]

    def _prepare_state(self) -> None:
        """Make what is remembered between steps, (R, N) a stage, as it stands at the start."""
        a, size = self._a, self._layout.size
        v = a.zeros((self.average.rows, size))
        for rows, choice in self.average.groups():
            if choice["average"] == "none":
                v[rows] = a.given(np.full(size, np.nan))
            elif choice["initial_average"] == "one":
                v[rows] = a.given(np.ones(size))
            elif choice["initial_average"] in _STARTING:
                number = _STARTING[choice["initial_average"]]
                v[rows] = a.store(self.average.columns[number][rows])
        w = a.zeros((self.weights.rows, size))
        w[:] = a.given(self._layout.weights)
        self.average.state = {"kept": v}
        if any(choice["ema"] == "scaled" for _, choice in self.average.groups()):
            self.average.state |= {"entries": v.copy(), "scale": 1 + a.zeros(v.shape)}
        self.mean.state = {"kept": a.zeros((self.mean.rows, size))}
        self.buffer.state = {"kept": a.zeros((self.buffer.rows, size))}
        self.weights.state = {"kept": w}
        for stage in (self.average, self.mean):
            stage.state["initial"] = stage.state["kept"].copy()
            stage.state["shared"] = stage.state["kept"][:, : self._layout.longest].copy()

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the hypotheses where `mask` is false, and the rows that none is left to use."""
        gradient, average, mean, weights = self.gradient, self.average, self.mean, self.weights
        quotient, buffer, denominator = self.quotient, self.buffer, self.denominator
        feeds = (
            (buffer, "step", weights),
            (quotient, "u", buffer),
            (denominator, "denominator", quotient),
            (mean, "m", quotient),
            (mean, "m", denominator),
            (average, "v", denominator),
            (average, "v", quotient),
            (gradient, "gradient", quotient),
            (gradient, "gradient", mean),
            (gradient, "gradient", average),
        )
        for stage in (weights, buffer, quotient, denominator, mean, average, gradient):
            stage.keep(mask)
            fed = [(user, name) for source, name, user in feeds if source is stage]
            moved = stage.shrink([user.links[name] for user, name in fed])
            for user, name in fed:
                user.links[name] = moved[user.links[name]]
            if stage is weights:
                # Rows that decay nothing name any row here, and need none.
                gradient.links["weights"] = np.maximum(moved[gradient.links["weights"]], 0)
