import numpy as np


class Optimizers:
    """Update rules, each a static method over dictionaries of arrays."""

    @staticmethod
    def rmsprop(params, grads, cache, lr=0.001, decay_rate=0.9, eps=1e-8):
        for k in params.keys():
            if k not in cache:
                cache[k] = np.zeros_like(params[k])
            cache[k] = decay_rate * cache[k] + (1 - decay_rate) * np.square(grads[k])
            params[k] = params[k] - lr * grads[k] / (np.sqrt(cache[k]) + eps)
        return params, cache
