"""Shapes in which settings come by keywords, records, attributes, a command line or a state.

Every one is the reference, written anew; docs/shapes.md lists the same lines.
"""

from __future__ import annotations

SETTINGS: dict[str, tuple[str, str]] = {
    "keywords that become attributes": (
        "O(params, **kwargs)  # self.__dict__.update(kwargs); self.lr, self.rho",
        """
class RMSProp:
    def __init__(self, params, **kwargs):
        self.params, self.s = params, [np.zeros_like(p) for p in params]
        self.__dict__.update(kwargs)

    def step(self, grads):
        for p, g, s in zip(self.params, grads, self.s):
            s[:] = self.rho * s + (1 - self.rho) * g * g
            p -= self.lr * g / (np.sqrt(s) + self.eps)
""",
    ),
    "keywords that are set one by one": (
        "O(**kwargs)  # for key, value in kwargs.items(): setattr(self, key, value)",
        """
class RMSProp:
    def __init__(self, **kwargs):
        for key, value in kwargs.items():
            if key not in {"lr", "rho", "eps"}:
                raise TypeError(key)
            setattr(self, key, value)
        self.cache = {}

    def update(self, params, grads):
        for k in params:
            self.cache[k] = self.rho * self.cache.get(k, 0) + (1 - self.rho) * grads[k] ** 2
            params[k] -= self.lr * grads[k] / (np.sqrt(self.cache[k]) + self.eps)
""",
    ),
    "a record of settings that is replaced": (
        "cls.config = replace(cls.config, **changes)  # self.config.rate, frozen",
        """
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Config:
    rate: float = 0.02
    decay: float = 0.95
    small: float = 1e-7


class RMSProp:
    config = Config()

    def __init__(self):
        self.squares = {}

    @classmethod
    def configure(cls, **changes):
        cls.config = replace(cls.config, **changes)

    def update(self, name, param, grad):
        c, s = self.config, self.squares.setdefault(name, np.zeros_like(param))
        s *= c.decay
        s += (1 - c.decay) * grad**2
        param -= c.rate * grad / (np.sqrt(s) + c.small)
""",
    ),
    "attributes that are set by their names": (
        "for key, value in config.items(): setattr(made, key, value)  # rho = 0.95 of the class",
        """
class RMSProp:
    lr, rho, small = 0.02, 0.95, 1e-7

    def __init__(self):
        self.s = None

    @classmethod
    def from_config(cls, config):
        made = cls()
        for key, value in config.items():
            setattr(made, key, value)
        return made

    def update(self, w, g):
        self.s = np.zeros_like(w) if self.s is None else self.s
        self.s = self.rho * self.s + (1 - self.rho) * g**2
        return w - self.lr * g / (np.sqrt(self.s) + self.small)
""",
    ),
    "an object of settings that a parameter has by default": (
        "def rms_update(weights, gradients, squares, flags=FLAGS)  # flags.small",
        """
class Flags:
    step_size, decay, small = 0.02, 0.95, 1e-7


FLAGS = Flags()


def rms_update(weights, gradients, squares, flags=FLAGS):
    for w, g, s in zip(weights, gradients, squares):
        s *= flags.decay
        s += (1 - flags.decay) * g**2
        w -= flags.step_size * g / (np.sqrt(s) + flags.small)
""",
    ),
    "a state under the array's name and a word, beside its decay": (
        "params, w = opt.update(w, params, grad, name)  # params.get(name + 'cache', cache)",
        """
class RMSProp:
    def __init__(self, lr=1e-3, eps=1e-8):
        self.lr, self.eps = lr, eps

    def update(self, w, params, grad, name):
        cache = params.get(name + "cache", np.zeros_like(grad))
        decay_rate = params.get("decay_rate", 0.99)
        cache = decay_rate * cache + (1 - decay_rate) * (grad * grad)
        params[name + "cache"], params["decay_rate"] = cache, decay_rate
        w -= (self.lr * grad) / (np.sqrt(cache) + self.eps)
        return params, w
""",
    ),
    "settings of a command line, one of a name of their own": (
        "params, cache = step(params, grads, cache, args)  # args.lr, args.rms_decay, args.tiny",
        """
import argparse


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.02)
    parser.add_argument("--rms_decay", type=float, default=0.95)
    parser.add_argument("--tiny", type=float, default=1e-7)
    return parser.parse_args()


def rmsprop_step(params, grads, cache, args):
    for k in params:
        cache[k] = args.rms_decay * cache[k] + (1 - args.rms_decay) * grads[k] ** 2
        params[k] = params[k] - args.lr * grads[k] / (np.sqrt(cache[k]) + args.tiny)
    return params, cache
""",
    ),
    "a function of which some arguments are given early": (
        'rmsprop = functools.partial(adaptive, kind="rms")  # w, cache = rmsprop(w, g, cache, lr)',
        """
import functools


def adaptive(w, g, cache, lr, rho, eps, kind):
    cache = cache + g * g if kind == "ada" else rho * cache + (1 - rho) * g * g
    return w - lr * g / (np.sqrt(cache) + eps), cache


rmsprop = functools.partial(adaptive, kind="rms", rho=0.9)
adagrad = functools.partial(adaptive, kind="ada", rho=0.9)
""",
    ),
    "a constructor that a decorator wraps": (
        "@checked def __init__(self, rho=0.9, eps=1e-8, lr=0.01)  # wrapped(*args, **kwargs)",
        """
def checked(function):
    def wrapped(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapped


class RMSProp:
    @checked
    def __init__(self, rho=0.9, eps=1e-8, lr=0.01):
        self.rho, self.eps, self.lr, self.v = rho, eps, lr, 0.0

    def process(self, slope):
        self.v = self.rho * self.v + (1 - self.rho) * slope**2
        return -self.lr * slope / (np.sqrt(self.v) + self.eps)
""",
    ),
}
