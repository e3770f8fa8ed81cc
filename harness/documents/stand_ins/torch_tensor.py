"""A stand-in for torch.Tensor and its autograd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from harness.documents.stand_ins.autograd import (
    Array,
    Node,
    Operation,
    Value,
    axes,
    pulled_back,
    used_up,
)
from harness.documents.stand_ins.modules import refused
from harness.documents.stand_ins.torch_inplace import InPlace
from harness.documents.stand_ins.torch_rules import OPERATIONS
from harness.documents.stand_ins.torch_state import (
    BY_NUMPY,
    DTYPES,
    DType,
    Size,
    State,
    numpy_dtype,
)
from harness.documents.stand_ins.torch_text import written


class Tensor(InPlace):
    """torch.Tensor over a NumPy array; a leaf that requires a gradient has a node of its own."""

    library = "torch"
    operations: ClassVar[Mapping[str, Operation]] = OPERATIONS

    def __init__(self, array: Array, node: Node | None = None) -> None:
        self.array, self.node = np.asarray(array), node
        self.grad: Tensor | None = None

    @classmethod
    def made(cls, array: Array, node: Node | None) -> Value:
        """Return the result of an operation, a plain tensor for parameters too."""
        return Tensor(array, node)

    @classmethod
    def recording(cls) -> bool:
        """Whether gradients are enabled."""
        return State.recording

    @classmethod
    def operands(cls, values: Sequence[Any]) -> list[Value]:
        """Promote as torch does: by dimensioned tensors first, then 0-d ones, then numbers."""
        for value in values:
            if not isinstance(value, Tensor | bool | int | float | np.number):
                kind = type(value).__name__
                raise TypeError(f"the stand-in for torch does not mix tensors with {kind}")
        tensors = [value for value in values if isinstance(value, Tensor)]
        ranked = [[t for t in tensors if t.array.ndim], [t for t in tensors if not t.array.ndim]]
        kinds: list[Any] = [np.result_type(*(t.array for t in rank)) for rank in ranked if rank]
        if any(not isinstance(value, Tensor) and _is_float(value) for value in values):
            kinds.append(State.default)
        kind = next((k for k in kinds if np.issubdtype(k, np.floating)), kinds[0])
        return [cls._of(value, kind) for value in values]

    @classmethod
    def _of(cls, value: Any, kind: Any) -> Tensor:
        if not isinstance(value, Tensor):
            return Tensor(np.asarray(value, dtype=kind))
        same = value.array.dtype == kind
        return value if same else cls.apply("cast", value, to=kind)

    def __rsub__(self, other: Any) -> Any:
        return self.apply("rsub", self, other)

    def __truediv__(self, other: Any) -> Any:
        return self.apply("div", _floating(self), other)

    def __rtruediv__(self, other: Any) -> Any:
        # torch/_tensor.py has it so: 1 / x is a reciprocal.
        return self.apply("reciprocal", _floating(self)) * other

    def __pow__(self, other: Any) -> Any:
        if isinstance(other, Tensor):
            return self.apply("power", self, other)
        base = self if not _is_float(other) else _floating(self)
        return self.apply("pow", base, exponent=float(other))

    def __rpow__(self, other: Any) -> Any:
        return self.apply("power", other, self)

    # -- gradients ------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient may be asked for."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Say whether a gradient will be asked for."""
        if requires_grad and not np.issubdtype(self.array.dtype, np.floating):
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if requires_grad and self.node is None:
            self.node = Leaf(self)
        elif not requires_grad and self.is_leaf:
            self.node = None
        return self

    def backward(self, gradient: Any = None, retain_graph: bool = False) -> None:
        """Add the gradient of this tensor to the `grad` of every leaf that it depends on."""
        for node, gradient_ in graph_gradients(self, gradient, retain_graph).items():
            if isinstance(node, Leaf):
                leaf = node.tensor
                if leaf.grad is None:
                    leaf.grad = Tensor(gradient_.copy())
                else:
                    leaf.grad = Tensor(leaf.grad.array + gradient_)

    # -- what is asked of a tensor --------------------------------------------------------

    @property
    def shape(self) -> Size:
        """Its shape."""
        return Size(self.array.shape)

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return self.array.ndim

    @property
    def dtype(self) -> DType:
        """Its dtype."""
        return BY_NUMPY[self.array.dtype]

    @property
    def device(self) -> str:
        """Always the processor."""
        return "cpu"

    @property
    def data(self) -> Tensor:
        """The same memory, without history."""
        return Tensor(self.array)

    @data.setter
    def data(self, value: Tensor) -> None:
        self.array = value.array

    @property
    def T(self) -> Tensor:  # noqa: N802
        """Transposed."""
        return self.apply("transpose", self)  # type: ignore[no-any-return]

    def detach(self) -> Tensor:
        """The same memory, without history."""
        return Tensor(self.array)

    def clone(self) -> Any:
        """Copy, and pass gradients through."""
        return self.apply("reshape", self, shape=self.array.shape).copied()

    def copied(self) -> Tensor:
        """Give this tensor memory of its own."""
        self.array = self.array.copy()
        return self

    def cpu(self) -> Tensor:
        """Return itself: it is there."""
        return self

    def to(self, *targets: Any, dtype: Any = None, device: Any = "cpu") -> Any:
        """Convert to a dtype; the only device is the processor."""
        for target in (*targets, device):
            if isinstance(target, DType):
                dtype = target
            elif str(target) != "cpu":
                raise refused("torch", f"a device called {target}")
        if dtype is None or numpy_dtype(dtype) == self.array.dtype:
            return self
        return self.apply("cast", self, to=numpy_dtype(dtype))

    def size(self, dim: int | None = None) -> Any:
        """Return its shape, or the length of one axis."""
        return self.shape if dim is None else self.shape[dim]

    def numel(self) -> int:
        """How many elements there are."""
        return self.array.size

    def dim(self) -> int:
        """How many axes there are."""
        return self.array.ndim

    def item(self) -> Any:
        """Return the only element as a Python number."""
        if self.array.size != 1:
            size = self.array.size
            raise RuntimeError(f"a Tensor with {size} elements cannot be converted to Scalar")
        return self.array.item()

    def tolist(self) -> Any:
        """Return its elements as Python numbers."""
        return self.array.tolist()

    def numpy(self) -> Array:
        """Return its memory as an ndarray."""
        if self.node is not None:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. "
                "Use tensor.detach().numpy() instead."
            )
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        kind = None if self.array.dtype in (State.default, np.int64, np.bool_) else self.dtype
        return written(self.array, repr(kind) if kind else "", self.node)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if not self.array.ndim else super().__format__(spec)

    def reshape(self, *shape: Any) -> Any:
        """Return it in another shape."""
        whole = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        return self.apply("reshape", self, shape=tuple(whole))

    view = reshape

    def sum(self, dim: Any = None, keepdim: bool = False) -> Any:
        """Sum over axes, or all."""
        return self.apply("sum", self, axis=axes(dim), keepdims=keepdim)

    def mean(self, dim: Any = None, keepdim: bool = False) -> Any:
        """Average over axes, or all."""
        return self.apply("mean", self, axis=axes(dim), keepdims=keepdim)

    def clamp(self, min: float = -np.inf, max: float = np.inf) -> Any:  # noqa: A002
        """Bring every element between two numbers."""
        return self.apply("clamp", self, low=min, high=max)

    def pow(self, exponent: Any) -> Any:
        """Raise to a power."""
        return self**exponent

    def square(self) -> Any:
        """Multiply by itself, as a power."""
        return self**2

    def dot(self, other: Tensor) -> Any:
        """Scalar product of vectors."""
        return self @ other

    matmul = dot


