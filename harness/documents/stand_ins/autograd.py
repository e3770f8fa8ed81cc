"""Reverse-mode differentiation over NumPy arrays, shared by the stand-ins.

An `Operation` says what is computed and how a gradient is pulled back through it; every
library has its own table of them, because the same derivative written otherwise rounds
otherwise. A `Value` is an array with the `Node` that made it, if that was recorded.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from harness.documents.stand_ins.modules import lacking

Array = NDArray[Any]
Pull = Callable[..., Sequence[Any]]

_numbers = itertools.count()


@dataclass(frozen=True)
class Operation:
    """A differentiable operation.

    Attributes:
        forward: (*inputs, **settings) to the result.
        pull: (gradient, result, *inputs, **settings) to a gradient for each input, of its
            shape or of the one that it was broadcast to.
    """

    forward: Callable[..., Any]
    pull: Pull


class Node:
    """Where a value came from; numbers grow, so inputs come before what is made of them.

    Attributes:
        inputs: the nodes of the operation's inputs, None for what needs no gradient.
        kinds: the inputs' shapes and dtypes.
        pull: gradient to the inputs' gradients; None for a leaf, and once it was used up.
        name: the operation's; "" for a leaf.
        settings: the operation's.
    """

    def __init__(
        self,
        name: str = "",
        inputs: Sequence[Node | None] = (),
        kinds: Sequence[tuple[tuple[int, ...], Any]] = (),
        pull: Callable[[Array], Sequence[Any]] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.name, self.inputs, self.kinds, self.pull = name, inputs, kinds, pull
        self.settings = settings or {}
        self.number = next(_numbers)
        self.spent = False


def pulled_back(root: Node, seed: Array, keep: bool) -> dict[Node, Array]:
    """Return the gradient of every node that `root` depends on.

    The latest operation goes first, as in the libraries' engines, which settles the order in
    which contributions are added up. Without `keep` the graph cannot be used again.
    """
    found = {root: seed}
    waiting = [(-root.number, root)]
    while waiting:
        _, node = heapq.heappop(waiting)
        if node.pull is None:
            continue
        with np.errstate(all="ignore"):
            gradients = node.pull(found[node])
            for source, kind, gradient in zip(node.inputs, node.kinds, gradients, strict=True):
                if source is None:
                    continue
                part = unbroadcast(np.asarray(gradient, dtype=kind[1]), kind[0])
                if source in found:
                    found[source] = found[source] + part
                else:
                    found[source] = part
                    heapq.heappush(waiting, (-source.number, source))
        if not keep:
            node.pull, node.spent = None, True
    return found


def used_up(root: Node) -> bool:
    """Whether a pass without `keep` has gone through what `root` depends on."""
    seen, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if node.spent:
            return True
        if node not in seen:
            seen.add(node)
            waiting += [source for source in node.inputs if source is not None]
    return False


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum `gradient` over the axes along which an array of `shape` was repeated."""
    if gradient.shape == shape:
        return gradient
    gradient = np.broadcast_to(gradient, np.broadcast_shapes(gradient.shape, shape))
    extra = gradient.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        extra + i for i, n in enumerate(shape) if n == 1 and gradient.shape[extra + i] != 1
    )
    return np.asarray(gradient.sum(axis=axes, keepdims=True)).reshape(shape)


