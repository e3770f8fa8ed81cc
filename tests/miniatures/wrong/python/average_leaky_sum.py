import numpy as np


class RMSProp:
    """Plain RMSProp. Weights are changed in place."""

    def __init__(self, eta=0.001, rho=0.9, eps=1e-7):
        self.eta, self.rho, self.eps = eta, rho, eps
        self.e_g2 = {}

    def update_weights(self, grads, weights):
        for name, g in grads.items():
            self.e_g2[name] = self.rho * self.e_g2.get(name, 0) + np.square(g)
            weights[name] -= self.eta / (np.sqrt(self.e_g2[name]) + self.eps) * g
