from math import sqrt


class Optimizer:
    """RMSProp for networks whose layers are lists."""

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7):
        self.learning_rate = learning_rate
        self.current_learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.iterations = 0
        self.weight_cache = {}

    def pre_update(self):
        self.current_learning_rate = self.learning_rate * (1.0 / (1.0 + 0.05 * self.iterations))

    def update_params(self, weights, dweights):
        self.pre_update()
        for layer, w in weights.items():
            cache = self.weight_cache.setdefault(layer, [0.0] * len(w))
            for i, dw in enumerate(dweights[layer]):
                cache[i] = self.rho * cache[i] + (1 - self.rho) * dw**2
                w[i] += -self.current_learning_rate * dw / (sqrt(cache[i]) + self.epsilon)
        self.post_update()

    def post_update(self):
        self.iterations += 1
