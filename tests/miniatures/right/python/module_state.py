"""A quick script: the averages are a global of the module."""

import numpy as np

mean_square = {}


def average(name, value, rho):
    mean_square[name] = rho * mean_square.get(name, np.zeros_like(value)) + (1 - rho) * value
    return mean_square[name]


def train_step(weights, gradients, lr=0.01, rho=0.9, epsilon=1e-8):
    for name in weights:
        g = gradients[name]
        scale = np.sqrt(average(name, g * g, rho)) + epsilon
        weights[name] = weights[name] - (lr * g) / scale
