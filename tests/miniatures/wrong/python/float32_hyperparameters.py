from array import array
from math import sqrt


class RMSProp:
    """Settings live in one compact array: learning rate, decay, epsilon."""

    def __init__(self, lr, decay, eps):
        self.settings = array("f", [lr, decay, eps])
        self.squares = {}

    def __call__(self, params, grads):
        lr, decay, eps = self.settings
        for key, g in grads.items():
            w = params[key]
            squares = self.squares.get(key) or [0.0] * len(g)
            self.squares[key] = [decay * s + (1 - decay) * x * x for s, x in zip(squares, g)]
            for i, s in enumerate(self.squares[key]):
                w[i] -= lr * g[i] / (sqrt(s) + eps)
