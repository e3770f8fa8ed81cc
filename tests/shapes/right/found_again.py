"""Right ports that find an array's average again in different ways."""

# As people write it.
# ruff: noqa: B905, PLW2901

import weakref
from collections import deque

import numpy as np
from base_port import Base, averaged


class ByIdInMap(Base):
    def update(self, params, grads):
        for name, w in params.items():
            self.change(id(w), grads[name], w)


class ByIdInList(Base):
    def update(self, params, grads):
        for w, g in zip(params, grads):
            self.change(id(w), g, w)


class ByIdOfOneArray(Base):
    def update(self, w, grad):
        self.change(id(w), grad, w)


class ByAddress(Base):
    def update(self, params, grads):
        for name, w in params.items():
            self.change(w.__array_interface__["data"][0], grads[name], w)


class ByIdOfTheMap(Base):
    def update(self, params, grads):
        state = self.averages.setdefault(id(params), {})
        for name, g in grads.items():
            state[name] = averaged(self.decay_rate, state.get(name, np.zeros_like(g)), g)
            params[name] = params[name] - self.step(state[name], g)


class InWeakMap(Base):
    """Forgotten as soon as nobody has the array any more."""

    def update(self, params, grads):
        for name, w in params.items():
            if id(w) not in self.averages:
                weakref.finalize(w, self.averages.pop, id(w), None)
            self.change(id(w), grads[name], w)


class Parameter(np.ndarray):
    """An array that can have attributes."""


class OnSubclass(Base):
    def update(self, params, grads):
        for name, g in grads.items():
            w = params[name]
            if not isinstance(w, Parameter):
                w = params[name] = w.view(Parameter)
                w.average = np.zeros_like(g)
            w.average = averaged(self.decay_rate, w.average, g)
            w -= self.step(w.average, g)


class OnSubclassReturned(Base):
    def update(self, w, grad):
        before = getattr(w, "average", np.zeros_like(grad))
        average = averaged(self.decay_rate, before, grad)
        after = (np.asarray(w) - self.step(average, grad)).view(Parameter)
        after.average = average
        return after


class ByPlaceAppended(Base):
    def start(self):
        self.squares = []

    def update(self, params, grads):
        for i, g in enumerate(grads):
            if i == len(self.squares):
                self.squares.append(np.zeros_like(g))
            self.squares[i] = averaged(self.decay_rate, self.squares[i], g)
            params[i] -= self.step(self.squares[i], g)


class InDeque(Base):
    """Taken from one end, put back at the other."""

    def start(self):
        self.queue = None

    def update(self, params, grads):
        if self.queue is None:
            self.queue = deque(np.zeros_like(g) for g in grads)
        for w, g in zip(params, grads):
            average = averaged(self.decay_rate, self.queue.popleft(), g)
            self.queue.append(average)
            w -= self.step(average, g)


class ByLengthAndPlace(Base):
    def update(self, params, grads):
        for place, (name, g) in enumerate(grads.items()):
            self.change((place, name, len(g)), g, params[name])
