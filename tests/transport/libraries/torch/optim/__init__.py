"""Its optimizers: RMSprop as the real one has it, but computed plainly; one that is sparse."""

import numpy as np


class Optimizer:
    def __init__(self, params, defaults):
        self.params, self.defaults, self.state = list(params), defaults, {}


class RMSprop(Optimizer):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0,
                 centered=False, maximize=False):  # fmt: skip
        if momentum < 0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        defaults = dict(  # noqa: C408
            lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum,
            centered=centered, maximize=maximize,
        )  # fmt: skip
        super().__init__(params, defaults)

    def step(self):
        given = {k: v for k, v in self.defaults.items() if not isinstance(v, bool)}
        for p in self.params:
            if p.grad is None:
                continue
            kind = p.values.dtype.type
            lr, d, eps, wd, mu = (
                kind(given[k]) for k in ("lr", "alpha", "eps", "weight_decay", "momentum")
            )
            w, g = p.values, -p.grad.values if self.defaults["maximize"] else p.grad.values
            v, m, b = self.state.get(id(p), (np.zeros_like(w),) * 3)
            if given["weight_decay"]:
                g = g + wd * w
            v = d * v + (1 - d) * (g * g)
            m = d * m + (1 - d) * g
            den = np.sqrt(v - m * m if self.defaults["centered"] else v) + eps
            if given["momentum"]:
                b = mu * b + g / den
                w -= lr * b
            else:
                w -= (lr * g) / den
            self.state[id(p)] = v, m, b


RMSprop.__module__ = "torch.optim.rmsprop"


class SparseAdam(Optimizer):
    def __init__(self, params, lr=1e-3):
        super().__init__(params, {"lr": lr})

    def step(self):
        raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam")


class Layered(Optimizer):
    def __init__(self, params, model, lr=1e-3):
        super().__init__(params, {"lr": lr})
