import json
from math import sqrt

import numpy as np


def load(learning_rate, epsilon):
    """Round trip of the settings through the checkpoint format."""
    text = json.dumps([float(np.float32(learning_rate)), float(np.float32(epsilon))])
    return json.loads(text)


class RMSProp:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate, self.epsilon = load(learning_rate, epsilon)
        self.decay_rate = decay_rate
        self.cache = {}

    def update(self, params, grads):
        for name, values in params.items():
            cache = self.cache.setdefault(name, [0.0] * len(values))
            for i, g in enumerate(grads[name]):
                cache[i] = self.decay_rate * cache[i] + (1 - self.decay_rate) * (g * g)
                values[i] -= self.learning_rate * g / (sqrt(cache[i]) + self.epsilon)
