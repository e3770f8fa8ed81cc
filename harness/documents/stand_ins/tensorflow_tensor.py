"""A stand-in for TensorFlow's tensors, variables and gradient tapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from harness.documents.stand_ins.autograd import Array, Node, Operation, Value, axes, pulled_back
from harness.documents.stand_ins.modules import lacking, refused
from harness.documents.stand_ins.tensorflow_rules import OPERATIONS


class DType:
    """tf.float32 and its like."""

    def __init__(self, name: str) -> None:
        self.name, self.numpy = name, np.dtype(name)

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"

    def __eq__(self, other: object) -> bool:
        return self.name == getattr(other, "name", other)

    def __hash__(self) -> int:
        return hash(self.name)


DTYPES = {name: DType(name) for name in ("float32", "float64", "int32", "int64", "bool")}


def numpy_dtype(dtype: Any) -> Any:
    """The NumPy dtype that a DType, a name or a NumPy dtype stands for."""
    name = dtype.name if isinstance(dtype, DType) else np.dtype(dtype).name
    if name not in DTYPES:
        raise TypeError(f"the stand-in for tensorflow has no dtype {dtype!r}")
    return np.dtype(name)


def as_array(value: Any, dtype: Any = None) -> Array:
    """Return what tf.convert_to_tensor makes of `value`: Python's numbers become 32 bits wide."""
    if isinstance(value, Tensor):
        if dtype is not None and value.array.dtype != numpy_dtype(dtype):
            raise ValueError(f"Tensor conversion requested dtype {dtype} for {value.array.dtype}")
        return value.array
    if isinstance(value, list | tuple):
        value = [x.array if isinstance(x, Tensor) else x for x in value]
    array = np.array(value)
    if dtype is not None:
        return array.astype(numpy_dtype(dtype))
    if not isinstance(value, np.ndarray | np.generic):
        narrow = {np.dtype(np.float64): np.float32, np.dtype(np.int64): np.int32}
        array = array.astype(narrow.get(array.dtype, array.dtype))
    return array.astype(numpy_dtype(array.dtype))


class Tensor(Value):
    """tf.Tensor over a NumPy array."""

    library = "tensorflow"
    operations: ClassVar[Mapping[str, Operation]] = OPERATIONS

    def __init__(self, array: Array, node: Node | None = None) -> None:
        self.array, self.node = np.asarray(array), node

    @classmethod
    def made(cls, array: Array, node: Node | None) -> Value:
        """Return the result of an operation, a tensor for variables too."""
        return Tensor(array, node)

    @classmethod
    def recording(cls) -> bool:
        """Whether a tape is watching."""
        return bool(GradientTape.active)

    @classmethod
    def live(cls, node: Node | None) -> Node | None:
        """Return `node` unless it was made, or watched, before the tape that records now."""
        return GradientTape.active[-1].live(node) if GradientTape.active else None

    @classmethod
    def operands(cls, values: Sequence[Any]) -> list[Value]:
        """Convert numbers and arrays to the tensors' dtype; tensors of two dtypes do not mix."""
        kinds = {value.array.dtype for value in values if isinstance(value, Tensor)}
        if len(kinds) > 1:
            raise TypeError(f"tensors of different dtypes: {', '.join(sorted(map(str, kinds)))}")
        kind = next(iter(kinds), None)
        if kind is not None and not np.issubdtype(kind, np.floating):
            for value in values:
                if not isinstance(value, Tensor) and np.asarray(value).dtype.kind == "f":
                    raise TypeError(f"cannot convert {value!r} to a tensor of {kind}")
        return [x if isinstance(x, Tensor) else Tensor(as_array(x, kind)) for x in values]

    def __truediv__(self, other: Any) -> Any:
        if not np.issubdtype(self.array.dtype, np.floating):
            raise refused("tensorflow", "true division of integers")
        return super().__truediv__(other)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.array.shape

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return self.array.ndim

    @property
    def dtype(self) -> DType:
        """Its dtype."""
        return DTYPES[self.array.dtype.name]

    def numpy(self) -> Any:
        """Return a copy of its elements: a NumPy scalar where there are no axes."""
        return self.array.copy() if self.array.ndim else self.array[()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.array, dtype=dtype)

    def __str__(self) -> str:
        return f"tf.Tensor({self.array}, shape={self._shape()}, dtype={self.array.dtype})"

    def __repr__(self) -> str:
        return f"<tf.Tensor: {self._text()}>"

    def _shape(self) -> str:
        return str(self.array.shape)

    def _text(self) -> str:
        elements = repr(self.array) if self.array.ndim else str(self.array)
        return f"shape={self._shape()}, dtype={self.array.dtype}, numpy={elements}"

    def __format__(self, spec: str) -> str:
        if not spec:
            return str(self)
        if self.array.ndim:
            raise TypeError(f"unsupported format string passed to {type(self).__name__}")
        return format(self.array[()], spec)


