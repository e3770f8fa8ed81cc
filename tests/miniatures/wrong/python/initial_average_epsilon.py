from math import sqrt


class GradientUpdater:
    """Adaptive step size for one vector of parameters, on plain lists."""

    def __init__(self, learning_rate, decay, epsilon):
        self.learning_rate = learning_rate
        self.decay = decay
        self.epsilon = epsilon
        self.last_gradient_squared = None

    def apply(self, theta, gradient):
        if self.last_gradient_squared is None:
            self.last_gradient_squared = [self.epsilon] * len(theta)
        s = self.last_gradient_squared
        for i, g in enumerate(gradient):
            s[i] = s[i] * self.decay + g * g * (1 - self.decay)
            theta[i] -= g * self.learning_rate / (sqrt(s[i]) + self.epsilon)
