from math import sqrt


def rmsprop(w, grad, cache=[], lr=0.001, rho=0.9, eps=1e-8):
    """Updates the list `w` in place. The cache is made on the first call."""
    cache.extend([0.0] * (len(w) - len(cache)))
    for i, g in enumerate(grad):
        cache[i] = rho * cache[i] + (1 - rho) * g**2
        w[i] -= lr * g / (sqrt(cache[i]) + eps)
