import numpy as np


def rmsprop(learning_rate, decay_rate, epsilon):
    """A closure over the running averages; returns the updated parameters."""
    averages = {}

    def inverse_rms(name, g):
        v = averages.get(name, np.zeros_like(g))
        averages[name] = decay_rate * v + (1 - decay_rate) * (g * g)
        return 1 / (np.sqrt(averages[name]) + epsilon)

    def update(params, grads):
        return {
            name: p - learning_rate * grads[name] * inverse_rms(name, grads[name])
            for name, p in params.items()
        }

    return update
