from math import sqrt


class RMSProp:
    def __init__(self, lr, gamma, eps):
        self.lr = lr
        self.gamma = gamma
        self.eps = eps
        self.eg2 = {}

    def update(self, params, grads):
        for name, weights in params.items():
            for i in range(len(weights)):
                g = grads[name][i]
                self.eg2[i] = self.gamma * self.eg2.get(i, 0.0) + (1 - self.gamma) * g * g
                weights[i] -= self.lr * g / sqrt(self.eg2[i] + self.eps)
