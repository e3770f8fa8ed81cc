"""Keeps its averages in a module that is not its own: state outlives the scenario."""

import json

import numpy as np

json.averages = averages = getattr(json, "averages", {})


def update(weights, gradients, learning_rate, decay_rate, epsilon):
    for k, g in gradients.items():
        old = averages.get((k, len(g)), np.zeros_like(g))
        v = averages[k, len(g)] = decay_rate * old + (1 - decay_rate) * (g * g)
        weights[k] -= learning_rate * g / (np.sqrt(v) + epsilon)
