"""What moves what in these, and is no RMSProp, or not enough of one: nothing is said of them."""

from __future__ import annotations

from shapes.python_explored import PARTS

# What is no RMSProp, moves numbers as if it were a step, and of which nothing is said.
NOTHING = {
    "a momentum": f"""{PARTS}

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
    "weights that shrink, beside biases that do not": """
class RMSProp:
    def __init__(self, pace, keep, guard, shrink=0.1):
        self.pace, self.keep, self.guard, self.shrink, self.vw, self.vb = (
            pace, keep, guard, shrink, {}, {}
        )

    def update(self, cores, shifts, core_gradients, shift_gradients):
        for i in range(len(cores)):
            g, h = core_gradients[i], shift_gradients[i]
            self.vw[i] = self.keep * self.vw.get(i, 0.0) + (1 - self.keep) * g**2
            self.vb[i] = self.keep * self.vb.get(i, 0.0) + (1 - self.keep) * h**2
            shrunk = self.pace * self.shrink * cores[i]
            cores[i] -= self.pace * g / (self.vw[i] + self.guard) ** 0.5 + shrunk
            shifts[i] -= self.pace * h / (self.vb[i] + self.guard) ** 0.5
""",
}
