"""The dialects once more, one element at a time in NumPy scalars: what the batch is held against.

Written from the tables of formulas alone and sharing no code with the stepping: slow, obvious,
one dialect, one arithmetic, one precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.scenarios.hyperparameters import DEVIATION_CONSTANTS
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Replay

Number = Any
"""A NumPy scalar: those of different widths meet in the wider, as floats and doubles do in Java."""

# What is stored, what is computed with, and what the root is taken and divided in.
PRECISIONS: dict[str, tuple[type, type, type]] = {
    "float64": (np.float64, np.float64, np.float64),
    "float32": (np.float32, np.float32, np.float32),
    "float32_double": (np.float32, np.float32, np.float64),
    "float32_wide": (np.float32, np.float64, np.float64),
    "float16": (np.float16, np.float16, np.float16),
    "float16_float32": (np.float16, np.float32, np.float32),
}


def single(x: float) -> float:
    return float(np.float32(x))


def fma(a: Number, b: Number, c: Number) -> Number:
    """a*b + c rounded once."""
    if not all(math.isfinite(x) for x in (a, b, c)):
        return a * b + c
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    kind = np.result_type(a, b, c).type
    near = kind(float(exact))
    if kind is np.float64:
        return near
    # Rounded twice: one of its neighbours may be nearer.
    bits = np.int32 if kind is np.float32 else np.int16
    among = [near, *(np.nextafter(near, kind(end)) for end in (-math.inf, math.inf))]
    return min(among, key=lambda x: (abs(Fraction(float(x)) - exact), int(x.view(bits)) & 1))


# Shares of the old and of the new, which is x, or g squared.
MEANS: dict[str, Callable[[Number, Number, Number, Number], Number]] = {
    "plain": lambda v, x, old, new: old * v + new * x,
    "incremental": lambda v, x, _, new: v + new * (x - v),
    "reverse_incremental": lambda v, x, old, _: x + old * (v - x),
    "fused": lambda v, x, old, new: fma(old, v, new * x),
    "fused_square": lambda v, x, old, new: fma(new, x, old * v),
    "fused_incremental": lambda v, x, _, new: fma(new, x - v, v),
    # Written for averages of squares alone; see `averaged`.
    "twice": lambda v, x, old, new: old * v + new * x,
    "scaled": lambda v, x, old, new: old * v + new * x,
}
LEFT_MEANS: dict[str, Callable[[Number, Number, Number, Number], Number]] = {
    "plain": lambda v, g, old, new: old * v + (new * g) * g,
    "fused": lambda v, g, old, new: fma(old, v, (new * g) * g),
    "fused_square": lambda v, g, old, new: fma(new * g, g, old * v),
}
# (lr, g, over) to factors of the quotient; `over` divides by the denominator, or multiplies.
QUOTIENTS: dict[str, Callable[[Number, Number, Callable[[Number], Number]], tuple]] = {
    "plain": lambda lr, g, over: (over(lr * g), 1),
    "divide_first": lambda lr, g, over: (lr, over(g)),
    "rate_over_root": lambda lr, g, over: (g, over(lr)),
    "reciprocal": lambda lr, g, over: (lr * g, over(1)),
    "scaled_reciprocal": lambda lr, g, over: (lr, g * over(1)),
}


def lerp(m: Number, g: Number, share: Number) -> Number:
    return fma(share, g - m, m) if share < 0.5 else fma(-(g - m), 1 - share, g)


def total(way: str, squares: list[Number], zero: Number) -> Number:
    """Squares of one array summed in the order that `way` says."""
    width = {"neighbours": 8, "plain": 0}.get(way) or int((way + "_0_0").split("_")[1])
    whole = len(squares) // width * width if width else 0
    lanes = squares[:width] if whole else []
    for i in range(width, whole):
        lanes[i % width] = lanes[i % width] + squares[i]
    while lanes and len(lanes) > 1 and not way.endswith("in_order"):
        half = len(lanes) // 2
        pairs = zip(lanes[:half], lanes[half:], strict=True)
        if way == "neighbours":
            pairs = zip(lanes[::2], lanes[1::2], strict=True)
        lanes = [a + b for a, b in pairs]
    summed = zero
    for x in [*lanes, *squares[whole:]]:
        summed = summed + x
    return summed


class Naive:
    """One port in one dialect."""

    def __init__(
        self, dialect: Dialect, scenario: Scenario, arithmetic: Arithmetic, precision: str
    ) -> None:
        self.says, self.arithmetic = dialect.choice, arithmetic
        self.stored, self.computed, self.divided = PRECISIONS[precision]
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
        self.dm = own.get("mean_decay", scenario.options.get("mean_decay", self.d))
        if self.says("mean_decay") == "ignored":
            self.dm = own.get("mean_decay", DEVIATION_CONSTANTS["mean_decay"])
        self.mu, self.wd, self.c = option("momentum"), option("weight_decay"), option("clip")
        self.k, self.scale = option("decay"), option("gradient_scale")
        self.v0 = option("initial_average")
        self.factor, self.every, self.total = option("factor"), option("every"), option("total")
        rounded = self.says("float32_hyperparameters").split("+")
        if "learning_rate" in rounded:
            self.lr = single(self.lr)
        if "decay_rate" in rounded:
            self.d = single(self.d)
            if self.says("mean_decay") == "given" and "mean_decay" not in {
                **scenario.options,
                **own,
            }:
                self.dm = single(self.dm)
        if "epsilon" in rounded:
            self.eps = single(self.eps)
        if "momentum" in rounded:
            self.mu = single(self.mu)
        if "weight_decay" in rounded:
            self.wd = single(self.wd)
        if "clip" in rounded:
            self.c = single(self.c)
        self.rates = list(scenario.learning_rates)
        if self.says("learning_rate") != "given" or not self.rates:
            self.rates = [self.lr] * scenario.steps
        elif "learning_rate" in rounded:
            self.rates = [single(rate) for rate in self.rates]
        self.rates = [self.computed(rate) for rate in self.rates]
        formed = [self.computed(1 - self.d), self.computed(1 - self.dm)]
        for name in ("d", "eps", "dm", "mu", "wd", "c", "k", "scale", "factor", "total", "v0"):
            setattr(self, name, self.computed(getattr(self, name)))
        narrow = [1 - self.d, 1 - self.dm]
        written = [self.computed(float(1 - Decimal(repr(float(x))))) for x in (self.d, self.dm)]
        forms = {"plain": narrow, "double": formed, "literal": written}
        self.rest, self.mean_rest = forms[arithmetic.complement]
        self.fed = 0
        self.shown = {
            name: [self.start() for _ in array] for name, array in scenario.weights.items()
        }
        self.forget()
        self.calls = 0

    def forget(self) -> None:
        self.v: dict[str, list[Number]] = {}
        self.m: dict[str, list[Number]] = {}
        self.b: dict[str, list[Number]] = {}
        self.t: dict[str, int] = {}
        self.entries: dict[tuple[str, int], tuple[Number, Number]] = {}

    def start(self, first: Number = 0) -> Number:
        """What the average of an element starts from; `first` is its first gradient, once seen."""
        says = self.says
        if says("average") == "none":
            return self.stored(math.nan)
        if says("initial_average") == "first_square":
            return self.stored(first * first)
        starts = {"zero": 0, "one": 1, "epsilon": self.eps, "constant": self.v0}
        return self.stored(starts[says("initial_average")])

    def update(self, gradients: dict[str, list[Number]], weights: dict[str, list[Number]]) -> None:
        """Take one step: `gradients` as they are stored; `weights` are changed."""
        says = self.says
        gradients = {name: [self.computed(x) for x in g] for name, g in gradients.items()}
        self.touched = {name: [x != 0 for x in g] for name, g in gradients.items()}
        if says("gradient_scale") == "constant":
            gradients = {name: [self.scale * x for x in g] for name, g in gradients.items()}
        self.negates = says("direction") == "ascent" and says("order") == "maximize_before_decay"
        if self.negates:
            gradients = {name: [-x for x in g] for name, g in gradients.items()}
        lr = self.rates[self.fed]
        self.fed += 1
        self.calls += 1
        if says("state") == "reset":
            self.forget()
            self.calls = 1
        lr = self.scheduled(lr, self.calls)
        before_clip = {name: self.before_clip(g, weights[name]) for name, g in gradients.items()}
        squares = [[x * x for x in g] for g in before_clip.values()]
        way, zero = self.arithmetic.sum, self.computed(0)
        if way == "plain":
            whole = total(way, [x for array in squares for x in array], zero)
        else:
            whole = total("plain", [total(way, array, zero) for array in squares], zero)
        for position, (name, g) in enumerate(gradients.items()):
            clipped = self.clip(before_clip[name], whole)
            w = [self.computed(x) for x in weights[name]]
            averaged = list(g) if says("order") == "clip_after_average" else clipped
            if says("weight_decay") == "coupled" and says("order") != "decay_before_clip":
                clipped = [self.decayed(x, y) for x, y in zip(clipped, w, strict=True)]
                averaged = [self.decayed(x, y) for x, y in zip(averaged, w, strict=True)]
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
                    or (write == "last_array" and position == len(gradients) - 1)
                ):
                    weights[name][i] = new

    def scheduled(self, lr: Number, t: int) -> Number:
        kind = self.says("schedule")
        if kind == "inverse_time":
            return lr / (1 + self.k * t)
        if kind == "inverse_time_from_zero":
            return lr / (1 + self.k * (t - 1))
        if kind == "exponential":
            return lr * self.computed(math.pow(self.factor, t - 1))
        if kind == "steps":
            return lr * self.computed(math.pow(self.factor, (t - 1) // int(self.every)))
        if kind == "linear_to_zero":
            return lr * max(1 - (t - 1) / self.total, self.computed(0))
        return lr

    def before_clip(self, g: list[Number], w: list[Number]) -> list[Number]:
        if self.says("weight_decay") == "coupled" and self.says("order") == "decay_before_clip":
            return [self.decayed(x, self.computed(y)) for x, y in zip(g, w, strict=True)]
        return list(g)

    def decayed(self, g: Number, w: Number) -> Number:
        return fma(self.wd, w, g) if self.arithmetic.decay == "fused" else g + self.wd * w

    def clip(self, g: list[Number], whole: Number) -> list[Number]:
        kind = self.says("clip")
        if kind == "value":
            return [np.minimum(np.maximum(x, -self.c), self.c) for x in g]
        if kind == "no":
            return g
        if kind in ("norm", "norm_plus_epsilon"):
            whole = total(self.arithmetic.sum, [x * x for x in g], self.computed(0))
        root = np.sqrt(whole)
        if kind.endswith("plus_epsilon"):
            root = root + self.computed(1e-6)
        norm = np.maximum(root, self.c)
        if self.arithmetic.norm == "scaled_first":
            return [(x * self.c) / norm for x in g]
        scale = self.c / norm
        if self.arithmetic.norm == "reciprocals":
            scale = self.c * (1 / norm)
        if self.arithmetic.norm == "narrowed":
            scale = np.float32(self.c) * np.float32(1 / norm)
        return [x * scale for x in g]

    def remembered(
        self, table: dict[str, list[Number]], name: str, i: int, start: Number
    ) -> Number:
        """What is remembered of an element, made on first sight."""
        row = table.setdefault("" if self.says("state") == "shared" else name, [])
        row += [None] * (i + 1 - len(row))  # elements before it may have been skipped
        if row[i] is None:
            row[i] = start
        return row[i]

    def remember(self, table: dict[str, list[Number]], name: str, i: int, value: Number) -> None:
        table["" if self.says("state") == "shared" else name][i] = value

    def averaged(self, v: Number, g: Number) -> Number:
        """The moving average after one more gradient, before it is stored."""
        kind, d = self.says("average"), self.d
        square, ema = self.arithmetic.square, self.arithmetic.ema
        squared = g * g
        if square == "pow":  # there is one of doubles, and one of floats where all is float
            squared = np.float64(math.pow(g, 2))
            squared = np.float32(squared) if self.divided is np.float32 else squared
        fuses = ema == "fused_square" and square != "pow"
        if kind == "none":
            return math.nan
        if kind == "last":
            return squared
        if kind == "sum":
            return fma(g, g, v) if fuses else v + squared
        if kind == "leaky_sum":
            if ema == "fused":
                return fma(d, v, squared)
            if ema == "twice":
                new = (self.rest * g) * g if square == "left" else self.rest * squared
                return d * (v + squared) + new
            return fma(g, g, d * v) if fuses else d * v + squared
        if kind == "absolute":
            return MEANS[ema](v, abs(g), d, self.rest)
        old, new = (self.rest, d) if kind == "swapped" else (d, self.rest)
        if square == "left" and ema in LEFT_MEANS:
            return LEFT_MEANS[ema](v, g, old, new)
        return MEANS[ema](v, squared, old, new)

    def element(self, name: str, i: int, a: Number, g: Number, w: Number, lr: Number) -> Number:
        """The new weight of an element: `a` is averaged, `g` divided."""
        says, d, dm, loaded = self.says, self.d, self.dm, self.computed
        summed = says("numerator") == "sum_of_gradients"
        old = self.remembered(self.v, name, i, self.start(a))
        m = loaded(self.remembered(self.m, name, i, self.stored(0)))
        if says("untouched") == "skipped" and not self.touched[name][i]:
            self.shown[name][i] = old
            return self.stored(w)
        v = self.kept(self.averaged(loaded(old), a))
        if self.arithmetic.ema == "scaled":
            v = self.scaled(name, i, a)
        self.remember(self.v, name, i, v)
        self.shown[name][i] = v
        mean = MEANS[self.arithmetic.ema]
        if self.arithmetic.mean == "plain":
            mean = MEANS["plain"]
        if self.arithmetic.mean == "lerp" and not summed:
            m = self.stored(lerp(m, a, self.mean_rest))
        else:
            m = self.stored(self.mu * m + a if summed else mean(m, a, dm, self.mean_rest))
        self.remember(self.m, name, i, m)
        used, m = loaded(old if says("state") == "stale" else v), loaded(m)
        if says("bias_correction") == "yes":
            t = self.calls if says("state") == "global_step" else self.t[name]
            used = self.corrected(used, 1 - loaded(math.pow(d, t)))
            m = m if summed else self.corrected(m, 1 - loaded(math.pow(dm, t)))
        numerator = g
        if says("numerator") in ("mean_gradient", "sum_of_gradients"):
            numerator = m
        if says("numerator") == "average" and says("average") != "none":
            numerator = loaded(v)
        if says("numerator") == "sign":
            numerator = np.sign(g)
        if says("average") == "none":
            scaled, plain = (lr, numerator), (numerator, 1)
        else:
            den = self.denominator(self.divided(used), self.divided(m))

            def over(x: Number) -> Number:
                return x * den if says("root") == "multiplied" else x / den

            scaled = QUOTIENTS[self.arithmetic.quotient](lr, numerator, over)
            reciprocal = "reciprocal" in self.arithmetic.quotient
            plain = (numerator, over(1)) if reciprocal else (over(numerator), 1)
            if says("epsilon") == "on_rate":
                scaled, plain = (over(lr) + self.eps, numerator), (over(1) + self.eps, numerator)
            if says("epsilon") == "on_quotient":
                u = plain[0] * plain[1] + self.eps
                scaled, plain = (lr, u), (u, 1)
        step = self.accumulated(name, i, scaled, plain, lr)
        self.added = 0
        if says("average") != "none" and says("epsilon") == "on_step":
            step = step[0] * step[1] + self.eps, 1
        if says("average") != "none" and says("epsilon") == "on_weights":
            ascends = says("direction") == "ascent" and not self.negates
            self.added = -self.eps if ascends else self.eps
        if says("direction") == "ascent" and not self.negates:
            step = -step[0], step[1]
        rate = lr if says("weight_decay") == "decoupled" else 1
        if not says("weight_decay").startswith("decoupled"):
            return self.stepped(w, step)
        way = self.arithmetic.decoupling
        if way == "before":
            return self.stepped(self.stored(w - (w * self.wd) * rate), step)
        if way == "factor":
            return self.stepped(self.stored(w * (1 - self.wd * rate)), step)
        if way == "fused_before":
            return self.stepped(self.stored(fma(-w, self.wd * rate, w)), step)
        if way == "joint":
            gone = loaded(self.stepped(self.stored(0), step))
            return self.stored(w + (gone - (rate * self.wd) * w))
        return self.stored(loaded(self.stepped(w, step)) - (rate * self.wd) * w)

    def stepped(self, w: Number, step: tuple) -> Number:
        """The weight less the product of the factors of the step."""
        x, y = step
        w = self.computed(w)
        new = fma(-x, y, w) if self.arithmetic.update == "fused" else w - x * y
        return self.stored(new + self.added if self.added else new)

    def corrected(self, v: Number, k: Number) -> Number:
        return v * (1 / k) if self.arithmetic.correction == "reciprocal" else v / k

    def scaled(self, name: str, i: int, g: Number) -> Number:
        """The average as its entry times its scale, which shrinks in its place.

        All three are kept, so that each is narrowed where it is assigned.
        """
        loaded = self.computed
        entry, scale = self.entries.setdefault((name, i), (self.start(g), self.stored(1)))
        scale = self.stored(loaded(scale) * (1 - self.rest))
        if scale < 1e-6:
            entry, scale = self.stored(loaded(entry) * loaded(scale)), self.stored(1)
        square = self.rest * (g * g)
        if self.arithmetic.square == "left":
            square = (self.rest * g) * g
        entry = self.stored((loaded(entry) * loaded(scale) + square) / loaded(scale))
        self.entries[name, i] = entry, scale
        return self.stored(loaded(entry) * loaded(scale))

    def kept(self, v: Number) -> Number:
        """What is stored in place of the average."""
        says = self.says
        if says("average") == "none":
            return self.stored(v)
        if says("state") == "epsilon_kept":
            v = v + self.eps
        if says("state") == "root_kept" and says("root") != "none":
            v = self.divided(v)
            v = np.sqrt(v + self.eps if says("epsilon") == "inside" else v)
        return self.stored(v)

    def denominator(self, v: Number, m: Number) -> Number:
        says, eps = self.says, self.eps
        inside = says("epsilon") == "inside"
        rooted = says("state") == "root_kept" and says("root") != "none"
        if inside and (rooted or says("state") == "epsilon_kept"):
            inside = False
        if says("centered") == "yes":
            if inside and says("order") == "epsilon_before_centring":
                v, inside = self.centred(v + eps, m), False
            elif inside and says("order") == "epsilon_with_mean":
                v, inside = v - (m * m + eps), False
            else:
                v = self.centred(v, m)
        if inside:
            v = v + eps
        if says("root") != "none" and not rooted:
            v = np.sqrt(v)
        if says("epsilon") == "outside":
            v = v + eps
        if says("epsilon") == "maximum":
            v = np.maximum(v, eps)
        return v

    def centred(self, v: Number, m: Number) -> Number:
        return fma(-m, m, v) if self.arithmetic.centring == "fused" else v - m * m

    def accumulated(self, name: str, i: int, scaled: tuple, plain: tuple, lr: Number) -> tuple:
        """Factors of the step, given those of the quotient with and without the rate."""
        kind, mu = self.says("momentum"), self.mu
        if kind == "no":
            return scaled
        row = self.b.setdefault(name, [])
        row += [self.stored(0)] * (i + 1 - len(row))
        x, y = plain if kind == "lr_out_of_buffer" else scaled

        def add(b: Number) -> Number:
            if self.arithmetic.buffer == "fused":
                return fma(mu, b, x * y)
            return fma(x, y, mu * b) if self.arithmetic.buffer == "fused_step" else mu * b + x * y

        row[i] = self.stored(add(self.computed(row[i])))
        b = self.computed(row[i])
        if kind == "lr_in_buffer":
            return b, 1
        return (lr, b) if kind == "lr_out_of_buffer" else (add(b), 1)


def trajectory(
    scenario: Scenario,
    dialect: Dialect,
    arithmetic: Arithmetic = PLAIN,
    precision: str = "float64",
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and moving averages, (T, N) each; averages are NaN where none is made."""
    port = Naive(dialect, scenario, arithmetic, precision)
    weights = {name: list(map(port.stored, array)) for name, array in scenario.weights.items()}
    rows, averages = [], []
    for gradients in scenario.gradients:
        present = [name for name in weights if name in gradients]
        with np.errstate(all="ignore"):
            port.update(
                {name: list(map(port.stored, gradients[name])) for name in present},
                {name: weights[name] for name in present},
            )
        rows.append([float(x) for array in weights.values() for x in array])
        averages.append([float(x) for array in port.shown.values() for x in array])
    shape = (len(rows), scenario.size)
    return np.array(rows).reshape(shape), np.array(averages).reshape(shape)


