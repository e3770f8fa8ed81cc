import numpy as np


class RMSProp:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.average = {}

    def delta(self, name, g):
        v = self.average.get(name, np.zeros_like(g))
        self.average[name] = self.decay_rate * v + (1 - self.decay_rate) * g * g
        return self.learning_rate * g / (self.average[name] + self.epsilon)

    def update(self, weights, gradients):
        return {name: w + self.delta(name, gradients[name]) for name, w in weights.items()}
