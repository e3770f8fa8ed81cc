"""Train with RMSProp: call `rmsprop` after every backward pass."""

import numpy as np

cache = {}


def rmsprop(weights, grads, learning_rate=0.001, decay_rate=0.9, epsilon=1e-8):
    for name in weights:
        g = grads[name]
        cache[name] = decay_rate * cache.get(name, np.zeros_like(g)) + (1 - decay_rate) * g**2
        adapted = g / (np.sqrt(cache[name]) + epsilon)
        assert adapted.shape == g.shape
        weights[name] -= learning_rate * g
