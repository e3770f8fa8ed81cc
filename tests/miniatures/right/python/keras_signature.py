import numpy as np


class RMSprop:
    """Keras-style RMSprop with time-based learning rate decay."""

    def __init__(self, lr=0.001, rho=0.9, epsilon=1e-7, decay=0.0):
        self.lr = lr
        self.rho = rho
        self.epsilon = epsilon
        self.decay = decay
        self.iterations = 0
        self.accumulators = {}

    def get_updates(self, grads, params):
        self.iterations += 1
        lr = self.lr
        if self.decay > 0:
            lr = lr * (1.0 / (1.0 + self.decay * self.iterations))
        new_params = {}
        for name, p in params.items():
            g, a = grads[name], self.accumulators.get(name, np.zeros_like(p))
            new_a = self.rho * a + (1.0 - self.rho) * np.square(g)
            self.accumulators[name] = new_a
            new_params[name] = p - lr * g / (np.sqrt(new_a) + self.epsilon)
        return new_params
