"""Who computes what: hypotheses turned into the stages of a step, equal computations merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.axes import AXES
from python_ref.numbers.algebra import Algebra
from python_ref.numbers.arithmetic import MOST_OFF, PLACES, Arithmetic
from python_ref.numbers.text import missing_to_one
from python_ref.scenarios.hyperparameters import SCHEDULES
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.calls import Layout
from python_ref.stepping.effective import GIVEN, learning_rates, tabulated
from python_ref.stepping.stages import Codes, Stage, distinct

if TYPE_CHECKING:
    from python_ref.dialects.dialect import Dialect
    from python_ref.stepping.hypothesis import Points


# The numbers that averages start at.
_STARTING = {"epsilon": "epsilon", "constant": "initial_average"}
_OFF = tuple(range(-MOST_OFF, MOST_OFF + 1))


class Plan:
    """The stages of hypotheses that compute in one precision.

    Attributes:
        gradient: what is averaged and what is divided, clipped and with coupled decay.
        average: v. mean: m. denominator: what divides. quotient: u, times lr where it enters.
        buffer: b, and the step. weights: w.
        factored: products may be fused with what they are added to.
    """

    def __init__(
        self, scenario: Scenario, layout: Layout, points: Points, algebra: Algebra
    ) -> None:
        self._a = algebra
        self._layout = layout
        self._read(scenario, points)
        self._build()
        self._prepare_state()

    # -- what each hypothesis chooses -----------------------------------------------------

    def _read(self, scenario: Scenario, points: Points) -> None:
        """Turn hypotheses into a code an axis and a number a hyperparameter, (H,) each."""
        dialects: dict[Dialect, int] = {}
        orders: dict[Arithmetic, int] = {}
        formulas = points.formulas
        dialect = np.array([dialects.setdefault(h.dialect, len(dialects)) for h in formulas])
        order = np.array([orders.setdefault(h.arithmetic, len(orders)) for h in formulas])
        dialect, order = dialect[points.formula], order[points.formula]
        self._codes: dict[str, tuple[Codes, Sequence[str]]] = {}
        chosen = [d.choices() for d in dialects]
        used = set().union(*chosen)
        reference = np.zeros_like(dialect)
        for name, axis in AXES.items():
            codes = reference
            if name in used:
                number = {value: i for i, value in enumerate(axis.names)}
                codes = np.array([number[c[name]] if name in c else 0 for c in chosen])[dialect]
            self._codes[name] = codes, axis.names
        for name, known in PLACES.items():
            names = list(known)
            picked = [names.index(getattr(o, name)) for o in orders]
            self._codes[name] = np.array(picked)[order] if any(picked) else reference, names
        off = np.array([_OFF.index(o.off) for o in orders])[order]
        self._codes["off"] = off, list(map(str, _OFF))
        table = tabulated(scenario, dialects)
        self._numbers = {name: np.array([row[name] for row in table])[dialect] for name in table[0]}
        self._own = {
            name: np.array([name in d.constants for d in dialects])[dialect] for name in table[0]
        }
        if points.constants:
            self._vary(scenario, points.constants)
        self._ids = {  # of equal values as equal codes
            name: distinct(values)[1] * 2 + self._own[name]
            for name, values in self._numbers.items()
        }
        self._read_rates(scenario, list(dialects), dialect)
        self._count = len(points.formula)

    def _vary(self, scenario: Scenario, constants: Mapping[str, NDArray[np.float64]]) -> None:
        """Put constants of points in the place of what their formulas have; see hyperparameters."""
        for name, column in constants.items():
            own = ~np.isnan(column)
            axis = next((axis for axis, given in GIVEN.items() if given == name), None)
            taken = own if axis is None else own & self._is(axis, "ignored")
            self._numbers[name] = np.where(taken, column, self._numbers[name])
            self._own[name] = self._own[name] | own
        if "decay_rate" in constants and "mean_decay" not in scenario.options:
            follows = self._is("mean_decay", "given") & self._is("decay_rate", "ignored")
            follows &= ~np.isnan(constants["decay_rate"]) & ~self._own["mean_decay"]
            self._numbers["mean_decay"] = np.where(
                follows, constants["decay_rate"], self._numbers["mean_decay"]
            )
        if "mean_decay" not in scenario.options:
            follows = self._is("mean_decay", "given") & ~self._own["mean_decay"]
            rounded = [x for x in AXES["float32_hyperparameters"].names if "decay_rate" in x]
            follows &= self._is("float32_hyperparameters", *rounded)
            narrow = self._numbers["mean_decay"].astype(np.float32).astype(np.float64)
            self._numbers["mean_decay"] = np.where(follows, narrow, self._numbers["mean_decay"])
        for name in constants:
            rounded = [x for x in AXES["float32_hyperparameters"].names if name in x.split("+")]
            narrow = self._numbers[name].astype(np.float32).astype(np.float64)
            self._numbers[name] = np.where(
                self._is("float32_hyperparameters", *rounded), narrow, self._numbers[name]
            )

    def _read_rates(self, scenario: Scenario, dialects: Sequence[Dialect], dialect: Codes) -> None:
        """Learning rates that change from call to call, (T, H); None where none does."""
        self._rates: NDArray[np.float64] | None = None
        if not scenario.learning_rates:
            return
        table = np.array([learning_rates(scenario, d) for d in dialects]).T
        ignored = self._is("learning_rate", "ignored")
        self._rates = np.where(ignored, self._numbers["learning_rate"], table[:, dialect])
        changing = np.unique(self._rates, axis=1, return_inverse=True)[1]
        self._ids["learning_rate"] = self._ids["learning_rate"] + changing.ravel() * (
            1 + self._ids["learning_rate"].max()
        )

    def _is(self, axis: str, *values: str) -> NDArray[np.bool_]:
        codes, names = self._codes[axis]
        among = np.array([name in values for name in names])
        return np.asarray(among[codes])

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
        keys = [np.where(mask, self._ids[name], 0) for name, mask in numbers.items()]
        stage = Stage(choosing, [*keys, *links.values()])
        for name in (*numbers, *known):
            first = stage.first
            column = self._numbers[name][first], self._own[name][first]
            # How many steps go between two drops of the rate is counted, not computed with.
            counted = name == "every"
            stage.columns[name] = column[0][:, np.newaxis] if counted else self._a.column(*column)
            if name == "learning_rate" and self._rates is not None:
                for t, rates in enumerate(self._rates[:, first]):
                    stage.columns[f"{name} {t + 1}"] = self._a.column(rates, column[1])
        stage.links = {name: link[stage.first] for name, link in links.items()}
        return stage

    def _build(self) -> None:
        code = self._codes
        centered, mean = self._is("centered", "yes"), self._is("numerator", "mean_gradient")
        divided = ~self._is("average", "none")
        centered &= divided
        biased = self._is("bias_correction", "yes")
        coupled = self._is("weight_decay", "coupled")
        negated = self._is("direction", "ascent") & self._is("order", "maximize_before_decay")
        self.gradient, averaged, divisible = self._gradient_stage(coupled, negated)

        starts_at_epsilon = self._is("initial_average", "epsilon") & divided
        starts_at_own = self._is("initial_average", "constant") & divided
        remembering = self._is("state", "reset", "shared")
        kind = (code["state"][0] * remembering, code["state"][1])
        inside, rooted = self._is("epsilon", "inside"), ~self._is("root", "none")
        epsilon_kept = self._is("state", "epsilon_kept")
        root_kept = self._is("state", "root_kept") & rooted
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
        summed = self._is("numerator", "sum_of_gradients")
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
            exact = 1 - self._numbers[name][stage.first]
            for rows, choice in stage.groups():
                if choice["complement"] == "literal":
                    rates = self._numbers[name][stage.first[rows]]
                    exact[rows] = list(map(missing_to_one, rates.tolist()))
            stage.columns["complement"] = self._a.column(exact, self._own[name][stage.first])
        # Where nothing is added to a root and its reciprocal is taken, libraries have that at once.
        by_reciprocal = self._is("quotient", "reciprocal", "scaled_reciprocal")
        by_reciprocal &= self._is("epsilon", "inside", "none")
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
                "epsilon": divided & ~self._is("epsilon", "none") & ~without,
                "decay_rate": divided & biased,
                "mean_decay": centered & biased & ~summed,
            },
            {"v": self.average.uses[""], "m": np.where(centered, self.mean.uses[""], 0)},
        )
        scaled = ~self._is("momentum", "lr_out_of_buffer")
        multiplied = divided & self._is("root", "multiplied")
        dividing = np.select([multiplied, divided], [2, 1], 0), ("no", "yes", "multiplied")
        averages = self._is("numerator", "average") & divided
        numerator = np.where(self._is("numerator", "average") & ~divided, 0, code["numerator"][0])
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
        moving = ~self._is("momentum", "no")
        # Whether what is rounded once with a sum must be there as factors.
        fused = self._is("buffer", "fused_step") | self._is("update", "fused")
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
            {"weight_decay": self._is("weight_decay", "decoupled", "decoupled_unscaled")},
            {"step": self.buffer.uses[""]},
            known=("learning_rate", *SCHEDULES),
        )
        self.gradient.links["weights"] = self.weights.uses[""][self.gradient.first % self._count]

    def _off(self, mask: NDArray[np.bool_]) -> tuple[Codes, Sequence[str]]:
        """By how much the roots of the hypotheses in `mask` are off."""
        codes, names = self._codes["off"]
        return np.where(mask, codes, _OFF.index(0)), names

    def _schedule(self, mask: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
        """The numbers of schedules, and for which of the hypotheses in `mask` each enters."""
        axis = AXES["schedule"]
        using = {
            name: [value.name for value in axis.values if name in value.constants]
            for name in SCHEDULES
        }
        return {name: mask & self._is("schedule", *values) for name, values in using.items()}

    def _gradient_stage(
        self, coupled: NDArray[np.bool_], negated: NDArray[np.bool_]
    ) -> tuple[Stage, Codes, Codes]:
        """Make the first stage; return also the rows that averages and numerators take."""
        clipping = ~self._is("clip", "no")
        late = clipping & self._is("order", "clip_after_average")
        before = self._is("order", "decay_before_clip")
        clip, names = self._codes["clip"]

        # A hypothesis has two gradients, which differ where it clips after averaging: the
        # stage is built over twice as many, first what is averaged, then what is divided.
        def twice(first: NDArray[Any], second: NDArray[Any] | None = None) -> NDArray[Any]:
            return np.concatenate([first, first if second is None else second])

        ids, count = self._ids, self._count
        clips = twice(clipping & ~late, clipping)
        decays = twice(coupled)
        scales = twice(self._is("gradient_scale", "constant"))
        stage = Stage(
            {
                "scaled": self._choice(scales),
                "negated": self._choice(twice(negated)),
                "clip": (twice(np.where(late, 0, clip), clip), names),
                "coupled": self._choice(decays),
                "decay_first": self._choice(twice(before)),
                **{
                    name: (twice(self._codes[name][0]), self._codes[name][1])
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
            numbers, own = twice(self._numbers[name]), twice(self._own[name])
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
