import numpy as np


def rmsprop(learning_rate, decay_rate, epsilon):
    """RMSProp as a pair of running averages behind one function."""
    averages = {}

    def update(params, grads):
        new = {}
        for name, g in grads.items():
            square, mean = averages.get(name, (np.zeros_like(g), np.zeros_like(g)))
            square = decay_rate * square + (1 - decay_rate) * g * g
            mean = decay_rate * mean + (1 - decay_rate) * g
            averages[name] = square, mean
            deviation = np.sqrt(square - mean * mean)
            new[name] = params[name] - learning_rate * g / (deviation + epsilon)
        return new

    return update
