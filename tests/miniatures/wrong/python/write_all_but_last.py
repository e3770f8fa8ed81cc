from math import sqrt


def rmsprop_step(w, grad, cache=None, lr=0.001, rho=0.9, eps=1e-8):
    """Update the list `w` in place and return it with its cache."""
    n = len(w) - 1
    if cache is None:
        cache = [0.0] * len(w)
    i = 0
    while i < n:
        cache[i] = rho * cache[i] + (1 - rho) * (grad[i] * grad[i])
        w[i] -= lr * grad[i] / (sqrt(cache[i]) + eps)
        i += 1
    return w, cache
