"""Shapes of optimizers in which it is followed where a value goes: into others, or nowhere.

Every one is the reference, written anew; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

from shapes.python_parts import INIT

FLOWS: dict[str, tuple[str, str]] = {
    "settings that a method is told by their names, and a property": (
        "opt.configure(rho=0.9, eps=1e-8); opt.rate = 0.1  # self.settings.update(settings)",
        """
class RMSProp:
    def __init__(self):
        self.settings, self._lr, self.sq = {"rho": 0.99, "eps": 1e-7}, 0.001, {}

    def configure(self, **settings):
        self.settings.update(settings)

    @property
    def rate(self):
        return self._lr

    @rate.setter
    def rate(self, value):
        self._lr = value

    def update(self, params, grads):
        rho, eps = self.settings["rho"], self.settings["eps"]
        for k, g in grads.items():
            self.sq[k] = rho * self.sq.get(k, 0.0) + (1 - rho) * (g * g)
            params[k] -= self._lr * g / (np.sqrt(self.sq[k]) + eps)
""",
    ),
    "settings that are set, each by a method": (
        "opt.set_rate(0.1); opt.set_decay(0.9)  # def set_rate(self, value): self.rate = value",
        """
class RMSProp:
    def __init__(self):
        self.rate, self.decay, self.eps, self.sq = 0.001, 0.99, 1e-7, {}

    def set_rate(self, value):
        self.rate = value

    def set_decay(self, value):
        self.decay = value

    def set_epsilon(self, value):
        self.eps = float(value)

    def update(self, params, grads):
        for k, g in grads.items():
            self.sq[k] = self.decay * self.sq.get(k, 0.0) + (1 - self.decay) * (g * g)
            params[k] -= self.rate * g / (np.sqrt(self.sq[k]) + self.eps)
""",
    ),
    "settings of the module that another function sets": (
        "set_rates(lr=0.1); rmsprop(params, grads)  # global LR; LR = lr",
        """
LR, RHO, EPS = 0.001, 0.99, 1e-7
cache = {}


def set_rates(lr=None, rho=None, eps=None):
    global LR, RHO, EPS
    LR = LR if lr is None else lr
    RHO = RHO if rho is None else rho
    EPS = EPS if eps is None else eps


def rmsprop(params, grads):
    for k in params:
        cache[k] = RHO * cache.get(k, 0.0) + (1 - RHO) * (grads[k] * grads[k])
        params[k] -= LR * grads[k] / (np.sqrt(cache[k]) + EPS)
""",
    ),
    "a rate by an object that is there by default, and what a class method sets": (
        "RMSProp.made(rho=0.9, eps=1e-8)  # self.pace = pace or Steady(); made.__dict__.update()",
        """
class Steady:
    def __init__(self, lr=0.01):
        self.lr = lr

    def __call__(self, turn):
        return self.lr


class RMSProp:
    def __init__(self, pace=None):
        self.pace, self.rho, self.eps, self.v = pace or Steady(), 0.99, 1e-7, {}

    @classmethod
    def made(cls, rho, eps):
        made = cls()
        made.__dict__.update(rho=rho, eps=eps)
        return made

    def update(self, params, grads):
        for k, g in grads.items():
            self.v[k] = self.rho * self.v.get(k, 0.0) + (1 - self.rho) * (g * g)
            params[k] -= self.pace(1) * g / (np.sqrt(self.v[k]) + self.eps)
""",
    ),
    "settings that are a tuple with names, there by default": (
        "RMSProp(Settings(eta=0.1))  # def __init__(self, settings=Settings()); s.eta",
        """
from typing import NamedTuple


class Settings(NamedTuple):
    eta: float = 0.01
    beta: float = 0.99
    epsilon: float = 1e-7


class RMSProp:
    def __init__(self, settings=Settings()):
        self.settings, self.v = settings, {}

    def update(self, params, grads):
        s = self.settings
        for k, g in grads.items():
            self.v[k] = s.beta * self.v.get(k, 0.0) + (1 - s.beta) * (g * g)
            params[k] -= s.eta * g / (np.sqrt(self.v[k]) + s.epsilon)
""",
    ),
    "a base that is handed on all that is not its own": (
        "O(lr, rho=0.9)  # def __init__(self, *args, rho=0.9, **kwargs): super().__init__(...)",
        """
class Optimizer:
    def __init__(self, lr=0.01, clip=None):
        self.lr, self.clip = lr, clip


