"""Right ports that take and give weights, and hand on their state, in different ways."""

# As people write it.
# ruff: noqa: B905, PLW2901

import copy
import functools
from typing import NamedTuple

import numpy as np
from base_port import Base, averaged, stepped


class WithMasterWeights(Base):
    """Keeps weights of its own from the first call on, and writes them into those given."""

    def start(self):
        self.master = {}

    def update(self, params, grads):
        for name, g in grads.items():
            own = self.master.setdefault(name, params[name].copy())
            self.change(name, g, own)
            params[name][:] = own


class Flattened(Base):
    """One long vector of all arrays."""

    def update(self, params, grads):
        flat = np.concatenate([grads[name] for name in params])
        step = self.step(self.renewed("all", flat), flat)
        start = 0
        for w in params.values():
            w -= step[start : start + len(w)]
            start += len(w)


class FlattenedList(Base):
    def update(self, params, grads):
        flat = np.concatenate(grads)
        step = self.step(self.renewed("all", flat), flat)
        parts = np.split(step, np.cumsum([len(w) for w in params])[:-1])
        return [w - part for w, part in zip(params, parts)]


class SeesTheSameMap(Base):
    """Is constructed without parameters, and then has those of its first call."""

    def start(self):
        self.params = None

    def update(self, params, grads):
        if self.params is None:
            self.params = params
        assert self.params is params, "other parameters than before"
        for name, g in grads.items():
            self.change(name, g, self.params[name])


class ReplacesEntries(Base):
    def update(self, params, grads):
        for name, g in grads.items():
            params[name] = params[name] - self.step(self.renewed(name, g), g)


class ReturnsANewMap(Base):
    def update(self, params, grads):
        return {n: params[n] - self.step(self.renewed(n, g), g) for n, g in grads.items()}


class ReturnsTheMapGiven(Base):
    def update(self, params, grads):
        for name, g in grads.items():
            self.change(name, g, params[name])
        return params


class ChangesAndReturnsACopy(Base):
    def update(self, params, grads):
        for name, g in grads.items():
            self.change(name, g, params[name])
        return copy.deepcopy(params)


class ReturnsItself(Base):
    def update(self, params, grads):
        for name, g in grads.items():
            self.change(name, g, params[name])
        return self


class ReturnsAList(Base):
    def update(self, params, grads):
        pairs = enumerate(zip(params, grads))
        return [w - self.step(self.renewed(i, g), g) for i, (w, g) in pairs]


class ReturnsATuple(Base):
    def update(self, params, grads):
        pairs = enumerate(zip(params, grads))
        return tuple(w - self.step(self.renewed(i, g), g) for i, (w, g) in pairs)


class PutsIntoAList(Base):
    def update(self, params, grads):
        for i, g in enumerate(grads):
            params[i] = params[i] - self.step(self.renewed(i, g), g)


class WritesIntoOut(Base):
    def update(self, params, grads):
        for name, g in grads.items():
            step = self.step(self.renewed(name, g), g)
            np.subtract(params[name], step, out=params[name])


class ElementByElement(Base):
    def update(self, params, grads):
        for name, gradient in grads.items():
            average = self.averages.setdefault(name, [0.0 * g for g in gradient])
            for i, g in enumerate(gradient):
                average[i] = averaged(self.decay_rate, average[i], g)
                params[name][i] -= self.step(average[i], g)


class ListsOfNumbers(Base):
    """Plain lists, without which it does not go: what a list is multiplied by repeats it."""

    def update(self, params, grads):
        after = {}
        for name, gradient in grads.items():
            assert isinstance(gradient, list), "no list"
            before = self.averages.get(name, [0.0] * len(gradient))
            average = [averaged(self.decay_rate, v, g) for v, g in zip(before, gradient)]
            steps = [self.step(v, g) for v, g in zip(average, gradient)]
            self.averages[name] = average
            after[name] = [w - step for w, step in zip(params[name], steps)]
        return after


def state_second(learning_rate, decay_rate, epsilon, gradients, weights, state):
    state = {n: averaged(decay_rate, state[n], g) for n, g in gradients.items()} | {
        n: v for n, v in state.items() if n not in gradients
    }
    after = {
        n: weights[n] - stepped(learning_rate, epsilon, state[n], g) for n, g in gradients.items()
    }
    return after, state


def state_first(gradients, state, weights, learning_rate, decay_rate, epsilon):
    state = dict(state or {})
    after = {}
    for name, g in gradients.items():
        state[name] = averaged(decay_rate, state.get(name, np.zeros_like(g)), g)
        after[name] = weights[name] - stepped(learning_rate, epsilon, state[name], g)
    return state, after


def state_of_one_array(w, dw, cache, learning_rate, decay_rate, epsilon):
    cache = averaged(decay_rate, cache, dw)
    return w - stepped(learning_rate, epsilon, cache, dw), cache


def state_in_a_map(gradients, weights, learning_rate, decay_rate, epsilon, state=None):
    state = dict(state or {})
    for name, g in gradients.items():
        state[name] = averaged(decay_rate, state.get(name, np.zeros_like(g)), g)
    steps = {n: stepped(learning_rate, epsilon, state[n], g) for n, g in gradients.items()}
    return {"weights": {n: weights[n] - steps[n] for n in steps}, "state": state}


def state_changed_in_place(gradients, weights, state, learning_rate, decay_rate, epsilon):
    for name, g in gradients.items():
        state[name] = averaged(decay_rate, state.get(name, np.zeros_like(g)), g)
        weights[name] -= stepped(learning_rate, epsilon, state[name], g)


def state_in_a_list(params, grads, cache, lr, rho, eps):
    cache = [averaged(rho, v, g) for v, g in zip(cache, grads)]
    return [w - stepped(lr, eps, v, g) for w, v, g in zip(params, cache, grads)], cache


class State(NamedTuple):
    """What a functional port hands on."""

    count: int
    averages: dict


def state_of_its_own_type(gradients, weights, learning_rate, decay_rate, epsilon, state=None):
    state = state or State(0, {})
    averages = dict(state.averages)
    after = {}
    for name, g in gradients.items():
        averages[name] = averaged(decay_rate, averages.get(name, np.zeros_like(g)), g)
        after[name] = weights[name] - stepped(learning_rate, epsilon, averages[name], g)
    return after, State(state.count + 1, averages)


def keywords_alone(*, grads, params, lr, rho, eps, cache=None):
    cache = {} if cache is None else cache
    for name, g in grads.items():
        cache[name] = averaged(rho, cache.get(name, np.zeros_like(g)), g)
        params[name] = params[name] - stepped(lr, eps, cache[name], g)
    return params, cache


class WithPartial(Base):
    def start(self):
        self.one = functools.partial(self.change)

    def update(self, params, grads):
        for name, g in grads.items():
            self.one(name, g, weights=params[name])


class ByDispatch(Base):
    @functools.singledispatchmethod
    def _go(self, params, grads):
        raise TypeError(type(params))

    @_go.register
    def _(self, params: dict, grads):
        for name, g in grads.items():
            self.change(name, g, params[name])

    def update(self, params, grads):
        self._go(params, grads)
