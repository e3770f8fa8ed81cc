"""Processor time of one step, of the reference and of what it is measured beside, in turn; as JSON.

Run: PYTHON steps.py REPOSITORY ROUNDS SIZE... in any interpreter that has NumPy; PyTorch and Optax
are measured where it has them.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np

sys.path.insert(0, sys.argv[1])

from python_ref.rmsprop import RMSProp

LR, DECAY, EPSILON = 0.001, 0.9, 1e-8
# So many elements a measurement at the least, in as many steps as that takes.
ELEMENTS = 1_000_000
MOST_STEPS = 300


class Page:
    """The definition's two lines as a textbook has them, on whole arrays."""

    def __init__(self, weights: Any) -> None:
        self.w, self.v = weights.copy(), np.zeros_like(weights)

    def step(self, g: Any) -> None:
        self.v = DECAY * self.v + (1 - DECAY) * g**2
        self.w = self.w - LR * g / (np.sqrt(self.v) + EPSILON)


class Reference:
    def __init__(self, weights: Any) -> None:
        self.weights, self.optimizer = {"w": weights.copy()}, RMSProp(LR, DECAY, EPSILON)

    @property
    def w(self) -> Any:
        return self.weights["w"]

    def step(self, g: Any) -> None:
        self.optimizer.update_weights({"w": g}, self.weights)


class Triad:
    """a = b + 3c: what memory gives."""

    def __init__(self, weights: Any) -> None:
        self.a, self.b = np.empty_like(weights), weights.copy()

    def step(self, g: Any) -> None:
        np.multiply(g, 3.0, out=self.a)
        np.add(self.a, self.b, out=self.a)


class Floor:
    """The root and the quotient alone, block by block, which no formula of this kind goes below."""

    BLOCK = 16_384

    def __init__(self, weights: Any) -> None:
        self.v, self.x = np.abs(weights) + 1, np.empty_like(weights[: self.BLOCK])

    def step(self, g: Any) -> None:
        for start in range(0, len(g), self.BLOCK):
            block = slice(start, start + self.BLOCK)
            x = self.x[: len(g[block])]
            np.sqrt(self.v[block], x)
            np.divide(g[block], x, x)


def peers(weights: Any) -> dict[str, Any]:
    """The libraries that are installed, ready for a step."""
    found: dict[str, Any] = {}
    try:
        import torch
    except ImportError:
        pass
    else:
        torch.set_num_threads(1)
        for name, foreach in (("torch", False), ("torch_foreach", True)):
            w = torch.tensor(weights, requires_grad=True)
            made = torch.optim.RMSprop([w], lr=LR, alpha=DECAY, eps=EPSILON, foreach=foreach)

            def step(g: Any, w: Any = w, made: Any = made) -> None:
                w.grad = torch.from_numpy(g)
                made.step()

            found[name] = step
    try:
        import jax
        import optax
    except ImportError:
        return found
    jax.config.update("jax_enable_x64", True)
    optimizer = optax.rmsprop(LR, decay=DECAY, eps=EPSILON, eps_in_sqrt=False)
    state = {"w": jax.numpy.asarray(weights)}
    state["s"] = optimizer.init(state["w"])

    @jax.jit
    def update(w: Any, s: Any, g: Any) -> Any:
        updates, s = optimizer.update(g, s, w)
        return optax.apply_updates(w, updates), s

    def stepped(g: Any) -> None:
        state["w"], state["s"] = update(state["w"], state["s"], g)
        state["w"].block_until_ready()

    return {**found, "optax": stepped}


def main() -> None:
    """Measure every size."""
    rounds, result = int(sys.argv[2]), {}
    for size in map(int, sys.argv[3:]):
        random = np.random.default_rng(1)
        weights, g = random.standard_normal(size), random.standard_normal(size)
        page, reference = Page(weights), Reference(weights)
        steps = {"page": page.step, "reference": reference.step}
        steps |= {"triad": Triad(weights).step, "floor": Floor(weights).step, **peers(weights)}
        count = max(1, min(MOST_STEPS, ELEMENTS // size))
        found: dict[str, list[float]] = {name: [] for name in steps}
        for turn in range(rounds + 1):
            for name, step in steps.items():
                start = time.process_time()
                for _ in range(count):
                    step(g)
                if turn:
                    found[name].append((time.process_time() - start) / count)
        if page.w.tobytes() != reference.w.tobytes():
            sys.exit(f"{size} elements: the reference and the textbook's lines differ")
        result[str(size)] = found
    print(json.dumps(result))


if __name__ == "__main__":
    main()
