"""A step of a plan, stage by stage, in the order in which the stages feed each other.

What a stage remembers of the elements of a call is read, updated and stored here; the formulas
themselves stand in `kernels`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.numbers.algebra import Algebra, Array
from python_ref.numbers.ways import COMPLEMENTS, CORRECTIONS, SQUARES, scaled
from python_ref.scenarios.calls import Call
from python_ref.scenarios.hyperparameters import SCHEDULES
from python_ref.stepping import kernels
from python_ref.stepping.kernels import Choice
from python_ref.stepping.plan import Plan
from python_ref.stepping.stages import Codes, Stage

Update = Callable[[Array, slice, NDArray[np.bool_]], tuple[Array, Array]]
"""(remembered, columns of the call, which are new) to what it was and what it is."""


@dataclass(frozen=True)
class _Product:
    """A step, and two factors of it where it may be fused with what it is subtracted from."""

    value: Array
    factors: Any

    def rows(self, rows: Codes) -> _Product:
        """Some of the rows."""
        return _Product(self.value[rows], self.factors and tuple(x[rows] for x in self.factors))


class Engine:
    """Steps a plan: a method a stage, in the order in which they feed each other."""

    def __init__(self, plan: Plan, algebra: Algebra) -> None:
        self.plan, self._a = plan, algebra

    def step(self, call: Call) -> tuple[Array, Array]:
        """Take one step; return weights and moving averages of the hypotheses, (H, N) each."""
        g = self._step_gradient(call)
        before, after = self._step_average(call, g)
        m = self._step_mean(call, g)
        den = self._step_denominator(call, before, after, m)
        u = self._step_quotient(call, g, m, after, den)
        self._step_weights(call, self._step_buffer(call, u))
        return (
            self.plan.weights.state["kept"][self.plan.weights.uses[""]],
            self.plan.average.state["kept"][self.plan.average.uses[""]],
        )

    def _step_gradient(self, call: Call) -> Array:
        stage, a = self.plan.gradient, self._a
        given = a.load(a.given(call.gradient[np.newaxis]))
        w = self.plan.weights.state["kept"]
        pieces = []
        for rows, choice in stage.groups():
            old = a.load(w[stage.links["weights"][rows]][:, call.columns])
            g = kernels.gradient(
                a, choice, given, old, stage.columns["gradient_scale"][rows],
                stage.columns["clip"][rows], stage.columns["weight_decay"][rows], call.slices,
            )  # fmt: skip
            pieces.append(a.repeat(g, rows.stop - rows.start))
        return a.concatenate(pieces, 0)

    def _step_average(self, call: Call, gradient: Array) -> tuple[Array, Array]:
        stage, a = self.plan.average, self._a
        befores, afters = [], []
        for rows, choice in stage.groups():
            if choice["average"] == "none":
                nothing = a.zeros((rows.stop - rows.start, call.size))
                befores.append(nothing)
                afters.append(nothing)
                continue
            g = gradient[stage.links["gradient"][rows]]
            d = stage.columns["decay_rate"][rows]
            c = self._complement(stage, choice, rows, d)
            update = partial(self._new_average, choice, g, d, c, stage.columns["epsilon"][rows])
            if choice["ema"] == "scaled":
                before, after = self._scaled_average(stage, rows, choice, call, g, c)
            else:
                before, after = self._remember(stage, rows, choice, call, update)
            befores.append(before)
            afters.append(after)
        return a.concatenate(befores, 0), a.concatenate(afters, 0)

    def _scaled_average(
        self, stage: Stage, rows: slice, choice: Choice, call: Call, g: Array, c: Array
    ) -> tuple[Array, Array]:
        """The average of a step that is remembered as entries and their scale."""
        memory, at = stage.state["kept"], call.columns
        entries, scale = stage.state["entries"], stage.state["scale"]
        p, q = SQUARES[choice["square"]].kernel(self._a, c, g)
        before = memory[rows, at].copy()
        entries[rows, at], scale[rows, at] = scaled(
            self._a, entries[rows, at], scale[rows, at], c, p * q
        )
        memory[rows, at] = entries[rows, at] * scale[rows, at]
        return before, memory[rows, at]

    def _step_mean(self, call: Call, gradient: Array) -> Array:
        stage, a = self.plan.mean, self._a
        pieces = []
        for rows, choice in stage.groups():
            if choice["needed"] == "no":
                pieces.append(a.zeros((rows.stop - rows.start, call.size)))
                continue
            g = gradient[stage.links["gradient"][rows]]
            summed = choice["needed"] == "sum"
            d = stage.columns["momentum" if summed else "mean_decay"][rows]
            c = d if summed else self._complement(stage, choice, rows, d)
            update = partial(self._new_mean, choice, g, d, c)
            pieces.append(self._remember(stage, rows, choice, call, update)[1])
        return a.concatenate(pieces, 0)

    @staticmethod
    def _complement(stage: Stage, choice: Choice, rows: slice, decay: Array) -> Array:
        """1 - d, as the arithmetic forms it."""
        return COMPLEMENTS[choice["complement"]].kernel(decay, stage.columns["complement"][rows])

    def _new_average(
        self,
        choice: Choice,
        g: Array,
        d: Array,
        c: Array,
        eps: Array,
        v: Array,
        part: slice,
        new: NDArray[np.bool_],
    ) -> tuple[Array, Array]:
        a, x = self._a, g[:, part]
        if choice["initial_average"] == "first_square":
            v = a.where(new, a.store(x * x), v)
        return v, kernels.kept(a, choice, kernels.average(a, choice, a.load(v), x, d, c), eps)

    def _new_mean(
        self,
        choice: Choice,
        g: Array,
        d: Array,
        c: Array,
        m: Array,
        part: slice,
        _: NDArray[np.bool_],
    ) -> tuple[Array, Array]:
        a = self._a
        if choice["needed"] == "sum":
            return m, a.store(d * a.load(m) + g[:, part])
        return m, a.store(kernels.mean(a, choice, a.load(m), g[:, part], d, c))

    def _remember(
        self, stage: Stage, rows: slice, choice: Choice, call: Call, update: Update
    ) -> tuple[Array, Array]:
        """Update what `rows` remember of the elements in `call`; return it before and after."""
        memory, state = stage.state["kept"], choice["state"]
        if choice["untouched"] == "skipped":
            update = partial(self._where_touched, call, update)
        if state == "shared":
            shared, made = stage.state["shared"], call.seen
            before, after = [memory[rows, :0]], [memory[rows, :0]]
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
            results = update(initial, slice(None), np.full(call.size, True))
        else:
            old = memory[rows, call.columns]
            results = update(old.copy(), slice(None), call.new)
        memory[rows, call.columns] = results[1]
        return results

    def _where_touched(
        self, call: Call, update: Update, old: Array, part: slice, new: NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        """Update the elements of `part` whose gradient is not zero."""
        before, after = update(old, part, new)
        return before, self._a.where(call.touched[part], after, before)

    def _step_denominator(self, call: Call, before: Array, after: Array, mean: Array) -> Array:
        stage, a = self.plan.denominator, self._a
        pieces = []
        for rows, choice in stage.groups():
            v = a.load((before if choice["state"] == "stale" else after)[stage.links["v"][rows]])
            m = a.load(mean[stage.links["m"][rows]]) if choice["centered"] == "yes" else v
            if choice["biased"] == "yes":
                t = call.counted(choice["state"])
                correct = CORRECTIONS[choice["correction"]].kernel
                v = correct(a, v, a.correction(stage.columns["decay_rate"][rows], t))
                if choice["mean_biased"] == "yes":
                    m = correct(a, m, a.correction(stage.columns["mean_decay"][rows], t))
            pieces.append(kernels.denominator(a, choice, v, m, stage.columns["epsilon"][rows]))
        return a.concatenate(pieces, 0)

    def _step_quotient(
        self, call: Call, gradient: Array, mean: Array, average: Array, den: Array
    ) -> _Product:
        stage, a = self.plan.quotient, self._a
        products = []
        for rows, choice in stage.groups():
            if choice["numerator"] == "mean_gradient":
                numerator = a.load(mean[stage.links["m"][rows]])
                if choice["biased"] == "yes":
                    t = call.counted(choice["state"])
                    correct = CORRECTIONS[choice["correction"]].kernel
                    correction = a.correction(stage.columns["mean_decay"][rows], t)
                    numerator = correct(a, numerator, correction)
            elif choice["numerator"] == "sum_of_gradients":
                numerator = a.load(mean[stage.links["m"][rows]])
            elif choice["numerator"] == "average":
                numerator = a.load(average[stage.links["v"][rows]])
            else:
                numerator = gradient[stage.links["gradient"][rows]]
            factors = kernels.quotient(
                a, choice, numerator, den[stage.links["denominator"][rows]],
                self._rate(stage, rows, choice, call), stage.columns["epsilon"][rows],
            )  # fmt: skip
            products.append(self._product(factors, (rows.stop - rows.start, call.size)))
        return self._joined(products)

    def _product(self, factors: tuple[Array, Array | None], shape: tuple[int, int]) -> _Product:
        x, y = factors
        if not self.plan.factored:
            return _Product(x if y is None else x * y, None)
        nothing = self._a.zeros(shape)
        one = 1 + nothing
        y = one if y is None else y
        return _Product(x * y, (x + nothing, y + nothing))

    def _joined(self, products: Sequence[_Product]) -> _Product:
        join = self._a.concatenate
        value = join([product.value for product in products], 0)
        if not self.plan.factored:
            return _Product(value, None)
        return _Product(value, tuple(join([p.factors[i] for p in products], 0) for i in (0, 1)))

    def _rate(self, stage: Stage, rows: slice, choice: Choice, call: Call) -> Array:
        """The learning rate of this call, (R, 1)."""
        column = stage.columns.get(f"learning_rate {call.number}", stage.columns["learning_rate"])
        rate = column[rows]
        if choice["schedule"] == "no":
            return rate
        numbers = {name: stage.columns[name][rows] for name in SCHEDULES}
        t = 1 if choice["state"] == "reset" else call.number
        return kernels.scheduled(self._a, choice["schedule"], rate, numbers, t)

    def _step_buffer(self, call: Call, u: _Product) -> _Product:
        stage, a = self.plan.buffer, self._a
        memory = stage.state["kept"]
        products = []
        for rows, choice in stage.groups():
            now = u.rows(stage.links["u"][rows])
            if choice["divided"] == "no":
                # Narrow again: other rows may have widened the array.
                now = _Product(a.load(now.value), now.factors)
            if choice["momentum"] != "no":
                old = memory[rows, call.columns]
                if choice["state"] == "reset":
                    old = a.zeros((rows.stop - rows.start, call.size))
                new, step, factors = kernels.buffer(
                    a, choice, old, now.value, now.factors, stage.columns["momentum"][rows],
                    self._rate(stage, rows, choice, call),
                )  # fmt: skip
                now = _Product(step, None)
                if self.plan.factored:
                    now = self._product(factors or (step, None), step.shape)
                if choice["untouched"] == "skipped":
                    new = a.where(call.touched, new, old)
                memory[rows, call.columns] = new
            products.append(now)
        return self._joined(products)

    def _step_weights(self, call: Call, steps: _Product) -> None:
        stage, a = self.plan.weights, self._a
        memory = stage.state["kept"]
        for rows, choice in stage.groups():
            old, step = memory[rows, call.columns], steps.rows(stage.links["step"][rows])
            new = kernels.weights(
                a, choice, old, step.value, step.factors,
                self._rate(stage, rows, choice, call), stage.columns["weight_decay"][rows],
                stage.columns["epsilon"][rows],
            )  # fmt: skip
            written = call.written(choice["write"])
            if choice["untouched"] == "skipped":
                written = call.touched if written is None else written & call.touched
            memory[rows, call.columns] = new if written is None else a.where(written, new, old)
