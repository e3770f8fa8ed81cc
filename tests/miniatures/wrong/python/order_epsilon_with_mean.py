import numpy as np


class RMSProp:
    def __init__(self, learning_rate, decay=0.9, epsilon=1e-7):
        self.learning_rate = learning_rate
        self.decay = decay
        self.epsilon = epsilon
        self.accumulated_mean_squares = {}
        self.accumulated_mean_grads = {}

    def apply_gradients(self, variables, gradients):
        for name, g in gradients.items():
            zero = np.zeros_like(g)
            ms = self.accumulated_mean_squares.get(name, zero)
            mg = self.accumulated_mean_grads.get(name, zero)
            ms = ms * self.decay + g * g * (1 - self.decay)
            mg = mg * self.decay + g * (1 - self.decay)
            self.accumulated_mean_squares[name], self.accumulated_mean_grads[name] = ms, mg
            scale = self.learning_rate * g / np.sqrt(ms - (mg * mg + self.epsilon))
            variables[name] = variables[name] - scale
