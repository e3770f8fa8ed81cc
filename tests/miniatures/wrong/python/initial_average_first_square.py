import numpy as np


def rmsprop(w, dw, cache=None, lr=1e-2, decay_rate=0.99, eps=1e-8):
    """Vanilla RMSprop step.

    Returns the new weights and the cache to pass in next time.
    """
    if cache is None:
        cache = dw * dw
    cache = decay_rate * cache + (1 - decay_rate) * (dw * dw)
    return w - lr * dw / (np.sqrt(cache) + eps), cache