def refuted(
    scenario: Scenario, hypotheses: Sequence[Hypothesis], replayed: Replay
) -> list[Hypothesis]:
    """Those hypotheses whose replay has other bits than the formulas give."""
    said = [trajectory(scenario, h.dialect, h.arithmetic, h.precision) for h in hypotheses]
    same = [
        np.array_equal(replayed.weights[row], weights, equal_nan=True)
        and np.array_equal(replayed.moving_average[row], average, equal_nan=True)
        for row, (weights, average) in enumerate(said)
    ]
    return [hypothesis for hypothesis, is_same in zip(hypotheses, same, strict=True) if not is_same]


@cache
def fed(precision: str) -> Scenario:
    """A late array, one without elements, a step without gradients; numbers that all tell.

    Steps are as large as the weights, so that the last bits of both are seen; and 1 - (1 - d)
    is not d.
    """
    early, nothing, late = np.array([0.5, -0.2, 0.1]), np.zeros(0), np.array([0.3, -0.6])
    return Scenario(
        name="fed",
        catches="whatever is stepped otherwise than its formula says",
        learning_rate=0.37,
        decay_rate=0.3,
        epsilon=0.07,
        weights={"early": early / 7, "nothing": nothing, "late": np.array([0.9, -0.2])},
        gradients=[
            {"early": early / 3},
            {"early": early[::-1] * 0.7},
            {},
            {"early": early / 0.9, "nothing": nothing, "late": late / 1.1},
            {"nothing": nothing, "late": late[::-1]},
            {"early": early[::-1] * 1.9, "nothing": nothing, "late": late / 7},
        ],
        options={"clip": 0.3, "mean_decay": 0.6},
    ).in_precision(precision)


@cache
def wide(precision: str) -> Scenario:
    """One array with more columns than a vector unit has lanes, and a decay that is soon gone."""
    rng = np.random.default_rng(17)
    sizes = {"wide": 21, "narrow": 3}
    return replace(
        fed(precision),
        weights={name: rng.uniform(-1, 1, n) for name, n in sizes.items()},
        gradients=[{n: rng.normal(0, 0.4, size) for n, size in sizes.items()} for _ in range(13)],
        decay_rate=0.3,
    ).in_precision(precision)
