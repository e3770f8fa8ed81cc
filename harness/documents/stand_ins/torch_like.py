"""A stand-in for PyTorch: the modules that a script imports, made of tensors and optimizers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from harness.documents.stand_ins import torch_optim
from harness.documents.stand_ins.modules import StandIn, lacking, refused
from harness.documents.stand_ins.torch_state import BY_NUMPY, DTYPES, Grad, Size, State, numpy_dtype
from harness.documents.stand_ins.torch_tensor import UNARY, Tensor, graph_gradients, unary

_RANDOM = ("rand randn randint randperm normal bernoulli multinomial rand_like randn_like").split()


def _tensor(data: Any, dtype: Any = None, device: Any = "cpu", requires_grad: bool = False) -> Any:
    """torch.tensor: Python floats become the default dtype, arrays keep theirs."""
    if str(device) != "cpu":
        raise refused("torch", f"a device called {device}")
    if isinstance(data, list | tuple) and any(isinstance(x, Tensor) for x in data):
        data = [x.item() if isinstance(x, Tensor) else x for x in data]
    array = np.array(data.array if isinstance(data, Tensor) else data)
    if dtype is not None:
        array = array.astype(numpy_dtype(dtype))
    elif array.dtype == np.float64 and not isinstance(data, np.ndarray | np.generic):
        array = array.astype(State.default)
    if array.dtype not in BY_NUMPY:
        raise TypeError(f"the stand-in for torch has no tensors of {array.dtype}")
    return Tensor(array).requires_grad_(requires_grad)


def _as_tensor(data: Any, dtype: Any = None, device: Any = "cpu") -> Any:
    return data.to(dtype=dtype) if isinstance(data, Tensor) else _tensor(data, dtype, device)


def _from_numpy(array: Any) -> Tensor:
    if array.dtype not in BY_NUMPY:
        raise TypeError(f"the stand-in for torch has no tensors of {array.dtype}")
    return Tensor(array)


def _filled(value: float | None) -> Callable[..., Any]:
    def make(
        *size: Any, dtype: Any = None, device: Any = "cpu", requires_grad: bool = False
    ) -> Any:
        filling = value
        if filling is None:
            *size, filling = size  # type: ignore[assignment]
        shape = size[0] if len(size) == 1 and not isinstance(size[0], int) else size
        whole = isinstance(filling, int) and value is None and dtype is None
        kind = np.int64 if whole else State.default if dtype is None else numpy_dtype(dtype)
        array = np.full(tuple(shape), filling, dtype=kind)
        return _tensor(array, None, device, requires_grad)

    return make


def _filled_like(value: float) -> Callable[..., Any]:
    def make(input: Tensor, dtype: Any = None, requires_grad: bool = False) -> Any:  # noqa: A002
        kind = input.array.dtype if dtype is None else numpy_dtype(dtype)
        return _tensor(np.full(input.array.shape, value, kind), None, "cpu", requires_grad)

    return make


def _arange(*bounds: Any, dtype: Any = None, requires_grad: bool = False) -> Any:
    whole = all(isinstance(x, int) for x in bounds)
    kind = numpy_dtype(dtype) if dtype is not None else np.int64 if whole else State.default
    return _tensor(np.arange(*bounds).astype(kind), None, "cpu", requires_grad)


def _linspace(
    start: float, end: float, steps: int, dtype: Any = None, requires_grad: bool = False
) -> Any:
    """As linspace of aten/src/ATen/native/cpu/RangeFactoriesKernel.cpp: from both ends."""
    kind = np.dtype(State.default if dtype is None else numpy_dtype(dtype)).type
    step = (kind(end) - kind(start)) / kind(max(steps - 1, 1))
    i = np.arange(steps)
    low, high = kind(start) + step * i.astype(kind), kind(end) - step * (steps - 1 - i).astype(kind)
    return _tensor(
        np.where(i < steps // 2, low, high) if steps > 1 else low, None, "cpu", requires_grad
    )


def _gradients(
    outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool = False,
    create_graph: bool = False,
) -> tuple[Any, ...]:  # fmt: skip
    """torch.autograd.grad, of first order."""
    if create_graph:
        raise refused("torch.autograd.grad", "derivatives of derivatives")
    wanted = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    root = outputs if isinstance(outputs, Tensor) else outputs[0]
    seed = grad_outputs[0] if isinstance(grad_outputs, list | tuple) else grad_outputs
    found = graph_gradients(root, seed, retain_graph)
    if any(x.node not in found for x in wanted):
        raise RuntimeError("One of the differentiated Tensors appears to not have been used")
    return tuple(Tensor(found[x.node]) for x in wanted if x.node is not None)


class Parameter(Tensor):
    """torch.nn.Parameter: a tensor that a module counts among its own."""

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data.array)
        self.requires_grad_(requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class Module:
    """torch.nn.Module: parameters by attribute, those of modules within included."""

    training = True

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Compute `forward`."""
        return self.forward(*arguments, **options)

    def __getattr__(self, name: str) -> NoReturn:
        raise lacking("torch.nn.Module", name)

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Parameter]]:
        """Yield its own parameters, then those of the modules within."""
        dot = f"{prefix}." if prefix else ""
        for name, value in vars(self).items():
            if isinstance(value, Parameter):
                yield dot + name, value
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield from value.named_parameters(dot + name)

    def parameters(self) -> Iterator[Parameter]:
        """Yield every parameter."""
        return (value for _, value in self.named_parameters())

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget every parameter's gradient."""
        if not set_to_none:
            raise refused("torch.nn.Module.zero_grad", "set_to_none=False")
        for value in self.parameters():
            value.grad = None

    def train(self, mode: bool = True) -> Module:
        """Say that it is in training: nothing here behaves otherwise then."""
        self.training = mode
        return self

    def eval(self) -> Module:
        """Say that it is not in training."""
        return self.train(False)


