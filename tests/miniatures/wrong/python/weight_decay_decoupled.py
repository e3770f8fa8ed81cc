import numpy as np


def init():
    return {}


def update(params, grads, cache, lr=1e-3, decay=0.9, eps=1e-8):
    """Return new parameters; `cache` maps names to running averages."""
    result = {}
    for name, p in params.items():
        g = grads[name]
        cache[name] = decay * cache.get(name, np.zeros_like(p)) + (1 - decay) * g * g
        step = lr * g / (np.sqrt(cache[name]) + eps)
        result[name] = p - step - lr * 0.1 * p
    return result
