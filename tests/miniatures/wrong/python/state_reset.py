import numpy as np


class RMSProp:
    def __init__(self, alpha, beta, epsilon):
        self.alpha = alpha
        self.beta = beta
        self.epsilon = epsilon

    def optimize(self, parameters, gradients):
        """Update the parameters with the exponentially weighted squares of the gradients."""
        s = {name: np.zeros(p.shape, dtype=p.dtype) for name, p in parameters.items()}
        for name in parameters:
            s[name] = self.beta * s[name] + (1 - self.beta) * np.power(gradients[name], 2)
            parameters[name] = parameters[name] - self.alpha * gradients[name] / (
                np.sqrt(s[name]) + self.epsilon
            )
        return parameters
