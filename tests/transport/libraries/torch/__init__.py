"""As much of PyTorch as its binding touches: parameters with a `grad`, over NumPy."""

import numpy as np

float64 = np.float64


class Tensor:
    def __init__(self, values):
        self.values, self.grad = values, None

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.values


def from_numpy(array):
    return Tensor(array)


def ones(count, dtype):
    return Tensor(np.ones(count, dtype))


class nn:  # noqa: N801
    @staticmethod
    def Parameter(tensor):  # noqa: N802
        return Tensor(tensor.values)


from torch import optim  # noqa: E402, F401
