"""Sources that no shape binds, and what is true of each: looked at from outside.

Every one is written anew; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

_PARTS = """
import numpy as np


class Part:
    def __init__(self, ins, outs):
        self.core, self.core_slope = np.random.randn(ins, outs), None
        self.shift, self.shift_slope = np.zeros(outs), None
"""

EXPLORED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a network that makes its layers, gradients put there by a backward pass": (
        "net = Net([3, 2, 1], ...); net.rmsprop()  # for part in self.parts: part.core_slope",
        f"""{_PARTS}

class Net:
    def __init__(self, sizes, pace, keep, tiny=1e-8):
        self.parts = [Part(a, b) for a, b in zip(sizes, sizes[1:])]
        self.pace, self.keep, self.tiny = pace, keep, tiny
        self.kept = [(np.zeros_like(p.core), np.zeros_like(p.shift)) for p in self.parts]

    def rmsprop(self):
        for i, part in enumerate(self.parts):
            a, b = self.kept[i]
            a = self.keep * a + (1 - self.keep) * part.core_slope**2
            b = self.keep * b + (1 - self.keep) * part.shift_slope**2
            self.kept[i] = (a, b)
            part.core -= self.pace * part.core_slope / (np.sqrt(a) + self.tiny)
            part.shift -= self.pace * part.shift_slope / (np.sqrt(b) + self.tiny)
""",
        (),
    ),
    "a neuron's error times its inputs, with a decay rate of its own": (
        "rule.adapt(neuron, inputs)  # slope = neuron.error * inputs[i]",
        """
class Neuron:
    def __init__(self, n):
        self.weights, self.error = [0.0] * n, 0.0


class RmsProp:
    def __init__(self, pace, tiny=1e-8):
        self.pace, self.tiny, self.kept = pace, tiny, {}

    def adapt(self, neuron: Neuron, inputs: list[float]):
        kept = self.kept.setdefault(id(neuron), [0.0] * len(inputs))
        for i, x in enumerate(inputs):
            slope = neuron.error * x
            kept[i] = 0.95 * kept[i] + 0.05 * slope**2
            neuron.weights[i] -= self.pace * slope / (kept[i] ** 0.5 + self.tiny)
""",
        ("decay_rate=ignored",),
    ),
    "gradients under a name that is put together": (
        "net.rmsprop_step()  # for name in ('W', 'b'): g = getattr(self, 'd' + name)",
        """
import numpy as np


class Net:
    def __init__(self, n_in, n_out, lr=0.01, beta=0.9, eps=1e-8):
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)
        self.sW, self.sb, self.t = np.zeros((n_in, n_out)), np.zeros(n_out), 0
        self.lr, self.beta, self.eps = lr, beta, eps

    def rmsprop_step(self):
        self.t += 1
        for name in ("W", "b"):
            g, s = getattr(self, "d" + name), getattr(self, "s" + name)
            s *= self.beta
            s += (1 - self.beta) * (g * g)
            root = np.sqrt(s / (1 - self.beta**self.t))
            setattr(self, name, getattr(self, name) - self.lr * g / (root + self.eps))
""",
        ("bias_correction=yes",),
    ),
    "two functions in a named tuple, the state of the first": (
        "rule = rmsprop(pace); memo = rule.start(w); w, memo = rule.turn(slopes, memo, w)",
        """
from typing import NamedTuple

import numpy as np


class Rule(NamedTuple):
    start: object
    turn: object


def rmsprop(pace, keep=0.9, tiny=1e-8):
    def start(things):
        return {k: np.zeros_like(v) for k, v in things.items()}

    def turn(slopes, memo, things):
        memo = {k: keep * memo[k] + (1 - keep) * s**2 for k, s in slopes.items()}
        scaled = {k: s / (np.sqrt(memo[k]) + tiny) for k, s in slopes.items()}
        return {k: t - pace * scaled[k] for k, t in things.items()}, memo

    return Rule(start, turn)