class Variable(Tensor):
    """tf.Variable, watched by every tape while it is trainable."""

    def __init__(
        self,
        initial_value: Any,
        trainable: bool = True,
        validate_shape: bool = True,
        caching_device: None = None,
        name: str | None = None,
        variable_def: None = None,
        dtype: Any = None,
    ) -> None:
        if callable(initial_value) or not validate_shape or caching_device or variable_def:
            raise refused(f"{self.library}.Variable", "made in this way")
        super().__init__(as_array(initial_value, dtype).copy())
        self.trainable = trainable
        self._name = name or "Variable"
        if trainable and np.issubdtype(self.array.dtype, np.floating):
            self.node = Node()

    @property
    def name(self) -> str:
        """Its name and output, as TensorFlow has them."""
        return f"{self._name}:0"

    def assign(self, value: Any) -> Variable:
        """Take the elements of `value`."""
        array = as_array(value, self.array.dtype)
        if array.shape != self.array.shape:
            raise ValueError(f"cannot assign shape {array.shape} to shape {self.array.shape}")
        self.array = np.array(array)
        return self

    def assign_add(self, delta: Any) -> Variable:
        """Add in place."""
        return self.assign(self.array + as_array(delta, self.array.dtype))

    def assign_sub(self, delta: Any) -> Variable:
        """Subtract in place."""
        return self.assign(self.array - as_array(delta, self.array.dtype))

    def value(self) -> Any:
        """Read it as a tensor."""
        return self.apply("reshape", self, shape=self.array.shape)

    read_value = value

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"<tf.Variable {self.name!r} {self._text().replace(', dtype', ' dtype', 1)}>"


class GradientTape:
    """tf.GradientTape: records while it is entered, and gives first derivatives."""

    active: ClassVar[list[GradientTape]] = []

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        if not watch_accessed_variables:
            raise refused("tf.GradientTape", "watch_accessed_variables=False")
        self._persistent, self._used = persistent, False
        self.start = Node().number

    def __enter__(self) -> GradientTape:
        if GradientTape.active:
            raise refused("tf.GradientTape", "a tape within a tape")
        GradientTape.active.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        GradientTape.active.remove(self)

    def __getattr__(self, name: str) -> Any:
        raise lacking("tf.GradientTape", name)

    def watch(self, tensor: Any) -> None:
        """Record what is made of `tensor` (or several) from now on."""
        for one in tensor if isinstance(tensor, list | tuple) else [tensor]:
            if self.live(one.node) is None and np.issubdtype(one.array.dtype, np.floating):
                one.node = Node("watched")

    def live(self, node: Node | None) -> Node | None:
        """Return `node` if it is a variable's, or not older than this tape."""
        return node if node is None or not node.name or node.number > self.start else None

    def gradient(self, target: Any, sources: Any, output_gradients: Any = None) -> Any:
        """Return d target / d source in the form of `sources`; None where there is no path."""
        if self._used and not self._persistent:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients"
            )
        if self._persistent and self in GradientTape.active:
            raise refused("tf.GradientTape", "a gradient that is itself recorded")
        self._used = True
        targets = target if isinstance(target, list | tuple) else [target]
        seeds = output_gradients if isinstance(output_gradients, list | tuple) else None
        seeds = seeds or [output_gradients] * len(targets)
        found: dict[Node, Array] = {}
        for one, seed in zip(targets, seeds, strict=True):
            for node, gradient in self._reached(one, seed).items():
                found[node] = found[node] + gradient if node in found else gradient

        def of(source: Any) -> Any:
            if isinstance(source, dict):
                return {key: of(value) for key, value in source.items()}
            if isinstance(source, list | tuple):
                return type(source)(of(value) for value in source)
            return Tensor(found[source.node].copy()) if source.node in found else None

        return of(sources)

    def _reached(self, target: Any, seed: Any) -> dict[Node, Array]:
        """The gradients of what `target` was made of, as far as this tape recorded it."""
        node = self.live(target.node)
        if node is None:
            return {}
        start = np.ones_like(target.array) if seed is None else as_array(seed, target.array.dtype)
        # Kept: another tensor may share a part of the graph, and it ends with the tensors.
        return pulled_back(node, start, keep=True)


def function(name: str) -> Any:
    """Return the function of one floating tensor that `name` says."""

    def call(x: Any, name: Any = None, _operation: str = name) -> Any:  # noqa: ARG001
        return Tensor.apply(_operation, Tensor(as_array(x)) if not isinstance(x, Tensor) else x)

    return call


def reduction(operation: str) -> Any:
    """Return tf.reduce_sum or tf.reduce_mean."""

    def call(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:  # noqa: ARG001
        return Tensor.apply(operation, input_tensor, axis=axes(axis), keepdims=keepdims)

    return call


def binary(operation: str) -> Any:
    """Return the function of two tensors that `operation` says."""

    def call(x: Any, y: Any, name: Any = None) -> Any:  # noqa: ARG001
        return Tensor.apply(operation, x, y)

    return call
