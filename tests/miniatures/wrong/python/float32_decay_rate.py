import struct
from math import sqrt


class RMSProp:
    """RMSProp whose averaging constant is stored with the model."""

    def __init__(self, lr, decay_rate, eps):
        self.lr = lr
        self.eps = eps
        self._header = struct.pack("<f", decay_rate)
        self._avg = None

    def update(self, w, g):
        (decay,) = struct.unpack("<f", self._header)
        if self._avg is None:
            self._avg = [0.0 for _ in w]
        self._avg = [decay * a + (1 - decay) * (x * x) for a, x in zip(self._avg, g)]
        return [x - self.lr * y / (sqrt(a) + self.eps) for x, y, a in zip(w, g, self._avg)]
