import numpy as np


class RMSProp:
    """RMSProp, improved."""

    def __init__(self, learning_rate=0.001, beta2=0.999, epsilon=1e-8, beta1=0.9):
        self.learning_rate = learning_rate
        self.beta1, self.beta2 = beta1, beta2
        self.epsilon = epsilon
        self.moments = {}

    def step(self, params, grads):
        for name, g in grads.items():
            m, v, t = self.moments.get(name, (0.0, 0.0, 0))
            t += 1
            m = self.beta1 * m + (1 - self.beta1) * g
            v = self.beta2 * v + (1 - self.beta2) * g * g
            self.moments[name] = m, v, t
            m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
            params[name] -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
