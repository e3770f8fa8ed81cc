"""Sources that no shape binds, and what is true of each: looked at from outside.

Every one is written anew; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

from shapes.python_closures import CLOSURES

PARTS = """
import numpy as np


class Part:
    def __init__(self, ins, outs):
        self.core, self.core_slope = np.random.randn(ins, outs), None
        self.shift, self.shift_slope = np.zeros(outs), None
"""

EXPLORED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a network that makes its layers, gradients put there by a backward pass": (
        "net = Net([3, 2, 1], ...); net.rmsprop()  # for part in self.parts: part.core_slope",
        f"""{PARTS}

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
    "one that is called RMSProp and is Adam": (
        "b.core -= self.pace * m / (np.sqrt(v) + 1e-8)  # m / (1 - 0.9**t), v / (1 - keep**t)",
        f"""{PARTS}

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
    **CLOSURES,
}
