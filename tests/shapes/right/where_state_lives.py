"""Right ports whose average lives in different places."""

# As people write it: state in globals, in default arguments, on classes and functions.
# ruff: noqa: B006, PLW0603, RUF012

import abc
import contextvars
import functools
import pickle
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
from base_port import Base, averaged, stepped


class MadeAtFirstCall(Base):
    def start(self):
        self.squares = None

    def update(self, params, grads):
        if self.squares is None:
            self.squares = {name: np.zeros_like(w) for name, w in params.items()}
        for name in params:
            self.squares[name] *= self.decay_rate
            self.squares[name] += (1 - self.decay_rate) * grads[name] * grads[name]
            params[name] -= self.step(self.squares[name], grads[name])


class MadeAtFirstCallOfOneArray(Base):
    def start(self):
        self.cache = None

    def update(self, w, grad):
        if self.cache is None:
            self.cache = np.zeros_like(w)
        self.cache = averaged(self.decay_rate, self.cache, grad)
        return w - self.step(self.cache, grad)


AVERAGES = {}


def in_globals(learning_rate, decay_rate, epsilon, gradients, weights):
    for name, g in gradients.items():
        AVERAGES[name] = averaged(decay_rate, AVERAGES.get(name, np.zeros_like(g)), g)
        weights[name] -= stepped(learning_rate, epsilon, AVERAGES[name], g)


LATEST = None


def in_a_rebound_global(learning_rate, decay_rate, epsilon, gradients, weights):
    global LATEST
    before = LATEST or {name: np.zeros_like(g) for name, g in weights.items()}
    LATEST = before | {n: averaged(decay_rate, before[n], g) for n, g in gradients.items()}
    return {
        n: w - stepped(learning_rate, epsilon, LATEST[n], gradients[n]) for n, w in weights.items()
    }


def in_a_closure(learning_rate, decay_rate, epsilon):
    averages = {}

    def update(gradients, weights):
        for name, g in gradients.items():
            averages[name] = averaged(decay_rate, averages.get(name, np.zeros_like(g)), g)
            weights[name] = weights[name] - stepped(learning_rate, epsilon, averages[name], g)

    return update


def in_a_cell(learning_rate, decay_rate, epsilon):
    average = None

    def update(w, grad):
        nonlocal average
        average = averaged(decay_rate, np.zeros_like(w) if average is None else average, grad)
        return w - stepped(learning_rate, epsilon, average, grad)

    return update


def in_a_default(gradients, weights, learning_rate=0.5, decay_rate=0.5, epsilon=0.5, _memory={}):
    for name, g in gradients.items():
        _memory[name] = averaged(decay_rate, _memory.get(name, np.zeros_like(g)), g)
        weights[name] -= stepped(learning_rate, epsilon, _memory[name], g)


def in_a_default_state(gradients, weights, learning_rate, decay_rate, epsilon, cache={}):
    for name, g in gradients.items():
        cache[name] = averaged(decay_rate, cache.get(name, np.zeros_like(g)), g)
        weights[name] -= stepped(learning_rate, epsilon, cache[name], g)


def on_the_function(learning_rate, decay_rate, epsilon, gradients, weights):
    averages = on_the_function.__dict__.setdefault("averages", {})
    for name, g in gradients.items():
        averages[name] = averaged(decay_rate, averages.get(name, np.zeros_like(g)), g)
        weights[name] -= stepped(learning_rate, epsilon, averages[name], g)


@functools.cache
def _box(name):
    return [None]


def in_a_cached_function(learning_rate, decay_rate, epsilon, gradients, weights):
    for name, g in gradients.items():
        box = _box(name)
        box[0] = averaged(decay_rate, np.zeros_like(g) if box[0] is None else box[0], g)
        weights[name] -= stepped(learning_rate, epsilon, box[0], g)


THREAD = threading.local()


def in_a_thread(learning_rate, decay_rate, epsilon, gradients, weights):
    averages = THREAD.__dict__
    for name, g in gradients.items():
        averages[name] = averaged(decay_rate, averages.get(name, np.zeros_like(g)), g)
        weights[name] -= stepped(learning_rate, epsilon, averages[name], g)


CONTEXT = contextvars.ContextVar("averages", default=None)


def in_a_context(learning_rate, decay_rate, epsilon, gradients, weights):
    averages = dict(CONTEXT.get() or {})
    for name, g in gradients.items():
        averages[name] = averaged(decay_rate, averages.get(name, np.zeros_like(g)), g)
        weights[name] -= stepped(learning_rate, epsilon, averages[name], g)
    CONTEXT.set(averages)