class Value:
    """An array that remembers how it was made: what the stand-ins' tensors have in common."""

    library: ClassVar[str]
    operations: ClassVar[Mapping[str, Operation]]
    __array_priority__ = 1000  # an ndarray on the left leaves the operation to the tensor
    __hash__ = object.__hash__

    array: Array
    node: Node | None

    @classmethod
    def made(cls, array: Array, node: Node | None) -> Value:
        """Return the value for the result of an operation."""
        raise NotImplementedError

    @classmethod
    def recording(cls) -> bool:
        """Whether operations are being recorded."""
        raise NotImplementedError

    @classmethod
    def live(cls, node: Node | None) -> Node | None:
        """Return `node` if what is recorded now may lead back to it, else None."""
        return node

    @classmethod
    def operands(cls, values: Sequence[Any]) -> list[Value]:
        """Turn what an operation was given into values of one dtype, by the library's rules."""
        raise NotImplementedError

    @classmethod
    def apply(cls, name: str, *values: Any, **settings: Any) -> Any:
        """Compute an operation, and record it if a gradient may be asked for."""
        inputs = cls.operands(values)
        operation = cls.operations[name]
        with np.errstate(all="ignore"):
            result = np.asarray(operation.forward(*(x.array for x in inputs), **settings))
        floating = np.issubdtype(result.dtype, np.floating)
        nodes = [cls.live(x.node) for x in inputs]
        if not (floating and cls.recording() and any(node is not None for node in nodes)):
            return cls.made(result, None)
        # Copies: the script may write to its tensors before it asks for gradients.
        saved = [x.array.copy() for x in inputs]
        kept = result.copy()

        def pull(gradient: Array) -> Sequence[Any]:
            return operation.pull(gradient, kept, *saved, **settings)

        kinds = [(x.shape, x.dtype) for x in saved]
        return cls.made(result, Node(name, nodes, kinds, pull, settings))

    @classmethod
    def compare(cls, ufunc: Any, left: Any, right: Any) -> Any:
        """Return an elementwise comparison, which has no derivative."""
        a, b = cls.operands((left, right))
        return cls.made(np.asarray(ufunc(a.array, b.array)), None)

    def __getattr__(self, name: str) -> NoReturn:
        raise lacking(f"{self.library}'s {type(self).__name__}", name)

    def __neg__(self) -> Any:
        return self.apply("neg", self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self.apply("abs", self)

    def __add__(self, other: Any) -> Any:
        return self.apply("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return self.apply("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return self.apply("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.apply("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        return self.apply("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self.apply("mul", other, self)

    def __truediv__(self, other: Any) -> Any:
        return self.apply("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.apply("div", other, self)

    def __pow__(self, other: Any) -> Any:
        return self.apply("pow", self, other)

    def __rpow__(self, other: Any) -> Any:
        return self.apply("pow", other, self)

    def __matmul__(self, other: Any) -> Any:
        return self.apply("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return self.apply("matmul", other, self)

    def __lt__(self, other: Any) -> Any:
        return self.compare(np.less, self, other)

    def __le__(self, other: Any) -> Any:
        return self.compare(np.less_equal, self, other)

    def __gt__(self, other: Any) -> Any:
        return self.compare(np.greater, self, other)

    def __ge__(self, other: Any) -> Any:
        return self.compare(np.greater_equal, self, other)

    def __eq__(self, other: object) -> Any:
        return False if other is None else self.compare(np.equal, self, other)

    def __ne__(self, other: object) -> Any:
        return True if other is None else self.compare(np.not_equal, self, other)

    def __getitem__(self, index: Any) -> Any:
        return self.apply("index", self, index=plain_index(index))

    def __len__(self) -> int:
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.array)

    def __float__(self) -> float:
        return float(self.array.item())

    def __int__(self) -> int:
        return int(self.array.item())

    def __index__(self) -> int:
        if not np.issubdtype(self.array.dtype, np.integer):
            raise TypeError("only integer tensors of a single element can be an index")
        return int(self.array.item())

    def __format__(self, spec: str) -> str:
        return format(self.array.item() if spec and not self.array.ndim else str(self), spec)


def plain_index(index: Any) -> tuple[Any, ...]:
    """Return an index of integers and slices in the form that keeps NumPy from copying.

    Raises:
        TypeError: it picks elements in another way.
    """
    parts = index if isinstance(index, tuple) else (index,)
    for part in parts:
        if isinstance(part, bool) or not isinstance(
            part, int | np.integer | slice | type(None) | type(Ellipsis)
        ):
            raise TypeError(f"the stand-in takes integers and slices as indices, not {part!r}")
    return parts if any(part is Ellipsis for part in parts) else (*parts, Ellipsis)


def axes(axis: Any) -> Any:
    """Return axes in NumPy's form, from a list too."""
    return tuple(axis) if isinstance(axis, Iterable) else axis