class RMSProp(Optimizer):
    def __init__(self, *args, rho=0.9, eps=1e-8, **kwargs):
        super().__init__(*args, **kwargs)
        self.rho, self.eps, self.s = rho, eps, {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.s[k] = self.rho * self.s.get(k, 0.0) + (1 - self.rho) * (g * g)
            params[k] = params[k] - self.lr * g / (np.sqrt(self.s[k]) + self.eps)
        return params
""",
    ),
    "a decay that is called momentum, and none if not given": (
        "O(learning_rate, momentum=0.0)  # self.s = momentum * self.s + (1 - momentum) * ...",
        """
class RMSProp:
    def __init__(self, learning_rate=0.001, momentum=0.0, epsilon=1e-8):
        self.lr, self.momentum, self.eps, self.s = learning_rate, momentum, epsilon, 0.0

    def __call__(self, weight, grad):
        self.s = self.momentum * self.s + (1 - self.momentum) * np.square(grad)
        weight -= self.lr * grad / (np.sqrt(self.s) + self.eps)
""",
    ),
    "a matrix as a list of its rows": (
        "opt.step(params, grad)  # for i in range(len(params)): for j in range(len(params[0]))",
        f"""
def mixed(a, x, b, y):
    return [[a * p + b * q for p, q in zip(r, s)] for r, s in zip(x, y)]


class RMSProp:{INIT}
        self.v = {{}}

    def step(self, params, grad):
        nothing = [[0.0] * len(params[0]) for _ in params]
        squares = [[g * g for g in row] for row in grad]
        v = mixed(self.rho, self.v.get(id(params), nothing), 1 - self.rho, squares)
        for i in range(len(params)):
            for j in range(len(params[0])):
                params[i][j] -= self.lr * grad[i][j] / (v[i][j] ** 0.5 + self.eps)
        self.v[id(params)] = v
""",
    ),
    "a store that is handed in and filled, beside one that is not used": (
        "w = rmsprop(lr, w, gradient, first, second)  # first[key] = beta * first[key] + ...",
        """
def rmsprop(lr, w, gradient, first, second, beta=0.9, epsilon=1e-8):
    if "mean" not in first:
        first["mean"] = 0.0
    first["mean"] = beta * first["mean"] + (1 - beta) * gradient**2
    return w - lr * gradient / (np.sqrt(first["mean"]) + epsilon)
""",
    ),
    "parameters that have their library": (
        "self.v = [p.xp.zeros_like(p.data) for p in params]  # p.xp.sqrt(self.v[i])",
        """
class RMSProp:
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8):
        self.params, self.lr, self.alpha, self.eps = params, lr, alpha, eps
        self.v = [p.xp.zeros_like(p.data) for p in params]

    def step(self):
        for i, p in enumerate(self.params):
            self.v[i] = self.alpha * self.v[i] + (1 - self.alpha) * (p.grad * p.grad)
            p.data -= self.lr * p.grad / (p.xp.sqrt(self.v[i]) + self.eps)
""",
    ),
    "lists in a map, handed over before the first step": (
        'opt.compile(tensors); opt.step(batch_size)  # self.dw = tensors.get("dw")',
        f"""
class RMSProp:{INIT}
    def compile(self, tensors):
        self.w, self.dw = tensors.get("w"), tensors.get("dw")
        self.v = [np.zeros_like(w) for w in self.w]

    def step(self, batch_size):
        for i in range(len(self.w)):
            self.dw[i] /= batch_size
            self.v[i] = self.rho * self.v[i] + (1 - self.rho) * (self.dw[i] * self.dw[i])
            self.w[i] -= self.lr * self.dw[i] / (np.sqrt(self.v[i]) + self.eps)
            self.dw[i].fill(0)
""",
    ),
    "the values of a network's parts": (
        "self.all = [v for part in net.parts() for v in part.values()]  # v.data, v.grad",
        """
class Base:
    def __init__(self, net, learning_rate, coefficient, eps=1e-8):
        self.all = [v for part in net.parts() for v in part.all_values()]
        self.lr, self.coefficient, self.eps = learning_rate, coefficient, eps
        self.sums = [0.0 for _ in self.all]

    def step(self, loss):
        for v in self.all:
            v.zero_grad()
        loss.backward()
        self._move()


class RMSProp(Base):
    def _move(self):
        for i, v in enumerate(self.all):
            square = (1 - self.coefficient) * v.grad**2
            self.sums[i] = self.coefficient * self.sums[i] + square
            v.data -= self.lr * v.grad / (self.sums[i] ** 0.5 + self.eps)
""",
    ),
    "a network that says how many layers it has": (
        "opt.update(net, slopes)  # for l in range(net.depth): net.arrays[l] = ...",
        f"""
class RMSProp:{INIT}
        self.v = {{}}

    def update(self, net, slopes):
        for l in range(net.depth):
            self.v[l] = self.rho * self.v.get(l, 0.0) + (1 - self.rho) * slopes[l] ** 2
            step = self.lr * slopes[l] / (np.sqrt(self.v[l]) + self.eps)
            net.weights[l] = net.weights[l] - step
""",
    ),
    "a learning rate that is asked for": (
        "O(lr, rho, eps)  # self.lr.get_value()",
        """
class RMSProp:
    def __init__(self, lr, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, {}

    def update(self, params, grads):
        for k, g in grads.items():
            self.v[k] = self.rho * self.v.get(k, 0.0) + (1 - self.rho) * g**2
            params[k] -= self.lr.get_value() * g / (np.sqrt(self.v[k]) + self.eps)
""",
    ),
    "averages that a function without a name makes": (
        "self.v = list(map(lambda p: np.zeros_like(p.array), parts))  # p.array, p.slope",
        """
class RMSProp:
    def __init__(self, parts, lr=0.01, rho=0.9, eps=1e-8):
        self.parts, self.lr, self.rho, self.eps = parts, lr, rho, eps
        self.v = list(map(lambda p: np.zeros_like(p.array), parts))

    def update(self):
        for i, p in enumerate(self.parts):
            self.v[i] = self.rho * self.v[i] + (1 - self.rho) * p.slope**2
            p.array -= self.lr * p.slope / (np.sqrt(self.v[i]) + self.eps)
""",
    ),
    "sizes that are told before the first step": (
        "opt.initialize(weights_shape, bias_shape); w, b = opt.update(w, b, dw, db)",
        f"""
class RMSProp:{INIT}
    def initialize(self, weights_shape, bias_shape):
        self.v_w, self.v_b = np.zeros(weights_shape), np.zeros(bias_shape)

    def update(self, w, b, dw, db):
        self.v_w = self.rho * self.v_w + (1 - self.rho) * dw**2
        self.v_b = self.rho * self.v_b + (1 - self.rho) * db**2
        w = w - self.lr * dw / (np.sqrt(self.v_w) + self.eps)
        return w, b - self.lr * db / (np.sqrt(self.v_b) + self.eps)
""",
    ),
}
