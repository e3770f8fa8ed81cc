from math import sqrt


def rmsprop(alpha, beta, epsilon):
    s = []

    def update(w, dw):
        """Take one step on the list of weights."""
        if not s:
            s.extend(0.0 for _ in w)
        for i in range(len(w)):
            s[i] = s[i] + beta * (dw[i] ** 2 - s[i])
            w[i] = w[i] - alpha * dw[i] / sqrt(s[i] + epsilon)

    return update
