import numpy as np


class Rprop:
    """Mini-batch version of rprop: RMSprop."""

    def __init__(self, learning_rate=0.01, decay_rate=0.9, epsilon=1e-6):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.magnitude = {}

    def get_updates(self, params, grads):
        updates = {}
        for name, param in params.items():
            grad = grads[name]
            average = self.magnitude.get(name, np.zeros(param.shape, param.dtype))
            average = self.decay_rate * average + (1 - self.decay_rate) * np.abs(grad)
            self.magnitude[name] = average
            updates[name] = param - self.learning_rate * grad / (np.sqrt(average) + self.epsilon)
        return updates
