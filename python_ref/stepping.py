"""Stepping many hypotheses at once: each distinct intermediate result is computed once.

A step runs through stages: gradient, average, mean, denominator, quotient, buffer, weights.
A stage has one row for every distinct way to compute its result, however many hypotheses
share it; rows are sorted by the choices that select a formula, so a formula is applied to a
slice, and each row knows which rows of the stages before it feeds on. The formulas themselves
stand in `kernels`. Hypotheses of different precision never share and are kept apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from python_ref import kernels
from python_ref.algebra import ALGEBRAS, Algebra, Array
from python_ref.arithmetic import EMAS, QUOTIENTS, SQUARES, Arithmetic
from python_ref.axes import AXES, DEVIATION_CONSTANTS
from python_ref.calls import Call, Layout
from python_ref.scenarios import Scenario
from python_ref.stages import Codes, Stage

if TYPE_CHECKING:
    from python_ref.dialects import Dialect, Hypothesis

Update = Callable[[Array, slice, NDArray[np.bool_]], tuple[Array, Array]]
"""(remembered, columns of the call, which are new) to what it was and what it is."""


class Stepper:
    """Steps hypotheses over a scenario, one step a call; those refuted may be dropped between.

    Args:
        scenario: what is fed.
        hypotheses: in the order of the rows that `step` returns.
        algebras: precision to the numbers computed with; floats unless said.
    """

    def __init__(
        self,
        scenario: Scenario,
        hypotheses: Sequence[Hypothesis],
        algebras: Mapping[str, Algebra] = ALGEBRAS,
    ) -> None:
        self._layout = Layout(scenario)
        self._count = len(hypotheses)
        self._taken = 0
        by_precision: dict[str, list[int]] = {}
        for row, hypothesis in enumerate(hypotheses):
            by_precision.setdefault(hypothesis.effective_precision, []).append(row)
        self._parts = [
            (
                np.array(rows),
                _Engine(scenario, self._layout, [hypotheses[row] for row in rows], algebras[name]),
            )
            for name, rows in by_precision.items()
        ]

    def step(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Take the next step; return weights and moving averages, (H, N) each.

        Raises:
            IndexError: the scenario has no further step.
        """
        shape = (self._count, self._layout.size)
        weights, average = np.empty(shape), np.empty(shape)
        for rows, (w, v) in self.step_parts():
            weights[rows], average[rows] = w, v
        return weights, average

    def step_parts(self) -> Iterator[tuple[Codes, tuple[Any, Any]]]:
        """Take the next step; yield rows with weights and averages in the algebra's numbers."""
        call = self._layout.calls[self._taken]
        self._taken += 1
        with np.errstate(all="ignore"):
            results = [(rows, engine.step(call)) for rows, engine in self._parts]
        yield from results

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the hypotheses where `mask` (H,) is false; those left are renumbered in order."""
        renumbered = np.cumsum(mask) - 1
        parts = []
        for rows, engine in self._parts:
            kept = mask[rows]
            if kept.any():
                engine.keep(kept)
                parts.append((renumbered[rows[kept]], engine))
        self._parts = parts
        self._count = int(mask.sum())


class _Engine:
    """The stages of hypotheses that compute in one precision."""

    def __init__(
        self, scenario: Scenario, layout: Layout, hypotheses: Sequence[Hypothesis], algebra: Algebra
    ) -> None:
        self._a = algebra
        self._layout = layout
        self._read(scenario, hypotheses)
        self._build()
        self._prepare_state()

    # -- what each hypothesis chooses -----------------------------------------------------

    def _read(self, scenario: Scenario, hypotheses: Sequence[Hypothesis]) -> None:
        """Turn hypotheses into a code an axis and a number a hyperparameter, (H,) each."""
        dialects: dict[Dialect, int] = {}
        orders: dict[Arithmetic, int] = {}
        dialect = np.array([dialects.setdefault(h.dialect, len(dialects)) for h in hypotheses])
        order = np.array([orders.setdefault(h.arithmetic, len(orders)) for h in hypotheses])
        self._codes: dict[str, tuple[Codes, Sequence[str]]] = {}
        for name, axis in AXES.items():
            names = axis.names
            codes = [names.index(d.choice(name)) for d in dialects]
            self._codes[name] = np.array(codes)[dialect], names
        for name, known in (("quotient", QUOTIENTS), ("square", SQUARES), ("ema", EMAS)):
            names = list(known)
            codes = [names.index(getattr(o, name)) for o in orders]
            self._codes[name] = np.array(codes)[order], names
        table = [hyperparameters(scenario, d) for d in dialects]
        self._numbers = {
            name: np.array([row[name] for row in table])[dialect] for name in table[0]
        }
        self._ids = {
            name: np.unique(values, return_inverse=True)[1].reshape(-1)
            for name, values in self._numbers.items()
        }
        self._count = len(hypotheses)

    def _is(self, axis: str, *values: str) -> NDArray[np.bool_]:
        codes, names = self._codes[axis]
        return np.isin(codes, [names.index(value) for value in values])

    def _choice(self, mask: NDArray[np.bool_]) -> tuple[Codes, Sequence[str]]:
        return mask.astype(np.int64), ("no", "yes")

    # -- stages ---------------------------------------------------------------------------

    def _stage(
        self,
        choosing: Mapping[str, tuple[Codes, Sequence[str]]],
        numbers: Mapping[str, NDArray[np.bool_]],
        links: Mapping[str, Codes],
        apart: NDArray[np.bool_] | None = None,
    ) -> Stage:
        """Make a stage.

        Args:
            choosing: the choices that its formula depends on.
            numbers: hyperparameters that enter it, and for which hypotheses.
            links: for each earlier result that enters it, each hypothesis's row there.
            apart: hypotheses whose rows are shared with no other.
        """
        keys = [np.where(mask, self._ids[name] + 1, 0) for name, mask in numbers.items()]
        keys += list(links.values())
        if apart is not None and apart.any():
            keys.append(np.where(apart, np.arange(self._count) + 1, 0))
        stage = Stage(choosing, keys)
        for name in numbers:
            stage.columns[name] = self._a.column(self._numbers[name][stage.first])
        stage.links = {name: link[stage.first] for name, link in links.items()}
        return stage

    def _build(self) -> None:
        code = self._codes
        centered, mean = self._is("centered", "yes"), self._is("numerator", "mean_gradient")
        divided = ~self._is("average", "none")
        centered &= divided
        biased = self._is("bias_correction", "yes")
        coupled = self._is("weight_decay", "coupled")
        self._gradient, averaged, divisible = self._gradient_stage(coupled)

        starts_at_epsilon = self._is("initial_average", "epsilon") & divided
        kind = (code["state"][0] * ~self._is("state", "stale"), code["state"][1])
        self._average = self._stage(
            {name: code[name] for name in ("average", "initial_average", "ema", "square")}
            | {"state": kind},
            {"decay_rate": divided, "epsilon": starts_at_epsilon},
            {"gradient": averaged},
        )
        needed = centered | mean
        self._mean = self._stage(
            {"needed": self._choice(needed), "ema": code["ema"], "state": kind},
            {"mean_decay": needed},
            {"gradient": np.where(needed, averaged, 0)},
        )
        self._denominator = self._stage(
            {name: code[name] for name in ("epsilon", "root", "state")}
            | {
                "divided": self._choice(divided),
                "centered": self._choice(centered),
                "biased": self._choice(biased),
                "centring": code["order"],
            },
            {
                "epsilon": divided & ~self._is("epsilon", "none"),
                "decay_rate": divided & biased,
                "mean_decay": centered & biased,
            },
            {"v": self._average.uses[""], "m": np.where(centered, self._mean.uses[""], 0)},
        )
        scaled = ~self._is("momentum", "lr_out_of_buffer")
        scheduled = ~self._is("schedule", "no")
        self._quotient = self._stage(
            {name: code[name] for name in ("numerator", "quotient", "state", "schedule")}
            | {
                "divided": self._choice(divided),
                "scaled": self._choice(scaled),
                "biased": self._choice(biased & mean),
            },
            {"learning_rate": scaled, "decay": scaled & scheduled, "mean_decay": biased & mean},
            {
                "gradient": np.where(mean, 0, divisible),
                "m": np.where(mean, self._mean.uses[""], 0),
                "denominator": np.where(divided, self._denominator.uses[""], 0),
            },
        )
        moving = ~self._is("momentum", "no")
        self._buffer = self._stage(
            {name: code[name] for name in ("momentum", "state", "schedule")}
            | {"divided": self._choice(divided)},
            {
                "momentum": moving,
                "learning_rate": moving & ~scaled,
                "decay": moving & ~scaled & scheduled,
            },
            {"u": self._quotient.uses[""]},
        )
        decoupled = self._is("weight_decay", "decoupled")
        self._weights = self._stage(
            {name: code[name] for name in ("direction", "write", "schedule", "state")}
            | {"decoupled": (code["weight_decay"][0] * ~coupled, code["weight_decay"][1])},
            {
                "weight_decay": self._is("weight_decay", "decoupled", "decoupled_unscaled"),
                "learning_rate": decoupled,
                "decay": decoupled & scheduled,
            },
            {"step": self._buffer.uses[""]},
            apart=coupled,
        )
        back = np.concatenate([self._weights.uses[""]] * 2)
        self._gradient.links["weights"] = back[self._gradient.first]

    def _gradient_stage(self, coupled: NDArray[np.bool_]) -> tuple[Stage, Codes, Codes]:
        """Make the first stage; return also the rows that averages and numerators take."""
        clipping = ~self._is("clip", "no")
        late = clipping & self._is("order", "clip_after_average")
        both = clipping & coupled & self._is("order", "decay_before_clip")
        clip, names = self._codes["clip"]

        # A hypothesis has two gradients, which differ where it clips after averaging: the
        # stage is built over twice as many, first what is averaged, then what is divided.
        def twice(first: NDArray[Any], second: NDArray[Any] | None = None) -> NDArray[Any]:
            return np.concatenate([first, first if second is None else second])

        ids, count = self._ids, self._count
        clips = twice(clipping & ~late, clipping)
        decays = twice(coupled)
        stage = Stage(
            {
                "clip": (twice(np.where(late, 0, clip), clip), names),
                "coupled": self._choice(decays),
                "decay_first": self._choice(twice(both)),
            },
            [
                np.where(clips, twice(ids["clip"]) + 1, 0),
                np.where(decays, twice(np.arange(count)) + 1, 0),
            ],
        )
        for name in ("clip", "weight_decay"):
            stage.columns[name] = self._a.column(twice(self._numbers[name])[stage.first])
        rows = stage.uses.pop("")
        return stage, rows[:count], rows[count:]

    def _prepare_state(self) -> None:
        """Make what is remembered between steps, (R, N) a stage, as it stands at the start."""
        a, size = self._a, self._layout.size
        v = a.zeros((self._average.rows, size))
        for rows, choice in self._average.groups():
            if choice["average"] == "none":
                v[rows] = a.given(np.full(size, np.nan))
            elif choice["initial_average"] == "one":
                v[rows] = a.given(np.ones(size))
            elif choice["initial_average"] == "epsilon":
                v[rows] = a.store(self._average.columns["epsilon"][rows])
        w = a.zeros((self._weights.rows, size))
        w[:] = a.given(self._layout.weights)
        self._average.state = {"kept": v}
        self._mean.state = {"kept": a.zeros((self._mean.rows, size))}
        self._buffer.state = {"kept": a.zeros((self._buffer.rows, size))}
        self._weights.state = {"kept": w}
        for stage in (self._average, self._mean):
            stage.state["initial"] = stage.state["kept"].copy()
            stage.state["shared"] = stage.state["kept"][:, : self._layout.longest].copy()

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the hypotheses where `mask` is false, and the rows that none is left to use."""
        gradient, average, mean, weights = self._gradient, self._average, self._mean, self._weights
        quotient, buffer, denominator = self._quotient, self._buffer, self._denominator
        feeds = (
            (buffer, "step", weights),
            (quotient, "u", buffer),
            (denominator, "denominator", quotient),
            (mean, "m", quotient),
            (mean, "m", denominator),
            (average, "v", denominator),
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
                # Rows that decay nothing name any row here and never read it.
                gradient.links["weights"] = np.maximum(moved[gradient.links["weights"]], 0)

    # -- a step ---------------------------------------------------------------------------

    def step(self, call: Call) -> tuple[Array, Array]:
        """Take one step; return weights and moving averages of the hypotheses, (H, N) each."""
        g = self._step_gradient(call)
        before, after = self._step_average(call, g)
        m = self._step_mean(call, g)
        den = self._step_denominator(call, before, after, m)
        u = self._step_quotient(call, g, m, den)
        self._step_weights(call, self._step_buffer(call, u))
        return (
            self._weights.state["kept"][self._weights.uses[""]],
            self._average.state["kept"][self._average.uses[""]],
        )

    def _step_gradient(self, call: Call) -> Array:
        stage, a = self._gradient, self._a
        given = a.load(a.given(call.gradient.reshape(1, -1)))
        w = self._weights.state["kept"]
        pieces = []
        for rows, choice in stage.groups():
            g = given
            if choice["coupled"] == "yes":
                old = a.load(w[stage.links["weights"][rows]][:, call.columns])
            else:
                old = given
            g = kernels.gradient(
                a, choice, g, old, stage.columns["clip"][rows],
                stage.columns["weight_decay"][rows], call.slices,
            )  # fmt: skip
            pieces.append(a.repeat(g, rows.stop - rows.start))
        return a.concatenate(pieces, 0)

    def _step_average(self, call: Call, gradient: Array) -> tuple[Array, Array]:
        stage, a = self._average, self._a
        befores, afters = [], []
        for rows, choice in stage.groups():
            if choice["average"] == "none":
                nothing = a.zeros((rows.stop - rows.start, call.size))
                befores.append(nothing)
                afters.append(nothing)
                continue
            g = gradient[stage.links["gradient"][rows]]
            d = stage.columns["decay_rate"][rows]

            def update(v: Array, part: slice, new: Array, g=g, d=d, choice=choice) -> Any:
                x = g[:, part]
                if choice["initial_average"] == "first_square":
                    v = a.where(new, a.store(x * x), v)
                return v, a.store(kernels.average(a, choice, a.load(v), x, d))

            before, after = self._remember(stage, rows, choice["state"], call, update)
            befores.append(before)
            afters.append(after)
        return a.concatenate(befores, 0), a.concatenate(afters, 0)

    def _step_mean(self, call: Call, gradient: Array) -> Array:
        stage, a = self._mean, self._a
        pieces = []
        for rows, choice in stage.groups():
            if choice["needed"] == "no":
                pieces.append(a.zeros((rows.stop - rows.start, call.size)))
                continue
            g = gradient[stage.links["gradient"][rows]]
            d = stage.columns["mean_decay"][rows]

            def update(m: Array, part: slice, new: Array, g=g, d=d, choice=choice) -> Any:
                return m, a.store(kernels.ema(a, choice["ema"], a.load(m), g[:, part], d))

            pieces.append(self._remember(stage, rows, choice["state"], call, update)[1])
        return a.concatenate(pieces, 0)

    def _remember(
        self, stage: Stage, rows: slice, state: str, call: Call, update: Update
    ) -> tuple[Array, Array]:
        """Update what `rows` remember of the elements in `call`; return it before and after."""
        kept = stage.state["kept"]
        if state == "shared":
            shared, made = stage.state["shared"], call.seen
            before, after = [kept[rows, :0]], [kept[rows, :0]]
            for part in call.slices:
                count = part.stop - part.start
                new = np.arange(count) >= made
                old, now = update(shared[rows, :count], part, new)
                shared[rows, :count] = now
                before.append(old.copy())
                after.append(now)
                made = max(made, count)
            results = self._a.concatenate(before, 1), self._a.concatenate(after, 1)
        elif state == "reset":
            initial = stage.state["initial"][rows, call.columns]
            results = update(initial, slice(None), np.ones(call.size, dtype=np.bool_))
        else:
            old = kept[rows, call.columns]
            results = update(old.copy(), slice(None), call.new)
        kept[rows, call.columns] = results[1]
        return results

    def _step_denominator(self, call: Call, before: Array, after: Array, mean: Array) -> Array:
        stage, a = self._denominator, self._a
        pieces = []
        for rows, choice in stage.groups():
            if choice["divided"] == "no":
                pieces.append(a.zeros((rows.stop - rows.start, call.size)))
                continue
            v = a.load((before if choice["state"] == "stale" else after)[stage.links["v"][rows]])
            m = a.load(mean[stage.links["m"][rows]]) if choice["centered"] == "yes" else v
            if choice["biased"] == "yes":
                t = np.ones_like(call.t) if choice["state"] == "reset" else call.t
                v = v / a.correction(stage.columns["decay_rate"][rows], t)
                if choice["centered"] == "yes":
                    m = m / a.correction(stage.columns["mean_decay"][rows], t)
            pieces.append(kernels.denominator(a, choice, v, m, stage.columns["epsilon"][rows]))
        return a.concatenate(pieces, 0)

    def _step_quotient(self, call: Call, gradient: Array, mean: Array, den: Array) -> Array:
        stage, a = self._quotient, self._a
        pieces = []
        for rows, choice in stage.groups():
            if choice["numerator"] == "mean_gradient":
                numerator = a.load(mean[stage.links["m"][rows]])
                if choice["biased"] == "yes":
                    t = np.ones_like(call.t) if choice["state"] == "reset" else call.t
                    numerator = numerator / a.correction(stage.columns["mean_decay"][rows], t)
            else:
                numerator = gradient[stage.links["gradient"][rows]]
            pieces.append(
                kernels.quotient(
                    a, choice, numerator, den[stage.links["denominator"][rows]],
                    self._rate(stage, rows, choice, call),
                )
            )  # fmt: skip
        return a.concatenate(pieces, 0)

    def _rate(self, stage: Stage, rows: slice, choice: Mapping[str, str], call: Call) -> Array:
        """The learning rate of this call, (R, 1)."""
        rate = stage.columns["learning_rate"][rows]
        if choice["schedule"] == "no":
            return rate
        t = 1 if choice["state"] == "reset" else call.number
        if choice["schedule"] == "inverse_time_from_zero":
            t -= 1
        return rate / (1 + stage.columns["decay"][rows] * t)

    def _step_buffer(self, call: Call, u: Array) -> Array:
        stage, a = self._buffer, self._a
        kept = stage.state["kept"]
        pieces = []
        for rows, choice in stage.groups():
            now = u[stage.links["u"][rows]]
            if choice["divided"] == "no":
                now = a.load(now)  # narrow again: other rows may have widened the array
            if choice["momentum"] != "no":
                old = kept[rows, call.columns]
                if choice["state"] == "reset":
                    old = a.zeros((rows.stop - rows.start, call.size))
                kept[rows, call.columns], now = kernels.buffer(
                    a, choice["momentum"], old, now, stage.columns["momentum"][rows],
                    self._rate(stage, rows, choice, call),
                )  # fmt: skip
            pieces.append(now)
        return a.concatenate(pieces, 0)

    def _step_weights(self, call: Call, step: Array) -> None:
        stage, a = self._weights, self._a
        kept = stage.state["kept"]
        for rows, choice in stage.groups():
            old = kept[rows, call.columns]
            new = kernels.weights(
                a, choice, old, step[stage.links["step"][rows]],
                self._rate(stage, rows, choice, call), stage.columns["weight_decay"][rows],
            )  # fmt: skip
            written = call.written(choice["write"])
            kept[rows, call.columns] = new if written is None else a.where(written, new, old)


def hyperparameters(scenario: Scenario, dialect: Dialect) -> dict[str, float]:
    """Return the numbers `dialect` computes with on `scenario`, in double, before narrowing.

    A constant of the dialect goes before what the scenario gives, that before the stated
    constant of the deviation; `decay` is the k of a schedule.
    """
    given = dict(DEVIATION_CONSTANTS)
    given["learning_rate"] = scenario.learning_rate / 3
    for name, value in scenario.options.items():
        if name != "mean_decay" and name in given:
            given[name] = float(value)
    given.update(dialect.constants)
    chosen = dialect.choices()
    for axis, name in (("learning_rate",) * 2, ("decay_rate",) * 2, ("eps", "epsilon")):
        if chosen.get(axis, "given") == "given":
            given[name] = float(getattr(scenario, name))
    if chosen.get("mean_decay", "given") == "given":
        own = float(scenario.options.get("mean_decay", given["decay_rate"]))
        given["mean_decay"] = dialect.constants.get("mean_decay", own)
    for name in chosen.get("float32_hyperparameters", "").split("+"):
        if name in given:
            given[name] = float(np.float32(given[name]))
    return given
