from math import sqrt


def rmsprop(w, g, v=(), lr=0.001, rho=0.9, eps=1e-8):
    """One step over lists, one element at a time; returns the weights and the averages."""
    if len(w) == 0:
        return [], []
    first, *later = list(v) or [0.0] * len(w)
    first = rho * first + (1 - rho) * (g[0] * g[0])
    head = w[0] - lr * g[0] / (sqrt(first) + eps)
    weights, averages = rmsprop(w[1:], g[1:], later, lr, rho, eps)
    return [head, *weights], [first, *averages]