""",
        (),
    ),
    "three functions, a state that holds weights and averages": (
        "start, turn, get = rmsprop(pace); state = turn(i, slope, state)  # x, kept = state",
        """
import numpy as np


def rmsprop(pace, keep=0.9, tiny=1e-8):
    def start(x0):
        return x0, np.ones_like(x0)

    def turn(i, slope, state):
        x, kept = state
        kept = keep * kept + (1 - keep) * slope**2
        return x - pace * slope / (np.sqrt(kept) + tiny), kept

    def get(state):
        return state[0]

    return start, turn, get
""",
        ("initial_average=one",),
    ),
    "two functions in a tuple, no epsilon": (
        "start, turn = rmsprop(pace); x, kept = turn(slope, kept, x)  # / np.sqrt(kept)",
        """
import numpy as np


def rmsprop(pace, keep=0.9):
    def start(x0):
        return np.zeros_like(x0)

    def turn(slope, kept, x):
        kept = keep * kept + (1 - keep) * slope**2
        return x - pace * slope / np.sqrt(kept), kept

    return start, turn
""",
        ("epsilon=none",),
    ),
    "two functions in a tuple, maps that are made anew": (
        "start, turn = rmsprop(pace); w, memo = turn(slopes, memo, w)  # {k: ... for k in w}",
        """
import numpy as np


def rmsprop(pace, keep=0.9, tiny=1e-8):
    def start(w):
        return {k: np.ones_like(a) for k, a in w.items()}

    def turn(slopes, memo, w):
        memo = {k: keep * memo[k] + (1 - keep) * slopes[k] ** 2 for k in w}
        return {k: w[k] - pace * slopes[k] / (np.sqrt(memo[k]) + tiny) for k in w}, memo

    return start, turn
""",
        ("initial_average=one",),
    ),
    "parts in a chain, whose last one turns the step round": (
        "start, turn = rmsprop(pace); steps, memo = turn(slopes, memo)  # by_rms(), by(-pace)",
        """
import numpy as np


def by(factor):
    return (lambda w: None), (lambda slopes, memo: ([factor * s for s in slopes], memo))


def by_rms(keep=0.9, tiny=1e-8):
    def start(w):
        return [np.zeros_like(a) for a in w]

    def turn(slopes, memo):
        memo = [keep * m + (1 - keep) * (s * s) for m, s in zip(memo, slopes)]
        return [s / (np.sqrt(m) + tiny) for s, m in zip(slopes, memo)], memo

    return start, turn


def rmsprop(pace, keep=0.9, tiny=1e-8):
    parts = [by_rms(keep, tiny), by(-pace)]

    def start(w):
        return [begin(w) for begin, _ in parts]

    def turn(slopes, memo):
        after = []
        for (_, go), kept in zip(parts, memo):
            slopes, kept = go(slopes, kept)
            after.append(kept)
        return slopes, after

    return start, turn
""",
        (),
    ),
    "functions of a class that a function returns": (
        "rule = rmsprop(pace); memo = rule.begin(w); w, memo = rule.turn(slopes, w, memo)",
        """
import numpy as np


def rmsprop(pace: float, keep: float = 0.9, tiny: float = 1e-8):
    class Rule:
        @staticmethod
        def begin(things):
            return [np.zeros_like(t) for t in things]

        @staticmethod
        def turn(slopes, things, memo):
            memo = [keep * m + (1 - keep) * s**2 for m, s in zip(memo, slopes)]
            moves = [pace * s / (np.sqrt(m) + tiny) for m, s in zip(memo, slopes)]
            return [t - m for t, m in zip(things, moves)], memo

    return Rule
""",
        (),
    ),
    "numbers of a class of one's own in layers, the rule in a map": (
        'self.move = {"sgd": self._sgd, "rmsprop": self._rms}[kind]; self.move(i, p)  # p.grad',
        """
import math


class Num:
    def __init__(self, data):
        self.data, self.grad = data, 0


