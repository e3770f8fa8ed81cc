import numpy as np


class RMSProp:
    """RMSProp for noisy mini-batches."""

    def __init__(self, learning_rate=0.001, decay=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.decay = decay
        self.epsilon = epsilon
        self.first, self.second = {}, {}

    def _smooth(self, memory, name, value):
        memory[name] = self.decay * memory.get(name, 0.0) + (1 - self.decay) * value
        return memory[name]

    def update(self, weights, gradients):
        for name in weights:
            g = gradients[name]
            smoothed = self._smooth(self.first, name, g)
            scale = np.sqrt(self._smooth(self.second, name, g * g)) + self.epsilon
            weights[name] -= self.learning_rate * smoothed / scale
