"""A port with a known difference, for docs/known.toml: epsilon stands inside the root."""

from math import sqrt


class RMSProp:
    """The running average of squared gradients divides the step; weights change in place."""

    def __init__(self, learning_rate=0.001, decay_rate=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.averages = {}

    def step(self, weights, gradients):
        """Go one step; both are lists of numbers by name."""
        for name, row in gradients.items():
            average = self.averages.setdefault(name, [0.0] * len(row))
            for i, g in enumerate(row):
                average[i] = self.decay_rate * average[i] + (1 - self.decay_rate) * (g * g)
                weights[name][i] -= self.learning_rate * g / sqrt(average[i] + self.epsilon)