class InAGenerator(Base):
    def start(self):
        self.loop = self.steps()
        next(self.loop)

    def steps(self):
        averages = defaultdict(float)
        while True:
            params, grads = yield
            for name, g in grads.items():
                averages[name] = averaged(self.decay_rate, averages[name], g)
                params[name] -= self.step(averages[name], g)

    def update(self, params, grads):
        self.loop.send((params, grads))


class OnTheClass(Base):
    shared = {}

    def update(self, params, grads):
        for name, g in grads.items():
            before = OnTheClass.shared.get(name, np.zeros_like(g))
            OnTheClass.shared[name] = averaged(self.decay_rate, before, g)
            params[name] -= self.step(OnTheClass.shared[name], g)


class Static:
    averages = {}

    @staticmethod
    def update(learning_rate, decay_rate, epsilon, grads, params):
        for name, g in grads.items():
            before = Static.averages.get(name, np.zeros_like(g))
            Static.averages[name] = averaged(decay_rate, before, g)
            params[name] -= stepped(learning_rate, epsilon, Static.averages[name], g)


class OfTheClass:
    averages = {}

    @classmethod
    def update(cls, grads, params, *, learning_rate, decay_rate, epsilon):
        for name, g in grads.items():
            before = cls.averages.get(name, np.zeros_like(g))
            cls.averages[name] = averaged(decay_rate, before, g)
            params[name] -= stepped(learning_rate, epsilon, cls.averages[name], g)


@dataclass
class AsDataclass:
    learning_rate: float = 0.5
    decay_rate: float = 0.5
    epsilon: float = 0.5
    averages: dict = field(default_factory=dict)

    def update(self, params, grads):
        for name, g in grads.items():
            before = self.averages.get(name, np.zeros_like(g))
            self.averages[name] = averaged(self.decay_rate, before, g)
            params[name] -= stepped(self.learning_rate, self.epsilon, self.averages[name], g)


@dataclass(frozen=True)
class AsFrozenDataclass:
    """Gives back another of itself beside the weights."""

    learning_rate: float
    decay_rate: float
    epsilon: float
    averages: dict = field(default_factory=dict)

    def update(self, params, grads):
        averages = {
            n: averaged(self.decay_rate, self.averages.get(n, np.zeros_like(g)), g)
            for n, g in grads.items()
        }
        after = {
            n: params[n] - stepped(self.learning_rate, self.epsilon, averages[n], g)
            for n, g in grads.items()
        }
        kept = self.averages | averages
        return after, AsFrozenDataclass(self.learning_rate, self.decay_rate, self.epsilon, kept)


class WithSlots:
    __slots__ = ("_averages", "_decay", "_eps", "_lr")

    def __init__(self, lr, decay, eps):
        self._lr, self._decay, self._eps, self._averages = lr, decay, eps, {}

    def __call__(self, params, grads):
        for name, g in grads.items():
            before = self._averages.get(name, np.zeros_like(g))
            self._averages[name] = averaged(self._decay, before, g)
            params[name] -= stepped(self._lr, self._eps, self._averages[name], g)


class IsItselfTheState(dict):
    def __init__(self, learning_rate, decay_rate, epsilon):
        super().__init__()
        self.settings = learning_rate, decay_rate, epsilon

    def step(self, params, grads):
        learning_rate, decay_rate, epsilon = self.settings
        for name, g in grads.items():
            self[name] = averaged(decay_rate, self.get(name, np.zeros_like(g)), g)
            params[name] -= stepped(learning_rate, epsilon, self[name], g)


class Optimizer(abc.ABC):
    """A base that loops, as frameworks have it."""

    def __init__(self, learning_rate):
        self.learning_rate, self.slots = learning_rate, {}

    def apply_gradients(self, gradients, weights):
        for name, g in gradients.items():
            if name not in self.slots:
                self.slots[name] = self.create_slot(g)
            self._apply(g, weights[name], self.slots[name])

    @abc.abstractmethod
    def create_slot(self, g):
        """The state of an array."""

    @abc.abstractmethod
    def _apply(self, g, w, slot):
        """Change an array in place."""


class OfAFramework(Optimizer):
    def __init__(self, learning_rate, rho, epsilon):
        super().__init__(learning_rate)
        self.rho, self.epsilon = rho, epsilon

    def create_slot(self, g):
        return SimpleNamespace(rms=np.zeros_like(g), count=0, name=object())

    def _apply(self, g, w, slot):
        slot.count += 1
        slot.rms = averaged(self.rho, slot.rms, g)
        w -= stepped(self.learning_rate, self.epsilon, slot.rms, g)


class Pickled(Base):
    """Kept as bytes between calls, as in a checkpoint."""

    def start(self):
        self.checkpoint = pickle.dumps({})

    def update(self, params, grads):
        self.averages = pickle.loads(self.checkpoint)
        for name, g in grads.items():
            self.change(name, g, params[name])
        self.checkpoint = pickle.dumps(self.averages)
