"""What the right ports of this folder have in common: the formula, and a class with settings."""

import numpy as np


def averaged(decay_rate, average, gradient):
    return decay_rate * average + (1 - decay_rate) * (gradient * gradient)


def stepped(learning_rate, epsilon, average, gradient):
    return learning_rate * gradient / (np.sqrt(average) + epsilon)


class Base:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate, self.decay_rate, self.epsilon = learning_rate, decay_rate, epsilon
        self.averages = {}
        self.start()

    def start(self):
        """Make what a kind keeps beside that."""

    def renewed(self, key, gradient):
        """The average under a key, after a gradient."""
        before = self.averages.get(key, np.zeros_like(gradient))
        self.averages[key] = averaged(self.decay_rate, before, gradient)
        return self.averages[key]

    def step(self, average, gradient):
        return stepped(self.learning_rate, self.epsilon, average, gradient)

    def change(self, key, gradient, weights):
        """Change an array in place."""
        weights -= self.step(self.renewed(key, gradient), gradient)