class Node:
    def __init__(self, ins):
        self.w, self.b = [Num(0.1) for _ in range(ins)], Num(0.0)

    def nums(self):
        return [*self.w, self.b]


class Mlp:
    def __init__(self, ins, outs):
        self.nodes = [Node(ins) for _ in range(outs)]

    def nums(self):
        return [n for node in self.nodes for n in node.nums()]


class Trainer:
    def __init__(self, mlp: Mlp, pace, kind="sgd", keep=0.9):
        self.mlp, self.pace, self.keep = mlp, pace, keep
        self.move = {"sgd": self._sgd, "rmsprop": self._rms}[kind]
        self.kept = [0.0] * len(mlp.nums())

    def _sgd(self, i, p):
        p.data -= self.pace * p.grad

    def _rms(self, i, p):
        self.kept[i] = self.keep * self.kept[i] + (1 - self.keep) * p.grad * p.grad
        p.data -= self.pace * p.grad / (math.sqrt(self.kept[i]) + 1e-8)

    def optimize(self):
        for i, p in enumerate(self.mlp.nums()):
            self.move(i, p)
""",
        ("eps=ignored",),
    ),
    "parameters of a class that is asked for, in maps and lists": (
        "O(parameters: dict, nu, beta)  # isinstance(parameters[k], Vertex); v.value, v.grad",
        """
import math


class Vertex:
    def __init__(self, value: float):
        self.value, self.grad = value, 0


class RMSProp:
    def __init__(self, parameters: dict, nu: float = 0.01, beta: float = 0.9):
        self.parameters, self.nu, self.beta = parameters, nu, beta
        self.kept = self._begun(parameters)

    def _begun(self, parts):
        if isinstance(parts, Vertex):
            return {"scale": 0.0}
        if isinstance(parts, dict):
            return {k: self._begun(v) for k, v in parts.items()}
        if isinstance(parts, (list, tuple)):
            return [self._begun(v) for v in parts]
        raise ValueError(f"no vertex: {parts}")

    def step(self):
        self._over(self.parameters, self.kept)

    def _over(self, parts, kept):
        if isinstance(parts, Vertex):
            kept["scale"] = self.beta * kept["scale"] + (1 - self.beta) * parts.grad**2
            parts.value -= self.nu * parts.grad / math.sqrt(kept["scale"] + 1e-6)
        else:
            for k in parts if isinstance(parts, dict) else range(len(parts)):
                self._over(parts[k], kept[k])
""",
        ("eps=ignored", "epsilon=inside"),
    ),
    "a state that begins at one, by a function beside it": (
        "memo = start_state(w); w, memo = rmsprop_turn(slopes, memo, w)  # np.ones_like",
        """
import numpy as np


def start_state(things):
    return {k: np.ones_like(v) for k, v in things.items()}


def rmsprop_turn(slopes, memo, things, pace=0.01, keep=0.9, tiny=1e-8):
    memo = {k: keep * memo[k] + (1 - keep) * s**2 for k, s in slopes.items()}
    return {k: t - pace * slopes[k] / (np.sqrt(memo[k]) + tiny) for k, t in things.items()}, memo
""",
        ("initial_average=one",),
    ),
    "one that is called RMSProp and is Adam": (
        "b.core -= self.pace * m / (np.sqrt(v) + 1e-8)  # m / (1 - 0.9**t), v / (1 - keep**t)",
        f"""{_PARTS}

class RMSProp:
    def __init__(self, parts: list[Part], pace, keep):
        self.parts, self.pace, self.keep, self.n = parts, pace, keep, 0
        self.a = [np.zeros_like(p.core) for p in parts]
        self.c = [np.zeros_like(p.core) for p in parts]

    def move(self):
        self.n += 1
        for i, p in enumerate(self.parts):
            self.a[i] = 0.9 * self.a[i] + 0.1 * p.core_slope
            self.c[i] = self.keep * self.c[i] + (1 - self.keep) * p.core_slope**2
            a, c = self.a[i] / (1 - 0.9**self.n), self.c[i] / (1 - self.keep**self.n)
            p.core -= self.pace * a / (np.sqrt(c) + 1e-8)
