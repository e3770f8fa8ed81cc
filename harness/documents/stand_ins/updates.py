"""An optimizer's update, stepped by the reference under the library's named dialect.

The reference is fed whole scenarios; an optimizer in a script gets its gradients one call at a
time, between calls the script may set the learning rate or write to the weights. `Update`
takes a call as a scenario of one step and carries what is remembered from one to the next.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.documents.stand_ins.modules import refused, stepped
from python_ref.algebra import ALGEBRAS, Algebra, Array, _Floats
from python_ref.arithmetic import PLAIN, Arithmetic
from python_ref.calls import Layout
from python_ref.dialects import Dialect, Hypothesis
from python_ref.libraries import LIBRARIES, find
from python_ref.plan import hyperparameters
from python_ref.scenarios import Scenario
from python_ref.stepping import Stepper


@dataclass(frozen=True)
class Way:
    """How a library writes its step down: what settles the last bits of a dialect.

    Attributes:
        arithmetic: the order of its operations.
        tensors: its hyperparameters are float32 tensors from the start, so that 1 - d is
            formed in float32; otherwise in the double of a Python number, and then narrowed.
    """

    arithmetic: Arithmetic = PLAIN
    tensors: bool = False


_INCREMENTAL = Way(Arithmetic(ema="incremental"), tensors=True)

# PyTorch: addcmul of aten/src/ATen/native/cpu/PointwiseOpsKernel.cpp, self + value*t1*t2, in
# kernels built with FMA, which compilers contract; addcdiv there is (value*t1)/t2.
# TensorFlow 1 and legacy momentum: ApplyRMSProp in tensorflow/core/kernels/training_ops.cc.
# Keras runs each operation of its source by itself and is plain.
_WAYS: Mapping[str, Way] = {
    "PyTorch": Way(Arithmetic(square="left", ema="fused_square")),
    "AdaGrad": Way(Arithmetic(ema="fused_square")),
    "Adam mean_decay given": Way(Arithmetic(square="left", ema="fused_square")),
    "TensorFlow 1": _INCREMENTAL,
    "tf-keras legacy": Way(tensors=True),
    "tf-keras legacy momentum": _INCREMENTAL,
    "tf-keras legacy centered momentum": _INCREMENTAL,
}


def composed(library: str, settings: Collection[str]) -> tuple[str, Dialect]:
    """Return name and dialect of a library with several of its switches set.

    Args:
        library: a name in python_ref.libraries.
        settings: words that follow it there, each for itself or all together.

    Raises:
        NotReproducible: the library is not known with one of them.
    """
    name = " ".join([library, *settings])
    try:
        if name in LIBRARIES:
            return name, LIBRARIES[name].dialect
        parts = [find(library), *(find(f"{library} {setting}") for setting in settings)]
        deviations = [d for part in parts for d in part.dialect.deviations]
        constants = {k: v for part in parts for k, v in part.dialect.items}
        return name, Dialect(deviations, constants)
    except ValueError as error:
        raise refused(library, str(error)) from None


class Update:
    """The update of an optimizer, for the arrays it was given first.

    Args:
        library: the named dialect without its switches.
        settings: the switches that are set.
    """

    def __init__(self, library: str, settings: Collection[str]) -> None:
        self._library, self._settings = library, tuple(settings)
        self._stepper: _Fed | None = None

    def step(
        self,
        numbers: Mapping[str, float],
        weights: Sequence[NDArray[Any]],
        gradients: Sequence[NDArray[Any] | None],
    ) -> list[NDArray[Any]]:
        """Return the weights after a step; arrays whose gradient is None take no part.

        Args:
            numbers: learning_rate, decay_rate and epsilon, and options by their names.
            weights: as they stand now, all of one dtype.
            gradients: one for each.

        Raises:
            NotReproducible: dtypes are mixed, or not of the reference's precisions.
        """
        kinds = {str(array.dtype) for array in weights}
        if len(kinds) != 1 or not kinds <= {"float32", "float64"}:
            raise refused(self._library, f"parameters in {' and '.join(sorted(kinds))}")
        (precision,) = kinds
        three = ("learning_rate", "decay_rate", "epsilon")
        scenario = Scenario(
            name=self._library,
            catches="",
            weights={str(i): _flat(array) for i, array in enumerate(weights)},
            gradients=[{str(i): _flat(g) for i, g in enumerate(gradients) if g is not None}],
            learning_rate=numbers["learning_rate"],
            decay_rate=numbers["decay_rate"],
            epsilon=numbers["epsilon"],
            options={name: value for name, value in numbers.items() if name not in three},
        )
        if self._stepper is None:
            self._stepper = self._made(scenario, precision)
        elif self._stepper.precision != precision or self._stepper.lengths != scenario.lengths:
            raise refused(self._library, "parameters that change dtype or shape between steps")
        flat = self._stepper.feed(scenario)
        places = np.cumsum(scenario.lengths)[:-1]
        return [
            part.reshape(array.shape).astype(array.dtype)
            for part, array in zip(np.split(flat, places), weights, strict=True)
        ]

    def _made(self, scenario: Scenario, precision: str) -> _Fed:
        wide = precision == "float64" and f"{self._library} float64" in LIBRARIES
        name, dialect = composed(self._library, [*self._settings, *(["float64"] if wide else [])])
        if name not in stepped:
            stepped.append(name)
        way = _WAYS.get(name) or _WAYS.get(self._library, Way())
        algebra = ALGEBRAS[precision]
        if precision == "float32" and not way.tensors:
            algebra = _PythonNumbers()
        return _Fed(scenario, Hypothesis(dialect, way.arithmetic, precision), algebra)


def _flat(array: NDArray[Any]) -> NDArray[np.float64]:
    return array.astype(np.float64).ravel()


class _Fed(Stepper):
    """A stepper of one hypothesis whose scenario arrives a step at a time."""

    def __init__(self, scenario: Scenario, hypothesis: Hypothesis, algebra: Algebra) -> None:
        super().__init__(scenario, [hypothesis], {hypothesis.effective_precision: algebra})
        self.precision, self.lengths = hypothesis.precision, scenario.lengths
        self._dialect, self._algebra = hypothesis.dialect, algebra
        self._times = np.zeros(scenario.size, dtype=np.int64)
        self._number = 0
        self._numbers = hyperparameters(scenario, self._dialect)

    def feed(self, scenario: Scenario) -> NDArray[np.float64]:
        """Take the only step of `scenario` from its weights, with its hyperparameters."""
        layout = Layout(scenario)
        (call,) = layout.calls
        self._number += 1
        self._times[call.columns] += 1
        call.t, call.number = self._times[call.columns].copy(), self._number
        self._layout.calls, self._taken = [call], 0
        ((_, engine),) = self._parts
        plan, a = engine.plan, self._algebra
        plan.weights.state["kept"][:] = a.given(layout.weights)
        numbers = hyperparameters(scenario, self._dialect)
        if numbers != self._numbers:
            self._numbers = numbers
            for stage in (
                plan.gradient, plan.average, plan.mean, plan.denominator, plan.quotient,
                plan.buffer, plan.weights,
            ):  # fmt: skip
                none = np.zeros(stage.rows, dtype=np.bool_)
                for name in stage.columns:
                    stage.columns[name] = a.column(np.full(stage.rows, numbers[name]), none)
        weights, _ = self.step()
        return weights.ravel()


class _PythonNumbers(_Floats):
    """float32 whose hyperparameters are Python numbers, narrowed where they meet an array.

    So 1 - d, which a library writes in Python, is formed in double: for d = 0.99 that is
    another float than 1 - (float) d, by half a part in a million, and seen after 200 steps.
    """

    def __init__(self) -> None:
        super().__init__(np.float32, np.float32, np.float32)

    def column(self, values: NDArray[np.float64], _own: NDArray[np.bool_], /) -> Array:
        narrow = values.astype(np.float32).reshape(-1, 1).view(_PythonNumber)
        narrow.wide = values.reshape(-1, 1)
        return narrow

    def correction(self, decay: Array, t: NDArray[np.int64]) -> Array:
        wide = ALGEBRAS["float64"].correction(decay.wide, t)
        return wide.astype(np.float32)


class _PythonNumber(np.ndarray[Any, Any]):
    """A hyperparameter as float32, that still knows its double and its complement from it."""

    wide: NDArray[np.float64]

    def __getitem__(self, rows: Any) -> Any:
        part = super().__getitem__(rows)
        part.wide = self.wide[rows]
        return part

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc is np.subtract and isinstance(inputs[0], int) and inputs[1] is self:
            return (inputs[0] - self.wide).astype(np.float32)
        plain = [np.asarray(x) if isinstance(x, _PythonNumber) else x for x in inputs]
        return getattr(ufunc, method)(*plain, **options)
