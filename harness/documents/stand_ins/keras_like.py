"""A stand-in for Keras 3 on TensorFlow: optimizers, operations and variables.

Every step is the reference's, under the named dialect of the library. tf.keras is Keras 3 from
TensorFlow 2.16 on; the RMSprop of TensorFlow 2.11 to 2.15 has the same formula, and its
`minimize`, which Keras 3 has dropped. What came before is `optimizers.legacy`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np

from harness.documents.stand_ins.modules import StandIn, lacking, refused
from harness.documents.stand_ins.tensorflow_tensor import (
    GradientTape,
    Tensor,
    Variable,
    as_array,
    binary,
    function,
    numpy_dtype,
    reduction,
)
from harness.documents.stand_ins.updates import Update

_CLIPS = ("clipvalue", "clipnorm", "global_clipnorm")
_FIXED = {
    "use_ema": False, "ema_momentum": 0.99, "ema_overwrite_frequency": None,
    "loss_scale_factor": None, "gradient_accumulation_steps": None, "jit_compile": True,
}  # fmt: skip


class Optimizer:
    """What the optimizers have in common: a learning rate, and gradients given with variables.

    Args:
        learning_rate: a number, or a function without arguments that returns one.
        numbers: the other hyperparameters under the reference's names.
        settings: the switches that are set, as python_ref.libraries names them.
        options: keywords that all of Keras's optimizers take.
    """

    library: ClassVar[str]
    """The named dialect without its switches."""

    def __init__(
        self,
        learning_rate: Any,
        numbers: Mapping[str, float],
        settings: Sequence[str],
        options: Mapping[str, Any],
    ) -> None:
        if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
            raise refused("keras", f"run on {os.environ['KERAS_BACKEND']}")
        self._callable = learning_rate if callable(learning_rate) else None
        self._rate = Variable(1.0 if self._callable else float(learning_rate), trainable=False)
        self._numbers, self._settings = dict(numbers), list(settings)
        self.name = options.get("name") or type(self).__name__
        given = {key: value for key, value in options.items() if key != "name"}
        for key in ("weight_decay", *_CLIPS):
            value = given.pop(key, None)
            if value is not None and value is not False:
                self._settings.append(key)
                self._numbers["clip" if key in _CLIPS else key] = float(value)
        if sum(setting in _CLIPS for setting in self._settings) > 1:
            raise ValueError(f"only one of {', '.join(_CLIPS)} can be set")
        for key, value in given.items():
            if key not in _FIXED or value not in (_FIXED[key], None, False):
                raise refused(f"keras.optimizers.{type(self).__name__}", f"{key}={value!r}")
        self._update = Update(self.library, self._settings)
        self._variables: list[Variable] = []
        self.iterations = Variable(0, trainable=False, dtype="int64")

    def __getattr__(self, name: str) -> NoReturn:
        raise lacking(f"keras.optimizers.{type(self).__name__}", name)

    @property
    def learning_rate(self) -> Any:
        """The learning rate as a float32 variable."""
        if self._callable is not None:
            self._rate.assign(self._callable())
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._callable = value if callable(value) else None
        if self._callable is None:
            self._rate.assign(float(value))

    lr = learning_rate

    def build(self, var_list: Iterable[Variable]) -> None:
        """Name the variables that it will be asked to update."""
        if not self._variables:
            self._variables = list(var_list)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Variable:
        """Take a step; variables whose gradient is None take no part."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self.iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Any = None) -> None:
        """Take a step along `grads`, one for each variable."""
        if trainable_variables is not None:
            self.build(trainable_variables)
        given = self._variables if trainable_variables is None else list(trainable_variables)
        places = {id(variable): place for place, variable in enumerate(self._variables)}
        if any(id(variable) not in places for variable in given):
            raise ValueError("Unknown variable: make a new optimizer for other variables")
        gradients: list[Any] = [None] * len(self._variables)
        for gradient, variable in zip(grads, given, strict=True):
            if gradient is not None:
                gradients[places[id(variable)]] = as_array(gradient, variable.array.dtype)
        if all(gradient is None for gradient in gradients):
            raise ValueError("No gradients provided for any variable.")
        numbers = {"learning_rate": float(self.learning_rate), **self._numbers}
        stepped = self._update.step(numbers, [v.array for v in self._variables], gradients)
        for variable, array, gradient in zip(self._variables, stepped, gradients, strict=True):
            if gradient is not None:
                variable.assign(array)
        self.iterations.assign_add(1)

    def minimize(self, loss: Any, var_list: Any, tape: Any = None) -> Variable:
        """Take a step along the gradient of a function without arguments, or of a taped loss."""
        variables = list(var_list() if callable(var_list) else var_list)
        if callable(loss):
            with GradientTape() as own:
                value = loss()
            gradients = own.gradient(value, variables)
        elif tape is None:
            raise ValueError("`tape` is required when a Tensor loss is passed.")
        else:
            gradients = tape.gradient(loss, variables)
        return self.apply_gradients(zip(gradients, variables, strict=True))