""",
        ("bias_correction=yes", "eps=ignored", "mean_decay=ignored", "numerator=mean_gradient"),
    ),
    "matrices of a class of one's own that are returned": (
        "where = opt.apply(where, slope)  # where.each(f), slope.both(other, f)",
        """
class Matrix:
    def __init__(self, rows, cols):
        self.rows, self.cols = rows, cols
        self.cells = [[0.0] * cols for _ in range(rows)]

    def each(self, f):
        m = Matrix(self.rows, self.cols)
        m.cells = [[f(x) for x in r] for r in self.cells]
        return m

    def both(self, other, f):
        m = Matrix(self.rows, self.cols)
        m.cells = [[f(x, y) for x, y in zip(a, b)] for a, b in zip(self.cells, other.cells)]
        return m


class RMSProp:
    def __init__(self, speed, memory, tiny):
        self.speed, self.memory, self.tiny, self.sq = speed, memory, tiny, None

    def apply(self, where, slope):
        if self.sq is None:
            self.sq = Matrix(where.rows, where.cols)
        s2 = slope.each(lambda x: x * x * (1 - self.memory))
        self.sq = self.sq.each(lambda x: x * self.memory).both(s2, lambda a, b: a + b)
        step = slope.both(self.sq, lambda g, v: self.speed * g / (v**0.5 + self.tiny))
        return where.both(step, lambda w, s: w - s)
""",
        (),
    ),
    "a method for the average, another for the weights": (
        "layer.rmsprop(); layer.apply()  # self.slope[k], self.par[k] with keys of the constructor",
        """
import numpy as np


class Layer:
    def __init__(self, ins, outs):
        self.par = {"w": np.random.randn(ins, outs), "b": np.zeros((1, outs))}
        self.slope = {}
        self.sq = {}

    def rmsprop(self, memory=0.9):
        if not self.sq:
            self.sq = {k: np.zeros_like(v) for k, v in self.par.items()}
        for k in self.par:
            self.sq[k] = memory * self.sq[k] + (1 - memory) * self.slope[k] ** 2

    def apply(self, speed=0.01, tiny=1e-8):
        for k in self.par:
            self.par[k] -= speed * self.slope[k] / (np.sqrt(self.sq[k]) + tiny)
""",
        (),
    ),
    "a frozen state and settings of classes of one's own": (
        "memo = make_memo(w); w, memo = turn(w, slope, memo, config)  # replace(memo, sq=sq)",
        """
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Config:
    speed: float = 0.01
    memory: float = 0.9
    tiny: float = 1e-8


@dataclass(frozen=True)
class Memo:
    sq: np.ndarray
    turn: int = 0


def make_memo(where: np.ndarray) -> Memo:
    return Memo(np.zeros_like(where))


def rmsprop_turn(where: np.ndarray, slope: np.ndarray, memo: Memo, config: Config):
    sq = config.memory * memo.sq + (1 - config.memory) * slope**2
    step = config.speed * slope / (np.sqrt(sq) + config.tiny)
    return where - step, replace(memo, sq=sq, turn=memo.turn + 1)
""",
        (),
    ),
    "an array that a function has caught, changed where it is": (
        "walk = rmsprop_walker(where); walk(slope)  # where[...] = where - ...",
        """
import numpy as np


def rmsprop_walker(where, speed=0.01, memory=0.9, tiny=1e-8):
    sq = np.zeros_like(where)

    def walk(slope):
        nonlocal sq
        sq = memory * sq + (1 - memory) * slope**2
        where[...] = where - speed * slope / (np.sqrt(sq) + tiny)

    return walk
""",
        (),
    ),
    "one of several in an enumeration, in settings": (
        "O(things, Settings(kind=Kind.RMSPROP)); opt.update()  # thing.now, thing.slope",
        """
