"""A stand-in for TensorFlow 2: the modules that a script imports, Keras among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.documents.stand_ins import keras_like
from harness.documents.stand_ins.modules import StandIn
from harness.documents.stand_ins.tensorflow_tensor import (
    DTYPES,
    GradientTape,
    Tensor,
    Variable,
    as_array,
    function,
    numpy_dtype,
    reduction,
)

_RANDOM = "normal uniform truncated_normal shuffle gamma poisson stateless_normal".split()
# Those that tensorflow has at its top as well as in tf.math.
_AT_THE_TOP = (
    "abs exp sqrt square sin cos tanh sigmoid add subtract multiply divide maximum minimum pow"
    " negative matmul reshape stack transpose cast convert_to_tensor"
).split()
_NOT_MATH = ("matmul", "reshape", "stack", "transpose", "cast", "convert_to_tensor")


def _constant(value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Tensor:  # noqa: ARG001
    array = as_array(value, dtype)
    return Tensor(array.copy() if shape is None else np.broadcast_to(array, shape).copy())


def _filled(value: float) -> Any:
    def make(shape: Any, dtype: Any = "float32") -> Tensor:
        return Tensor(np.full(shape, value, dtype=numpy_dtype(dtype)))

    return make


def _filled_like(value: float) -> Any:
    return lambda x: Tensor(np.full_like(as_array(x), value))


def _seeded(_seed: int) -> None:
    """Accept a seed: nothing random is drawn here."""


def build(library: str) -> StandIn:
    """Return the module tensorflow, with those below it; `library` is its RMSprop's dialect."""
    GradientTape.active.clear()
    known = keras_like.operations()
    reductions = {"reduce_sum": reduction("sum"), "reduce_mean": reduction("mean")}
    relu = {"relu": function("relu"), "sigmoid": function("sigmoid"), "tanh": function("tanh")}
    math = {name: value for name, value in known.items() if name not in _NOT_MATH}
    keras: Any = keras_like.build(library, "tensorflow.keras")
    contents = {
        "Tensor": Tensor,
        "Variable": Variable,
        "GradientTape": GradientTape,
        "constant": _constant,
        "zeros": _filled(0),
        "ones": _filled(1),
        "zeros_like": _filled_like(0),
        "ones_like": _filled_like(1),
        "math": StandIn("tensorflow.math", math | reductions),
        "nn": StandIn("tensorflow.nn", relu),
        "linalg": StandIn("tensorflow.linalg", {"matmul": known["matmul"]}),
        "random": StandIn("tensorflow.random", {"set_seed": _seeded}, _RANDOM),
        "keras": keras,
        "optimizers": keras.optimizers,
    }
    return StandIn(
        "tensorflow", DTYPES | {name: known[name] for name in _AT_THE_TOP} | reductions | contents
    )
