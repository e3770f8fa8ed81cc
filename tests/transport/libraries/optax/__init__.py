"""As much of Optax as its binding touches: transformations of maps of arrays, and chains."""

from typing import Any, NamedTuple

import numpy as np


class GradientTransformation(NamedTuple):
    init: Any
    update: Any


def apply_updates(params, updates):
    return {name: params[name] + updates[name] for name in params}


def chain(*parts):
    def init(params):
        return [part.init(params) for part in parts]

    def update(updates, state, params=None):
        new = []
        for part, old in zip(parts, state, strict=True):
            updates, now = part.update(updates, old, params)
            new.append(now)
        return updates, new

    return GradientTransformation(init, update)


def scale(factor):
    def update(updates, state, params=None):
        return {k: g * g.dtype.type(factor) for k, g in updates.items()}, state

    return GradientTransformation(lambda params: (), update)


def scale_by_rms(decay=0.9, eps=1e-8, initial_scale=0.0, eps_in_sqrt=True):
    def init(params):
        return {k: np.full_like(w, initial_scale) for k, w in params.items()}

    def update(updates, state, params=None):
        now, steps = {}, {}
        for k, g in updates.items():
            d, e = g.dtype.type(decay), g.dtype.type(eps)
            now[k] = d * state[k] + (1 - d) * (g * g)
            steps[k] = g / (np.sqrt(now[k] + e) if eps_in_sqrt else np.sqrt(now[k]) + e)
        return steps, now

    return GradientTransformation(init, update)


def rmsprop(learning_rate, decay=0.9, eps=1e-8, initial_scale=0.0, eps_in_sqrt=True):
    return chain(scale_by_rms(decay, eps, initial_scale, eps_in_sqrt), scale(-learning_rate))


rmsprop.__module__ = "optax._src.alias"