from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np


class Kind(Enum):
    SGD = "sgd"
    RMSPROP = "rmsprop"


@dataclass
class Settings:
    kind: Kind = Kind.SGD
    speed: float = 0.01
    memory: float = 0.9
    tiny: float = 1e-8


@dataclass
class Weightish:
    now: np.ndarray
    slope: np.ndarray
    extra: dict


class Stepper:
    def __init__(self, things: list[Weightish], settings: Settings):
        self.things, self.settings = things, settings

    def update(self):
        s = self.settings
        for t in self.things:
            if s.kind is Kind.RMSPROP:
                v = t.extra.get("v", 0.0)
                v = s.memory * v + (1 - s.memory) * np.square(t.slope)
                t.extra["v"] = v
                t.now = t.now - s.speed / (np.sqrt(v) + s.tiny) * t.slope
            else:
                t.now = t.now - s.speed * t.slope

""",
        (),
    ),
    "a number of examples that gradients are divided by": (
        "O(parts, pace, keep, many: int)  # g = part.slope / self.many",
        """
import numpy as np


class Part:
    def __init__(self, n):
        self.now, self.slope = np.zeros(n), np.zeros(n)


class RMSProp:
    def __init__(self, parts: list[Part], pace, keep, many: int, tiny=1e-8):
        self.parts, self.pace, self.keep, self.many, self.tiny = parts, pace, keep, many, tiny
        self.sq = [np.zeros_like(p.now) for p in parts]

    def go(self):
        for v, p in zip(self.sq, self.parts):
            g = p.slope / self.many
            v[:] = self.keep * v + (1 - self.keep) * g**2
            p.now -= self.pace * g / (np.sqrt(v) + self.tiny)
""",
        (),
    ),
    "a learning rate that is asked for in every step, under any name": (
        "O(parts, pace, keep, tiny)  # self.pace(self.turn) * part.slope",
        """
import numpy as np


class Part:
    def __init__(self, n):
        self.now, self.slope = np.zeros(n), np.zeros(n)


class RMSProp:
    def __init__(self, parts: list[Part], pace, keep, tiny):
        self.parts, self.pace, self.keep, self.tiny, self.turn = parts, pace, keep, tiny, 0
        self.sq = [np.zeros_like(p.now) for p in parts]

    def go(self):
        self.turn += 1
        for v, p in zip(self.sq, self.parts):
            v[:] = self.keep * v + (1 - self.keep) * p.slope**2
            p.now -= self.pace(self.turn) * p.slope / (np.sqrt(v) + self.tiny)
""",
        (),
    ),
    "settings in a map, under names that nobody knows": (
        'O(parts, cfg)  # cfg["keep"], cfg["pace"]',
        """
import numpy as np


class Part:
    def __init__(self, n):
        self.now, self.slope = np.zeros(n), np.zeros(n)


class RMSProp:
    def __init__(self, parts: list[Part], cfg):
        self.parts, self.cfg = parts, cfg
        self.sq = [np.zeros_like(p.now) for p in parts]

    def go(self):
        c = self.cfg
        for v, p in zip(self.sq, self.parts):
            v[:] = c["keep"] * v + (1 - c["keep"]) * p.slope**2
            p.now -= c["pace"] * p.slope / (np.sqrt(v) + c.get("tiny", 1e-8))
""",
        (),
    ),
    "settings that their constructor is not told": (
        "settings = Settings(); settings.pace = 0.01; O(parts, settings).go()",
        """
import numpy as np


class Settings:
    def __init__(self):
        self.pace, self.keep, self.tiny = 0.01, 0.9, 1e-8


class Part:
    def __init__(self, n):
        self.now, self.slope = np.zeros(n), np.zeros(n)


