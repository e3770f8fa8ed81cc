import numpy as np


def rmsprop(theta, grad, state=None, eta=1e-3, rho=0.9, eps=1e-8):
    """Functional RMSProp: (new theta, new state) from the old ones."""
    square = grad * grad
    before = np.zeros_like(theta) if state is None else state
    mean_square = square + rho * (before - square)
    return theta - eta * grad / (np.sqrt(mean_square) + eps), mean_square
