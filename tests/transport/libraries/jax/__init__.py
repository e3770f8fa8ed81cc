"""As much of JAX as the bindings touch: arrays of NumPy, a compiler that changes nothing."""

import numpy as numpy

WIDTHS = []


class config:  # noqa: N801
    @staticmethod
    def update(name, value):
        WIDTHS.append((name, value))


def jit(function):
    function.compiled = True
    return function
