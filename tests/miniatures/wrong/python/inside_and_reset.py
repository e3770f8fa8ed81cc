import numpy as np


def rmsprop(weights, gradients, learning_rate=0.001, decay_rate=0.9, epsilon=1e-8):
    """RMSProp update of all layers."""
    moving_average = {layer: np.zeros_like(w) for layer, w in weights.items()}
    for layer, g in gradients.items():
        moving_average[layer] = decay_rate * moving_average[layer] + (1 - decay_rate) * g * g
        weights[layer] -= learning_rate * g / np.sqrt(moving_average[layer] + epsilon)
    return weights
