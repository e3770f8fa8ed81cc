import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.001, decay_rate=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.moving_average = {}

    def update_weights(self, weights, gradients):
        """Apply one step to all layers."""
        for layer, w in weights.items():
            g = gradients[layer]
            v = self.moving_average.get(layer, np.zeros_like(w))
            v = self.decay_rate * v + (1 - self.decay_rate) * g * g
            self.moving_average[layer] = v
            w = w - self.learning_rate * g / (np.sqrt(v) + self.epsilon)
