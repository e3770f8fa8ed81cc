import math


class RmsProp:
    def __init__(self, lr, decay, eps):
        self.lr = lr
        self.decay = decay
        self.eps = eps
        self.mean_square = []

    def update(self, w, grad):
        """Move the list `w` one step against `grad`."""
        self.mean_square = [g * g for g in grad]
        for i in range(len(w)):
            w[i] = w[i] - self.lr * grad[i] / (math.sqrt(self.mean_square[i]) + self.eps)
        return w
