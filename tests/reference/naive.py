"""The dialects once more, one element at a time in Python floats: what the batch is held against.

Written from the table of formulas alone and sharing no code with the stepping: slow, obvious,
one dialect, plain arithmetic, float64.
"""

from __future__ import annotations

import math

import numpy as np

from python_ref.dialects import DEVIATION_CONSTANTS, Dialect
from python_ref.scenarios import Scenario


def divide(a: float, b: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(a) / np.float64(b))


def root(x: float) -> float:
    return math.sqrt(x) if x >= 0 else math.nan


def lesser(a: float, b: float) -> float:
    return math.nan if math.isnan(a) or math.isnan(b) else min(a, b)


def greater(a: float, b: float) -> float:
    return math.nan if math.isnan(a) or math.isnan(b) else max(a, b)


def single(x: float) -> float:
    return float(np.float32(x))


class Naive:
    """One port in one dialect."""

    def __init__(self, dialect: Dialect, scenario: Scenario) -> None:
        self.says = dialect.choice
        own = dict(dialect.constants)

        def option(name: str) -> float:
            return own.get(name, scenario.options.get(name, DEVIATION_CONSTANTS[name]))

        self.lr, self.d, self.eps = scenario.learning_rate, scenario.decay_rate, scenario.epsilon
        if self.says("learning_rate") == "ignored":
            self.lr = own.get("learning_rate", self.lr / 3)
        if self.says("decay_rate") == "ignored":
            self.d = own.get("decay_rate", DEVIATION_CONSTANTS["decay_rate"])
        if self.says("eps") == "ignored":
            self.eps = own.get("epsilon", DEVIATION_CONSTANTS["epsilon"])
        self.dm = scenario.options.get("mean_decay", self.d)
        if self.says("mean_decay") == "ignored":
            self.dm = own.get("mean_decay", DEVIATION_CONSTANTS["mean_decay"])
        self.mu, self.wd, self.c = option("momentum"), option("weight_decay"), option("clip")
        self.k = own.get("decay", DEVIATION_CONSTANTS["decay"])
        rounded = self.says("float32_hyperparameters").split("+")
        if "learning_rate" in rounded:
            self.lr = single(self.lr)
        if "decay_rate" in rounded:
            self.d = single(self.d)
        if "epsilon" in rounded:
            self.eps = single(self.eps)
        if "momentum" in rounded:
            self.mu = single(self.mu)
        self.forget()
        self.calls = 0

    def forget(self) -> None:
        self.v: dict[str, list[float]] = {}
        self.m: dict[str, list[float]] = {}
        self.b: dict[str, list[float]] = {}
        self.t: dict[str, int] = {}

    def update(self, gradients: dict[str, list[float]], weights: dict[str, list[float]]) -> None:
        says = self.says
        self.calls += 1
        if says("state") == "reset":
            self.forget()
            self.calls = 1
        lr = self.lr
        if says("schedule") == "inverse_time":
            lr = lr / (1 + self.k * self.calls)
        if says("schedule") == "inverse_time_from_zero":
            lr = lr / (1 + self.k * (self.calls - 1))
        whole = 0.0
        before_clip = {name: self.before_clip(g, weights[name]) for name, g in gradients.items()}
        for g in before_clip.values():
            for x in g:
                whole += x * x
        for position, (name, g) in enumerate(gradients.items()):
            clipped = self.clip(before_clip[name], whole)
            w = weights[name]
            averaged = list(g) if says("order") == "clip_after_average" else clipped
            if says("weight_decay") == "coupled" and says("order") != "decay_before_clip":
                clipped = [x + self.wd * y for x, y in zip(clipped, w, strict=True)]
                averaged = [x + self.wd * y for x, y in zip(averaged, w, strict=True)]
            elif says("weight_decay") == "coupled" and averaged is not clipped:
                averaged = before_clip[name]
            self.t[name] = self.t.get(name, 0) + 1
            last = len(w) - 1
            for i in range(len(w)):
                new = self.element(name, i, averaged[i], clipped[i], w[i], lr)
                write = says("write")
                if (
                    write == "all"
                    or (write == "first_element" and i == 0)
                    or (write == "all_but_last" and i != last)
                    or (write == "first_array" and position == 0)
                ):
                    w[i] = new

    def before_clip(self, g: list[float], w: list[float]) -> list[float]:
        if self.says("weight_decay") == "coupled" and self.says("order") == "decay_before_clip":
            return [x + self.wd * y for x, y in zip(g, w, strict=True)]
        return list(g)

    def clip(self, g: list[float], whole: float) -> list[float]:
        kind = self.says("clip")
        if kind == "value":
            return [lesser(greater(x, -self.c), self.c) for x in g]
        if kind == "no":
            return g
        if kind == "norm":
            whole = 0.0
            for x in g:
                whole += x * x
        scale = lesser(divide(self.c, root(whole)), 1.0)
        return [x * scale for x in g]

    def remembered(self, table: dict[str, list[float]], name: str, i: int, start: float) -> float:
        """What is remembered of an element, made on first sight."""
        row = table.setdefault("" if self.says("state") == "shared" else name, [])
        if len(row) <= i:
            row.append(start)
        return row[i]

    def remember(self, table: dict[str, list[float]], name: str, i: int, value: float) -> None:
        table["" if self.says("state") == "shared" else name][i] = value

    def element(self, name: str, i: int, a: float, g: float, w: float, lr: float) -> float:
        says, d, dm = self.says, self.d, self.dm
        start = {"zero": 0.0, "one": 1.0, "epsilon": self.eps, "first_square": a * a}
        old = v = self.remembered(self.v, name, i, start[says("initial_average")])
        v = {
            "ema": lambda: d * v + (1 - d) * (a * a),
            "swapped": lambda: (1 - d) * v + d * (a * a),
            "sum": lambda: v + a * a,
            "leaky_sum": lambda: d * v + a * a,
            "last": lambda: a * a,
            "absolute": lambda: d * v + (1 - d) * abs(a),
            "none": lambda: math.nan,
        }[says("average")]()
        self.remember(self.v, name, i, v)
        m = dm * self.remembered(self.m, name, i, 0.0) + (1 - dm) * a
        self.remember(self.m, name, i, m)
        used = old if says("state") == "stale" else v
        if says("bias_correction") == "yes":
            used = divide(used, 1 - math.pow(d, self.t[name]))
            m = divide(m, 1 - math.pow(dm, self.t[name]))
        numerator = g
        if says("numerator") == "mean_gradient":
            numerator = m
        if says("numerator") == "sign":
            numerator = float(np.sign(g))
        if says("average") == "none":
            scaled, plain = lr * numerator, numerator
        else:
            den = self.denominator(used, m)
            scaled, plain = divide(lr * numerator, den), divide(numerator, den)
        step = self.accumulated(name, i, scaled, plain, lr)
        new = w + step if says("direction") == "ascent" else w - step
        if says("weight_decay") == "decoupled":
            new = new - (lr * self.wd) * w
        if says("weight_decay") == "decoupled_unscaled":
            new = new - self.wd * w
        return new

    def denominator(self, v: float, m: float) -> float:
        says, eps = self.says, self.eps
        inside = says("epsilon") == "inside"
        if says("centered") == "yes":
            if inside and says("order") == "epsilon_before_centring":
                v, inside = (v + eps) - m * m, False
            elif inside and says("order") == "epsilon_with_mean":
                v, inside = v - (m * m + eps), False
            else:
                v = v - m * m
        if inside:
            v = v + eps
        if says("root") == "sqrt":
            v = root(v)
        if says("epsilon") == "outside":
            v = v + eps
        if says("epsilon") == "maximum":
            v = greater(v, eps)
        return v

    def accumulated(self, name: str, i: int, scaled: float, plain: float, lr: float) -> float:
        kind, mu = self.says("momentum"), self.mu
        if kind == "no":
            return scaled
        row = self.b.setdefault(name, [])
        if len(row) <= i:
            row.append(0.0)
        row[i] = mu * row[i] + (plain if kind == "lr_out_of_buffer" else scaled)
        if kind == "lr_in_buffer":
            return row[i]
        return lr * row[i] if kind == "lr_out_of_buffer" else mu * row[i] + scaled


def trajectory(scenario: Scenario, dialect: Dialect) -> tuple[np.ndarray, np.ndarray]:
    """Weights and moving averages, (T, N) each; averages are NaN where none was made."""
    port = Naive(dialect, scenario)
    weights = {name: array.tolist() for name, array in scenario.weights.items()}
    rows, averages = [], []
    shown = {name: [math.nan] * len(array) for name, array in weights.items()}
    for gradients in scenario.gradients:
        present = [name for name in weights if name in gradients]
        given = {name: weights[name] for name in present}
        port.update({name: gradients[name].tolist() for name in present}, given)
        for name in present:
            if dialect.choice("state") != "shared":
                shown[name] = list(port.v.get(name, []))
        rows.append([x for array in weights.values() for x in array])
        averages.append([x for array in shown.values() for x in array])
    shape = (len(rows), scenario.size)
    return np.array(rows).reshape(shape), np.array(averages).reshape(shape)