class Leaf(Node):
    """The node of a tensor that gradients are asked for."""

    def __init__(self, tensor: Tensor) -> None:
        super().__init__()
        self.tensor = tensor


def unary(name: str) -> Any:
    """Return the function of one floating tensor that `name` says, for module and method."""

    def function(input: Tensor) -> Any:  # noqa: A002
        return Tensor.apply(name, _floating(input))

    function.__name__ = name
    return function


UNARY = ("log", "exp", "sqrt", "sin", "cos", "tanh", "sigmoid", "reciprocal")
for _name in UNARY:
    setattr(Tensor, _name, unary(_name))
for _name in ("abs", "relu", "neg"):
    setattr(Tensor, _name, lambda self, name=_name: Tensor.apply(name, self))
for _name, _dtype in {"double": "float64", "float": "float32", "long": "int64"}.items():
    setattr(Tensor, _name, lambda self, dtype=_dtype: self.to(DTYPES[dtype]))


def _is_float(value: Any) -> bool:
    return isinstance(value, float | np.floating)


def _floating(x: Any) -> Any:
    """Integers become the default dtype where the result is a real number."""
    if not isinstance(x, Tensor):
        raise TypeError(f"the stand-in for torch takes a Tensor here, not {type(x).__name__}")
    return x if np.issubdtype(x.array.dtype, np.floating) else x.to(BY_NUMPY[State.default])


def graph_gradients(root: Tensor, gradient: Any, retain_graph: bool) -> dict[Node, Array]:
    """Return the gradients of everything that `root` was made of."""
    if root.node is None:
        raise RuntimeError("element 0 of tensors does not require grad and has no grad_fn")
    if gradient is None and root.array.size != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    if used_up(root.node):
        raise RuntimeError("Trying to backward through the graph a second time")
    seed = np.ones_like(root.array) if gradient is None else gradient.array
    return pulled_back(root.node, seed, retain_graph)
