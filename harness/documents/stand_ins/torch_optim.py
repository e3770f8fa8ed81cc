"""A stand-in for torch.optim: every step is the reference's, under PyTorch's named dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NoReturn

import numpy as np

from harness.documents.stand_ins.modules import lacking, refused
from harness.documents.stand_ins.torch_state import Grad
from harness.documents.stand_ins.torch_tensor import Tensor
from harness.documents.stand_ins.updates import Update


class Optimizer:
    """What the optimizers have in common: groups of parameters, each with its hyperparameters.

    A parameter without a gradient takes no part in a step, as in the library.
    """

    library: ClassVar[str]
    """The named dialect without its switches."""
    fixed: ClassVar[Mapping[str, Any]] = {}
    """Options that the reference has only at this value."""

    def __init__(self, params: Iterable[Any], defaults: Mapping[str, Any]) -> None:
        for key, value in self.fixed.items():
            if defaults[key] not in (value, None):
                raise refused(f"torch.optim.{type(self).__name__}", f"{key}={defaults[key]!r}")
        for key in ("lr", "alpha", "eps", "momentum", "weight_decay"):
            if defaults.get(key, 0) < 0:
                raise ValueError(f"Invalid {key} value: {defaults[key]}")
        self.defaults = dict(defaults)
        self.param_groups: list[dict[str, Any]] = []
        self._updates: list[tuple[tuple[str, ...], Update] | None] = []
        if isinstance(params, Tensor):
            raise TypeError("params argument given to the optimizer should be an iterable")
        given = list(params)
        if not given:
            raise ValueError("optimizer got an empty parameter list")
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def __getattr__(self, name: str) -> NoReturn:
        raise lacking(f"torch.optim.{type(self).__name__}", name)

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Add parameters with hyperparameters of their own."""
        params = group["params"]
        params = [params] if isinstance(params, Tensor) else list(params)
        for param in params:
            if not isinstance(param, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, not {type(param).__name__}")
            if not param.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
        self.param_groups.append({**self.defaults, **group, "params": params})
        self._updates.append(None)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget every parameter's gradient, or fill it with zeros."""
        for group in self.param_groups:
            for param in group["params"]:
                if set_to_none:
                    param.grad = None
                elif param.grad is not None:
                    param.grad = Tensor(np.zeros_like(param.grad.array))

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take a step along the gradients that there are."""
        loss = None
        if closure is not None:
            with Grad(True):
                loss = closure()
        for place, group in enumerate(self.param_groups):
            params = group["params"]
            gradients = [None if p.grad is None else p.grad.array for p in params]
            if all(gradient is None for gradient in gradients):
                continue
            settings, numbers = tuple(self.settings(group)), self.numbers(group)
            known = self._updates[place]
            if known is None:
                known = self._updates[place] = settings, Update(self.library, settings)
            if known[0] != settings:
                raise refused(f"torch.optim.{type(self).__name__}", "switches set between steps")
            stepped = known[1].step(numbers, [p.array for p in params], gradients)
            for param, array, gradient in zip(params, stepped, gradients, strict=True):
                if gradient is not None:
                    param.array[...] = array  # in place: whoever shares the memory sees it
        return loss

    def settings(self, group: Mapping[str, Any]) -> list[str]:
        """Return the switches that are set, as python_ref.libraries names them."""
        raise NotImplementedError

    def numbers(self, group: Mapping[str, Any]) -> dict[str, float]:
        """Return the hyperparameters under the reference's names."""
        raise NotImplementedError


class RMSprop(Optimizer):
    """torch.optim.RMSprop."""

    library = "PyTorch"
    fixed: ClassVar = {"capturable": False, "differentiable": False}

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8,
        weight_decay: float = 0, momentum: float = 0, centered: bool = False,
        capturable: bool = False, foreach: bool | None = None, maximize: bool = False,
        differentiable: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            params,
            {
                "lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay,
                "momentum": momentum, "centered": centered, "capturable": capturable,
                "foreach": foreach, "maximize": maximize, "differentiable": differentiable,
            },
        )  # fmt: skip

    def settings(self, group: Mapping[str, Any]) -> list[str]:
        """Return the switches that are set, as python_ref.libraries names them."""
        return [key for key in ("centered", "momentum", "weight_decay", "maximize") if group[key]]

    def numbers(self, group: Mapping[str, Any]) -> dict[str, float]:
        """Return the hyperparameters under the reference's names."""
        return {
            "learning_rate": _number(group["lr"]), "decay_rate": group["alpha"],
            "epsilon": group["eps"], "momentum": group["momentum"],
            # maximize negates the gradient before the weights are coupled to it; the dialect
            # negates the step: coupled with its sign turned, that is the same.
            "weight_decay": -group["weight_decay"] if group["maximize"] else group["weight_decay"],
        }  # fmt: skip


