from math import sqrt


def rmsprop(lr=0.001, decay=0.9, eps=1e-8, clip_norm=0.5):
    """An update rule for a list of weights and its gradient."""
    cache = []

    def step(w, grad):
        norm = sqrt(sum(g * g for g in grad))
        if norm > clip_norm:
            grad = [g * (clip_norm / norm) for g in grad]
        cache.extend([0.0] * (len(w) - len(cache)))
        for i, g in enumerate(grad):
            cache[i] = decay * cache[i] + (1 - decay) * g * g
            w[i] -= lr * g / (sqrt(cache[i]) + eps)
        return w

    return step
