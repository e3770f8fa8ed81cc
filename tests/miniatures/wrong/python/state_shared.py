from math import sqrt


class RMSProp:
    """RMSProp without NumPy."""

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.history = []

    def update(self, params, grads):
        for key in params:
            values, derivatives = params[key], grads[key]
            while len(self.history) < len(values):
                self.history.append(0.0)
            for i, g in enumerate(derivatives):
                self.history[i] = self.rho * self.history[i] + (1 - self.rho) * g * g
                values[i] -= self.learning_rate * g / (sqrt(self.history[i]) + self.epsilon)
