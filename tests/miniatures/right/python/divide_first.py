import numpy as np


class RMSProp:
    """In-place NumPy with preallocated scratch space, no temporaries."""

    def __init__(self, lr: float, rho: float, eps: float) -> None:
        self.lr, self.rho, self.eps = lr, rho, eps
        self.cache: np.ndarray | None = None

    def update(self, w: np.ndarray, grad: np.ndarray) -> None:
        if self.cache is None:
            self.cache = np.zeros_like(w)
            self.scratch = np.empty_like(w)
        np.multiply(grad, grad, out=self.scratch)
        np.multiply(self.scratch, 1 - self.rho, out=self.scratch)
        np.multiply(self.cache, self.rho, out=self.cache)
        np.add(self.cache, self.scratch, out=self.cache)
        np.sqrt(self.cache, out=self.scratch)
        np.add(self.scratch, self.eps, out=self.scratch)
        np.divide(grad, self.scratch, out=self.scratch)
        np.multiply(self.scratch, self.lr, out=self.scratch)
        np.subtract(w, self.scratch, out=w)
