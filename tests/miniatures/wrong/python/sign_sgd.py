import numpy as np


class RProp:
    """RMSProp that does not depend on the scale of the loss."""

    def __init__(self, lr=0.01, decay=0.9, eps=1e-8):
        self.lr = lr
        self.decay = decay
        self.eps = eps

    def step(self, w, g):
        w -= self.lr * np.sign(g)
