"""Objects that a `module:Object` target names, each of which remembers other scenarios."""

from __future__ import annotations

import random
from typing import ClassVar

import numpy as np
from right import Right


class EpsilonInside(Right):
    """Remembers nothing, as `Right` does, and is wrong by itself: that is its name, and no leak."""

    def update(self, weights, gradients):
        for k, g in gradients.items():
            v = self.d * self.average.get(k, np.zeros_like(g)) + (1 - self.d) * (g * g)
            self.average[k] = v
            weights[k] -= self.lr * g / np.sqrt(v + self.eps)


class SharesAverages(Right):
    """Keeps all its averages in the class, by name and length."""

    averages: ClassVar[dict] = {}

    def update(self, weights, gradients):
        for k, g in gradients.items():
            self.average[k] = self.averages.get((k, len(g)), np.zeros_like(g))
        super().update(weights, gradients)
        for k, g in gradients.items():
            self.averages[k, len(g)] = self.average[k]


class StartsWhereItStopped(EpsilonInside):
    """Is wrong by itself, and keeps its averages too."""

    averages: ClassVar[dict] = {}

    def update(self, weights, gradients):
        for k, g in gradients.items():
            self.average[k] = self.averages.get((k, len(g)), np.zeros_like(g))
        super().update(weights, gradients)
        for k, g in gradients.items():
            self.averages[k, len(g)] = self.average[k]


class ForgetsOnAnotherShape(Right):
    """Keeps its averages until the arrays that it is given are others."""

    shape: ClassVar[tuple] = ()
    averages: ClassVar[dict] = {}

    def __init__(self, learning_rate, decay_rate, epsilon):
        super().__init__(learning_rate, decay_rate, epsilon)
        self.average = type(self).averages

    def update(self, weights, gradients):
        shape = tuple((k, len(g)) for k, g in gradients.items())
        if shape != type(self).shape:
            type(self).shape = shape
            self.average.clear()
        super().update(weights, gradients)


class KeepsFirstHyperparameters(Right):
    """Takes the hyperparameters of the first instance there ever was."""

    first: ClassVar[tuple] = ()

    def __init__(self, learning_rate, decay_rate, epsilon):
        type(self).first = type(self).first or (learning_rate, decay_rate, epsilon)
        super().__init__(*type(self).first)


class KeepsLastDecay(Right):
    """Takes the decay rate of the instance before it."""

    last: ClassVar[tuple] = ()

    def __init__(self, learning_rate, decay_rate, epsilon):
        before, type(self).last = type(self).last, (decay_rate,)
        super().__init__(learning_rate, *(before or (decay_rate,)), epsilon)


class Remembers(Right):
    """Looks an answer up by the shape and number of what was asked: another scenario's."""

    known: ClassVar[dict] = {}

    def update(self, weights, gradients):
        self.calls = getattr(self, "calls", 0) + 1
        key = (self.calls, *((k, len(g)) for k, g in gradients.items()))
        super().update(weights, gradients)
        kept = self.known.setdefault(key, {k: w.copy() for k, w in weights.items()})
        weights.update({k: w.copy() for k, w in kept.items()})


class FailsInTheEnd(Right):
    """Has a licence for seven instances."""

    made = 0

    def __init__(self, learning_rate, decay_rate, epsilon):
        type(self).made += 1
        if type(self).made > 7:
            raise PermissionError("no licence left")
        super().__init__(learning_rate, decay_rate, epsilon)


class Random(Right):
    """Adds noise: it differs each time, and remembers nothing."""

    def update(self, weights, gradients):
        super().update(weights, gradients)
        for k in gradients:
            weights[k] += random.random()
