import numpy as np


def make_rmsprop(alpha=0.001, gamma=0.9, eps=1e-6):
    """Return a function that updates one array of weights in place."""
    average = None

    def update(w, g):
        nonlocal average
        if average is None:
            average = np.zeros_like(w)
        average = gamma * average + (1 - gamma) * g * g
        rms = np.maximum(np.sqrt(average), eps)
        w -= alpha * g / rms

    return update
