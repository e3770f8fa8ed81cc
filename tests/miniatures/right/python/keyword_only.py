from collections import defaultdict
from collections.abc import Callable, Iterator

Vector = list[float]


class RMSProp:
    """Callable optimizer; `history` is created on first use of a name."""

    def __init__(self, *, lr: float = 1e-3, rho: float = 0.9, eps: float = 1e-8) -> None:
        self._lr = lr
        self._rho = rho
        self._eps = eps
        self._history: dict[str, Vector] = defaultdict(list)

    def _moved(self, name: str, weights: Vector, gradients: Vector) -> Iterator[float]:
        history = self._history[name]
        if not history:
            history += [0.0] * len(weights)
        for i, (w, g) in enumerate(zip(weights, gradients)):
            history[i] = self._rho * history[i] + (1 - self._rho) * (g * g)
            yield w - self._lr * g / (history[i] ** 0.5 + self._eps)

    def __call__(self, grads: dict[str, Vector], params: dict[str, Vector]) -> dict[str, Vector]:
        move: Callable[..., Iterator[float]] = self._moved
        return {name: list(move(name, params[name], g)) for name, g in grads.items()}
