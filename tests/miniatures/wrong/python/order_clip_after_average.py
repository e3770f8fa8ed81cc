from math import sqrt


class Solver:
    """RMSProp solver for a recurrent net; weights and gradients are lists."""

    def __init__(self, lr, decay_rate, epsilon):
        self.lr = lr
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.clip_to = 1.0
        self.step_cache = {}

    def step(self, weights, grads):
        for k, m in weights.items():
            s = self.step_cache.setdefault(k, [0.0] * len(m))
            for i, mdwi in enumerate(grads[k]):
                s[i] = s[i] * self.decay_rate + (1.0 - self.decay_rate) * mdwi * mdwi
                mdwi = max(-self.clip_to, min(self.clip_to, mdwi))
                m[i] += -self.lr * mdwi / (sqrt(s[i]) + self.epsilon)