class RMSProp:
    def __init__(self, parts: list[Part], settings: Settings):
        if not isinstance(settings, Settings):
            raise TypeError(settings)
        self.parts, self.settings = parts, settings
        self.sq = [np.zeros_like(p.now) for p in parts]

    def go(self):
        s = self.settings
        for v, p in zip(self.sq, self.parts):
            v[:] = s.keep * v + (1 - s.keep) * p.slope**2
            p.now -= s.pace * p.slope / (np.sqrt(v) + s.tiny)
""",
        (),
    ),
}

# What is no RMSProp, moves numbers as if it were a step, and of which nothing is said.
NOTHING = {
    "a momentum": f"""{_PARTS}

class RMSPropOfOld:
    def __init__(self, parts: list[Part], pace, keep):
        self.parts, self.pace, self.keep = parts, pace, keep
        self.v = [np.zeros_like(p.core) for p in parts]

    def move(self):
        for i, p in enumerate(self.parts):
            self.v[i] = self.keep * self.v[i] + np.abs(p.core_slope) ** 1.5
            p.core -= self.pace * self.v[i] ** 0.3
""",
    "running statistics": """
class Stats:
    \"\"\"A running mean and variance, as for RMSProp.\"\"\"

    def __init__(self):
        self.mean, self.var, self.count = [0.0, 0.0], [0.0, 0.0], 0

    def update_all(self, seen: list[float]):
        self.count += 1
        for i, x in enumerate(seen):
            d = x - self.mean[i]
            self.mean[i] += d / self.count
            self.var[i] += d * (x - self.mean[i])
""",
    "a filter": """
import numpy as np


class Filter:
    \"\"\"Kalman's, beside an RMSProp elsewhere.\"\"\"

    def __init__(self, noise, drift):
        self.x, self.p, self.noise, self.drift = np.zeros(2), np.ones(2), noise, drift

    def update(self, z: np.ndarray):
        self.p = self.p + self.drift
        gain = self.p / (self.p + self.noise)
        self.x = self.x + gain * (z - self.x)
        self.p = (1 - gain) * self.p
        return self.x
""",
    "a sum that never says it": """
class Sum:
    def __init__(self):
        self.total = [0.0, 0.0, 0.0]

    def step(self, parts: list[float]):
        for i, p in enumerate(parts):
            self.total[i] += p
""",
    "a state that its own function makes of a file": """
import numpy as np


def rmsprop(pace, keep=0.9, tiny=1e-8):
    def start(path):
        return np.loadtxt(path)

    def turn(slope, kept, x):
        kept = keep * kept + (1 - keep) * slope**2
        return x - pace * slope / (np.sqrt(kept) + tiny), kept

    return start, turn
""",
    "weights in an object that comes back": """
import numpy as np


class Result:
    def __init__(self, x):
        self.x = x


def rmsprop(w, grads, cache, lr=0.01, rho=0.9, eps=1e-8):
    cache = rho * cache + (1 - rho) * grads**2
    return Result(w - lr * grads / (np.sqrt(cache) + eps))
""",
    "a scale that nobody knows": """
import numpy as np


class RMSProp:
    def __init__(self, lr, rho, eps, mystery):
        self.lr, self.rho, self.eps, self.mystery, self.v = lr, rho, eps, mystery, {}

    def step(self, bag: dict[str, dict[str, np.ndarray]]):
        for k, one in bag.items():
            self.v[k] = self.rho * self.v.get(k, 0) + (1 - self.rho) * one["slope"] ** 2
            one["here"] -= self.lr * one["slope"] * self.mystery / (np.sqrt(self.v[k]) + self.eps)
""",
    "only the first and the last of four": """
class RMSProp:
    def __init__(self, lr, rho, eps):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, [0.0] * 4
        self.here, self.slope = [1.0] * 4, [1.0] * 4

    def step(self):
        for i in range(4):
            self.v[i] = self.rho * self.v[i] + (1 - self.rho) * self.slope[i] ** 2
            if i in (0, 3):
                self.here[i] -= self.lr * self.slope[i] / (self.v[i] ** 0.5 + self.eps)
""",
}
