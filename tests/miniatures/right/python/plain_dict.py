import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.001, decay_rate=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.moving_average = {}

    def update_weights(self, grads, weights):
        for layer in weights:
            g = grads[layer]
            if layer not in self.moving_average:
                self.moving_average[layer] = np.zeros_like(g)
            v = self.decay_rate * self.moving_average[layer] + (1 - self.decay_rate) * g**2
            self.moving_average[layer] = v
            weights[layer] -= self.learning_rate * g / (np.sqrt(v) + self.epsilon)