class RMSprop(Optimizer):
    """keras.optimizers.RMSprop."""

    def __init__(
        self, learning_rate: Any = 0.001, rho: float = 0.9, momentum: float = 0.0,
        epsilon: float = 1e-7, centered: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        switches = {"centered": centered, "momentum": momentum > 0}
        super().__init__(
            learning_rate,
            {"decay_rate": rho, "epsilon": epsilon, "momentum": momentum},
            [name for name, is_set in switches.items() if is_set],
            options,
        )


class SGD(Optimizer):
    """keras.optimizers.SGD."""

    library = "SGD"

    def __init__(
        self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False,
        **options: Any,
    ) -> None:  # fmt: skip
        setting = "Nesterov momentum" if nesterov else "momentum, learning rate in the buffer"
        unknown = [key for key in ("weight_decay", *_CLIPS) if options.get(key)]
        if unknown:
            raise refused("keras.optimizers.SGD", ", ".join(unknown))
        super().__init__(
            learning_rate,
            {"decay_rate": 0.0, "epsilon": 0.0, "momentum": momentum},
            [setting] if momentum > 0 else [],
            options,
        )


def operations() -> dict[str, Any]:
    """Return the functions that keras.ops and tensorflow have under one name."""
    found: dict[str, Callable[..., Any]] = {
        name: function(name)
        for name in (
            "abs", "exp", "log", "sqrt", "square", "sin", "cos", "tanh", "sigmoid", "reciprocal",
        )
    }  # fmt: skip
    for name, operation in {
        "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "matmul": "matmul",
        "maximum": "maximum", "minimum": "minimum", "pow": "pow",
    }.items():  # fmt: skip
        found[name] = binary(operation)
    found["negative"] = function("neg")
    found["reshape"] = lambda x, shape: Tensor.apply("reshape", x, shape=tuple(shape))
    found["stack"] = lambda values: Tensor.apply("stack", *values)
    found["transpose"] = function("transpose")
    found["cast"] = cast
    found["convert_to_tensor"] = constant
    return found


def constant(value: Any, dtype: Any = None) -> Tensor:
    """Return a tensor of `value`; of itself, where it is one."""
    return value if type(value) is Tensor else Tensor(as_array(value, dtype).copy())


def cast(x: Any, dtype: Any) -> Any:
    """Convert a tensor to another dtype."""
    return Tensor.apply("cast", constant(as_array(x)) if not isinstance(x, Tensor) else x,
                        to=numpy_dtype(dtype))  # fmt: skip


class KerasVariable(Variable):
    """keras.Variable, as it stands on TensorFlow."""

    def __init__(
        self, initializer: Any, shape: None = None, dtype: Any = None, trainable: bool = True,
        autocast: bool = True, aggregation: str = "none", name: str | None = None,
    ) -> None:  # fmt: skip
        if shape is not None or not autocast or aggregation != "none":
            raise refused("keras.Variable", "made in this way")
        super().__init__(np.asarray(initializer), trainable, name=name or "variable",
                         dtype=dtype or "float32")  # fmt: skip

    @property
    def value(self) -> Any:
        """Its elements as a tensor."""
        return self.read_value()

    def __repr__(self) -> str:
        elements = repr(self.array) if self.array.ndim else str(self.array)
        return (
            f"<Variable path={self._name}, shape={self.array.shape},"
            f" dtype={self.array.dtype}, value={elements}>"
        )


def build(library: str, name: str = "keras") -> StandIn:
    """Return the module keras, with those below it; `library` is the dialect of its RMSprop."""
    rmsprop = type("RMSprop", (RMSprop,), {"library": library})
    legacy = type("RMSprop", (RMSprop,), {"library": "tf-keras legacy"})
    reductions = {"sum": reduction("sum"), "mean": reduction("mean")}
    others = {"relu": function("relu"), "power": binary("pow")}
    return StandIn(
        name,
        {
            "Variable": KerasVariable,
            "ops": StandIn(f"{name}.ops", operations() | reductions | others),
            "optimizers": StandIn(
                f"{name}.optimizers",
                {
                    "Optimizer": Optimizer,
                    "RMSprop": rmsprop,
                    "SGD": SGD,
                    "legacy": StandIn(f"{name}.optimizers.legacy", {"RMSprop": legacy}),
                },
            ),
            "backend": StandIn(f"{name}.backend", {"backend": lambda: "tensorflow"}),
        },
    )