def _mse(input: Tensor, target: Tensor, reduction: str = "mean") -> Any:  # noqa: A002
    """F.mse_loss of operands of one shape."""
    if reduction not in ("mean", "sum"):
        raise refused("torch.nn.functional.mse_loss", f"reduction={reduction!r}")
    if input.array.shape != target.array.shape:
        raise refused("torch.nn.functional.mse_loss", "operands of different shapes")
    return Tensor.apply("mse", input, target, mean=reduction == "mean")


class MSELoss(Module):
    """torch.nn.MSELoss."""

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Any:  # noqa: A002
        """Return the mean, or the sum, of squared differences."""
        return _mse(input, target, self.reduction)


def _seeded(_seed: int) -> None:
    """Accept a seed: nothing random is drawn here."""


def _set_default(dtype: Any) -> None:
    State.default = numpy_dtype(dtype)


def _functions() -> dict[str, Any]:
    found = {name: unary(name) for name in UNARY}
    for name in ("abs", "neg", "relu", "square"):
        found[name] = getattr(Tensor, name)
    for name in ("sum", "mean", "clamp", "reshape", "dot", "matmul"):
        found[name] = getattr(Tensor, name)
    for name in ("add", "sub", "mul", "maximum", "minimum"):
        found[name] = lambda input, other, name=name: Tensor.apply(name, input, other)  # noqa: A006
    return found


def build(library: str) -> StandIn:
    """Return the module torch, with those below it; `library` is the dialect of its RMSprop."""
    State.reset()
    functions = _functions()
    rmsprop = type("RMSprop", (torch_optim.RMSprop,), {"library": library})
    others = {name: getattr(torch_optim, name) for name in ("Optimizer", "SGD", "Adagrad", "Adam")}
    own = {"RMSprop": rmsprop}
    optim = StandIn("torch.optim", others | own | {"rmsprop": StandIn("torch.optim.rmsprop", own)})
    functional = StandIn(
        "torch.nn.functional",
        {
            "mse_loss": _mse,
            "relu": functions["relu"],
            "sigmoid": unary("sigmoid"),
            "tanh": unary("tanh"),
        },
    )
    neural = {"Parameter": Parameter, "Module": Module, "MSELoss": MSELoss}
    contents = {
        "Tensor": Tensor,
        "Size": Size,
        "double": DTYPES["float64"],
        "float": DTYPES["float32"],
        "long": DTYPES["int64"],
        "pi": math.pi,
        "e": math.e,
        "inf": math.inf,
        "nan": math.nan,
        "tensor": _tensor,
        "as_tensor": _as_tensor,
        "from_numpy": _from_numpy,
        "zeros": _filled(0.0),
        "ones": _filled(1.0),
        "full": _filled(None),
        "zeros_like": _filled_like(0),
        "ones_like": _filled_like(1),
        "arange": _arange,
        "linspace": _linspace,
        "stack": lambda tensors: Tensor.apply("stack", *tensors),
        "div": operator.truediv,
        "pow": operator.pow,
        "is_tensor": lambda x: isinstance(x, Tensor),
        "no_grad": lambda function=None: Grad(False)(function),
        "enable_grad": lambda function=None: Grad(True)(function),
        "manual_seed": _seeded,
        "set_default_dtype": _set_default,
        "device": str,
        "optim": optim,
        "nn": StandIn("torch.nn", neural | {"functional": functional}),
        "autograd": StandIn("torch.autograd", {"grad": _gradients}),
        "cuda": StandIn("torch.cuda", {"is_available": lambda: False}),
    }
    return StandIn("torch", DTYPES | functions | contents, _RANDOM)
