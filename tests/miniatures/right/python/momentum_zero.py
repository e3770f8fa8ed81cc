import numpy as np


class RMSProp:
    """RMSProp with momentum; off unless asked for."""

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7, momentum=0.0):
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.momentum = momentum
        self.slots = {}

    def slot(self, kind, name, like):
        return self.slots.setdefault((kind, name), np.zeros_like(like))

    def update(self, params, grads):
        for name, g in grads.items():
            rms, velocity = self.slot("rms", name, g), self.slot("velocity", name, g)
            rms[:] = self.rho * rms + (1 - self.rho) * (g * g)
            velocity[:] = self.momentum * velocity + self.learning_rate * g / (
                np.sqrt(rms) + self.epsilon
            )
            params[name] = params[name] - velocity
