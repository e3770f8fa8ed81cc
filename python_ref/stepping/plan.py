"""Who computes what: the rows of every stage, equal computations merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from python_ref.numbers.algebra import Algebra
from python_ref.numbers.text import missing_to_one
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.columns import Columns
from python_ref.stepping.recipes import Recipe, formulas_of
from python_ref.stepping.stages import Codes, Stage

if TYPE_CHECKING:
    from python_ref.stepping.hypothesis import Points


# The numbers that averages start at.
_STARTING = {"epsilon": "epsilon", "constant": "initial_average"}


class Plan:
    """The stages of H hypotheses that compute in one precision; see Recipes.

    Attributes:
        gradient: what is averaged and what is divided, clipped and with coupled decay.
        average: v. mean: m. denominator: what divides. quotient: u, times lr where it enters.
        buffer: b, and the step. weights: w.
        factored: products may be fused with what they are added to.
    """

    average: Stage
    mean: Stage
    denominator: Stage
    quotient: Stage
    buffer: Stage
    weights: Stage

    def __init__(self, scenario: Scenario, points: Points, algebra: Algebra) -> None:
        self._a = algebra
        self._layout = scenario.layout
        kinds, recipes = formulas_of(points.formulas)
        kind = kinds[points.formula]
        self._columns = Columns(scenario, points, recipes.kinds, kind)
        self.factored = recipes.factored
        count = len(kind)
        # A hypothesis has two gradients, which differ where it clips after averaging.
        self.gradient = self._stage(
            recipes.gradient,
            np.concatenate([kind, kind + recipes.kinds.count]),
            {"weights": np.tile(np.arange(count), 2)},
        )
        rows = self.gradient.uses.pop("")
        results = {"averaged": rows[:count], "divisible": rows[count:]}
        for name in ("average", "mean", "denominator", "quotient", "buffer", "weights"):
            stage = self._stage(getattr(recipes, name), kind, results)
            setattr(self, name, stage)
            results[name] = stage.uses[""]
        for stage, name in ((self.average, "decay_rate"), (self.mean, "mean_decay")):
            stage.columns["complement"] = self._complement(stage, name)
        self.gradient.links["weights"] = results["weights"][self.gradient.first % count]
        self._prepare_state()

    def _stage(self, recipe: Recipe, kind: Codes, results: dict[str, Codes]) -> Stage:
        """Make a stage: of each hypothesis's formula, from each hypothesis's rows of `results`.

        For gradients `kind` names every formula twice.
        """
        which = np.arange(len(kind)) % len(self._columns.kind)
        links = {
            name: np.where(mask[kind], results[source], 0)
            for name, (source, mask) in recipe.links.items()
        }
        keys = [
            np.where(mask[kind], self._columns.ids(name)[which], 0)
            for name, mask in recipe.numbers.items()
        ]
        stage = Stage(recipe.group[kind], recipe.choices, keys, links)
        first = which[stage.first]
        for name in (*recipe.numbers, *recipe.known):
            numbers, own = self._columns.numbers(name)[first], self._columns.own(name)[first]
            # How many steps go between two drops of the rate is counted, not computed with.
            counted = name == "every"
            stage.columns[name] = (
                numbers[:, np.newaxis] if counted else self._a.column(numbers, own)
            )
            if name == "learning_rate" and self._columns.rates is not None:
                for t, rates in enumerate(self._columns.rates[:, first]):
                    stage.columns[f"{name} {t + 1}"] = self._a.column(rates, own)
        return stage

    def _complement(self, stage: Stage, name: str) -> Any:
        """1 - d of a decay rate, (R, 1), as it is formed of doubles."""
        exact = 1 - self._columns.numbers(name)[stage.first]
        for rows, choice in stage.groups():
            if choice["complement"] == "literal":
                rates = self._columns.numbers(name)[stage.first[rows]]
                exact[rows] = list(map(missing_to_one, rates.tolist()))
        return self._a.column(exact, self._columns.own(name)[stage.first])

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