class SGD(Optimizer):
    """torch.optim.SGD, without Nesterov's variant, whose buffer the reference keeps otherwise."""

    library = "SGD"
    fixed: ClassVar = {
        "nesterov": False, "dampening": 0, "weight_decay": 0, "maximize": False,
        "differentiable": False,
    }  # fmt: skip

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, momentum: float = 0, dampening: float = 0,
        weight_decay: float = 0, nesterov: bool = False, *, maximize: bool = False,
        foreach: bool | None = None, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            params,
            {
                "lr": lr, "momentum": momentum, "dampening": dampening, "nesterov": nesterov,
                "weight_decay": weight_decay, "maximize": maximize, "foreach": foreach,
                "differentiable": differentiable, "fused": fused,
            },
        )  # fmt: skip

    def settings(self, group: Mapping[str, Any]) -> list[str]:
        """Return the switches that are set, as python_ref.libraries names them."""
        return ["momentum"] if group["momentum"] else []

    def numbers(self, group: Mapping[str, Any]) -> dict[str, float]:
        """Return the hyperparameters under the reference's names; there is no average."""
        rate = _number(group["lr"])
        return {
            "learning_rate": rate, "decay_rate": 0.0, "epsilon": 0.0, "momentum": group["momentum"]
        }  # fmt: skip


class Adagrad(Optimizer):
    """torch.optim.Adagrad, from an empty sum and at a constant rate."""

    library = "AdaGrad"
    fixed: ClassVar = {
        "lr_decay": 0, "weight_decay": 0, "initial_accumulator_value": 0, "maximize": False,
        "differentiable": False,
    }  # fmt: skip

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
        initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: bool | None = None, *,
        maximize: bool = False, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            params,
            {
                "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value, "foreach": foreach,
                "maximize": maximize, "differentiable": differentiable, "fused": fused,
            },
        )  # fmt: skip

    def settings(self, group: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        """Return no switch."""
        return []

    def numbers(self, group: Mapping[str, Any]) -> dict[str, float]:
        """Return the hyperparameters under the reference's names; nothing decays."""
        rate = _number(group["lr"])
        return {"learning_rate": rate, "decay_rate": 0.0, "epsilon": group["eps"]}


class Adam(Optimizer):
    """torch.optim.Adam; it divides by the corrections in another order: the last bits differ."""

    library = "Adam mean_decay given"
    fixed: ClassVar = {
        "weight_decay": 0, "amsgrad": False, "maximize": False, "capturable": False,
        "differentiable": False,
    }  # fmt: skip

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, amsgrad: bool = False, *,
        foreach: bool | None = None, maximize: bool = False, capturable: bool = False,
        differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                "amsgrad": amsgrad, "foreach": foreach, "maximize": maximize,
                "capturable": capturable, "differentiable": differentiable, "fused": fused,
            },
        )  # fmt: skip

    def settings(self, group: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        """Return no switch."""
        return []

    def numbers(self, group: Mapping[str, Any]) -> dict[str, float]:
        """Return the hyperparameters under the reference's names."""
        mean, square = group["betas"]
        return {
            "learning_rate": _number(group["lr"]), "decay_rate": square, "epsilon": group["eps"],
            "mean_decay": mean,
        }  # fmt: skip


def _number(value: Any) -> float:
    return float(value)
