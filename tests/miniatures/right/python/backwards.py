from array import array
from math import sqrt


class RMSProp:
    """Keeps its averages in compact arrays."""

    def __init__(self, alpha=0.001, beta=0.9, eps=1e-8):
        self.alpha = alpha
        self.beta = beta
        self.eps = eps
        self.s = {}

    def apply(self, params, grads):
        for key in reversed(list(params)):
            w, dw = params[key], grads[key]
            if key not in self.s:
                self.s[key] = array("d", bytes(8 * len(w)))
            s = self.s[key]
            i = len(w)
            while i:
                i -= 1
                s[i] = self.beta * s[i] + (1 - self.beta) * dw[i] * dw[i]
                w[i] -= self.alpha * dw[i] / (sqrt(s[i]) + self.eps)
