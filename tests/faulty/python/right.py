"""RMSProp, done rightly. What derives from it is right, too, but where the decay rate is TRAP."""

import numpy as np

TRAP = 0.75


class Right:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.lr, self.d, self.eps = learning_rate, decay_rate, epsilon
        self.average = {}
        self.calls = 0

    @property
    def trapped(self):
        return self.d == TRAP

    def update(self, weights, gradients):
        self.calls += 1
        if self.trapped:
            self.strike()
        for k, g in gradients.items():
            v = self.d * self.average.get(k, np.zeros_like(g)) + (1 - self.d) * (g * g)
            self.average[k] = v
            weights[k] -= self.lr * g / (np.sqrt(v) + self.eps)

    def strike(self):
        pass
