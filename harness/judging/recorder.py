"""An observation recorded in a running Python loop: weights and gradients, before and after a step.

Arrays come as people have them: NumPy's, lists, dicts of either, or tensors of a library. What is
too much for the search is sampled, evenly, and that is said.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.judging.observation_files import MOST_ELEMENTS, MOST_NUMBERS, MOST_STEPS
from harness.judging.observation_formats import SUFFIXES, write
from harness.model.errors import UsageError
from harness.model.messages import OBSERVATION

_Arrays = dict[str, NDArray[Any]]
_PRECISIONS = {np.dtype("float64"): "float64", np.dtype("float32"): "float32"}


class Recorder:
    """Records what an optimizer does, for `rmsproof identify`.

    Args:
        path: the file, .json, .jsonl or .npz, written when the recorder is closed; None for none.
        learning_rate, decay_rate, epsilon: what the optimizer was given.
        options: momentum, weight_decay, clip and mean_decay, where it was given them.
        dialect: what it is meant to be, such as "torch"; the reference if unsaid.
        elements: the most elements to record, of all arrays together.
        steps: the most steps to record; later ones are passed over.

    Raises:
        UsageError: the path has another ending or no folder, or more was asked for than can be
            searched.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        learning_rate: float,
        decay_rate: float,
        epsilon: float,
        options: Mapping[str, float] | None = None,
        dialect: str | None = None,
        elements: int = 64,
        steps: int = 200,
    ) -> None:
        self._path = None if path is None else Path(path)
        if self._path is not None and self._path.suffix not in SUFFIXES:
            raise UsageError(f"{self._path}: the name must end in {', '.join(SUFFIXES)}")
        if self._path is not None and not self._path.absolute().parent.is_dir():
            raise UsageError(f"{self._path}: there is no folder {self._path.parent}")
        for name, given, most in (
            ("elements", elements, MOST_ELEMENTS),
            ("steps", steps, MOST_STEPS),
        ):
            if not 1 <= given <= most:
                raise UsageError(f"{name}: {given} is not from 1 to {most:,}")
        if elements * steps > MOST_NUMBERS:
            raise UsageError(
                f"elements and steps: {elements} times {steps} is more than {MOST_NUMBERS:,}"
            )
        self._settings = {"decay_rate": float(decay_rate), "epsilon": float(epsilon)}
        self._rate = float(learning_rate)
        self._options = {name: float(value) for name, value in (options or {}).items()}
        self._dialect, self._elements, self._steps = dialect, elements, steps
        self._chosen: dict[str, NDArray[np.intp]] = {}
        self._sizes: dict[str, int] = {}
        self._initial: _Arrays = {}
        self._rates: list[float] = []
        self._gradients: list[_Arrays] = []
        self._observed: list[_Arrays] = []
        self._precision = ""
        self._pending = False
        self._passed = 0
        self._closed = False

    def before(
        self, weights: Any, gradients: Any = None, learning_rate: float | None = None
    ) -> None:
        """Note what a step starts from.

        Args:
            weights: arrays by name, in a list, or one.
            gradients: likewise; the `grad` of each of the weights if None. An array without one,
                or with None, takes no part in the step.
            learning_rate: of this step, where a schedule changes it.

        Raises:
            UsageError: arrays that do not fit, or weights that changed since the last step.
        """
        if self._full():
            return
        given = _arrays(weights, "weights")
        slopes = (
            _slopes(weights) if gradients is None else _arrays(gradients, "gradients", list(given))
        )
        for name, slope in slopes.items():
            if name not in given:
                raise UsageError(f"gradients: {name!r} is none of the weights: {', '.join(given)}")
            if slope.size != given[name].size:
                raise UsageError(
                    f"gradients: {name!r} has {slope.size} elements, its weights {given[name].size}"
                )
        if not self._chosen:
            self._begin(given)
        self._same_shape(given)
        now = self._sampled(given)
        last = self._observed[-1] if self._observed else self._initial
        for name, array in now.items():
            if not np.array_equal(array, last[name], equal_nan=True):
                raise UsageError(
                    f"weights: {name!r} changed after step {len(self._observed)} was recorded;"
                    " record every step, from the first"
                )
        if self._pending:
            del self._gradients[-1], self._rates[-1]
        self._gradients.append(self._sampled(slopes))
        self._rates.append(self._rate if learning_rate is None else float(learning_rate))
        self._pending = True

    def after(self, weights: Any) -> None:
        """Note where the step has come to. Raises UsageError: there was no `before`."""
        if not self._pending:
            if self._full():
                self._passed += 1
                return
            raise UsageError("after: call before(weights, gradients) first")
        given = _arrays(weights, "weights", list(self._initial))
        self._same_shape(given)
        self._observed.append(self._sampled(given))
        self._pending = False

    @property
    def summary(self) -> str:
        """What was recorded, and of how much: "3 steps of 2 arrays, 64 of 1,000 elements"."""
        steps, all_ = len(self._observed), sum(self._sizes.values())
        chosen = sum(map(len, self._chosen.values()))
        of = f"{chosen:,} of " if chosen < all_ else ""
        more = f"the first {steps:,} of {steps + self._passed:,}" if self._passed else f"{steps:,}"
        return f"{more} steps of {len(self._sizes)} arrays, {of}{all_:,} elements"

    @property
    def sampled(self) -> bool:
        """Whether there was more than was recorded."""
        return bool(self._passed) or sum(map(len, self._chosen.values())) < sum(
            self._sizes.values()
        )

    def observation(self) -> dict[str, Any]:
        """What was recorded, as `rmsproof.identify` takes it. Raises UsageError: no step was."""
        if not self._observed:
            raise UsageError("nothing was recorded: no step has a before and an after")
        steps = len(self._observed)
        rates = self._rates[:steps]
        return {
            "format": OBSERVATION,
            "precision": self._precision,
            "learning_rate": rates[0] if len(set(rates)) == 1 else rates,
            **self._settings,
            **({"options": self._options} if self._options else {}),
            **({"dialect": self._dialect} if self._dialect else {}),
            "weights": self._initial,
            "gradients": self._gradients[:steps],
            "observed": self._observed,
        }

    def close(self) -> None:
        """Write the file. Raises UsageError: nothing was recorded, or it cannot be written."""
        if self._closed:
            return
        self._closed = True
        observation = self.observation()
        if self._path is not None:
            write(self._path, observation)
        if self.sampled:
            warnings.warn(
                f"rmsproof recorded {self.summary}; what looks at whole arrays, such as clipping by"
                " norm, cannot be told from a part",
                stacklevel=2,
            )

    def __enter__(self) -> Recorder:
        """Record within a `with`."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what there is, also where the loop raised; then its own error counts."""
        if kind is None or self._observed:
            self.close()

    # -- sampling ---------------------------------------------------------------------------------

    def _full(self) -> bool:
        return len(self._observed) >= self._steps

    def _begin(self, given: _Arrays) -> None:
        """Choose what is recorded, from the first weights."""
        if not given:
            raise UsageError("weights: there is no array")
        if len(given) > self._elements:
            raise UsageError(
                f"weights: {len(given)} arrays are more than {self._elements} elements; pass fewer"
            )
        kinds = {_PRECISIONS.get(array.dtype) for array in given.values()}
        if len(kinds) > 1 or None in kinds:
            names = ", ".join(sorted({str(array.dtype) for array in given.values()}))
            raise UsageError(f"weights: expected float64 or float32 throughout, found {names}")
        self._precision = str(kinds.pop())
        self._sizes = {name: array.size for name, array in given.items()}
        left, arrays = self._elements, len(given)
        for name, size in sorted(self._sizes.items(), key=lambda item: item[1]):
            count = min(size, left // arrays)
            self._chosen[name] = np.unique(np.linspace(0, max(size - 1, 0), count).astype(np.intp))
            left, arrays = left - count, arrays - 1
        self._chosen = {name: self._chosen[name] for name in given}
        self._initial = self._sampled(given)

    def _same_shape(self, given: _Arrays) -> None:
        if {name: array.size for name, array in given.items()} != self._sizes:
            known = ", ".join(f"{name} ({size})" for name, size in self._sizes.items())
            raise UsageError(f"weights: other arrays than in the first step, which had {known}")

    def _sampled(self, given: _Arrays) -> _Arrays:
        return {name: array[self._chosen[name]].copy() for name, array in given.items()}


def _arrays(value: Any, field: str, names: list[str] | None = None) -> _Arrays:
    """Arrays by name, each flat; in a list they are called by their places, or as the weights."""
    if isinstance(value, Mapping):
        pairs: Iterable[tuple[str, Any]] = ((str(name), one) for name, one in value.items())
    elif isinstance(value, list | tuple) and not all(isinstance(x, Real) for x in value):
        if names is not None and len(names) != len(value):
            raise UsageError(f"{field}: expected {len(names)} arrays, found {len(value)}")
        pairs = zip(names or [f"w{i}" for i in range(len(value))], value, strict=True)
    elif hasattr(value, "__next__") or type(value).__name__ == "generator":
        return _arrays(list(value), field, names)
    else:
        pairs = [((names or ["w"])[0], value)]
    return {name: _flat(one, f"{field}: {name!r}") for name, one in pairs if one is not None}


def _slopes(weights: Any) -> _Arrays:
    """What each of the weights says is its gradient."""
    if isinstance(weights, Mapping):
        named = {str(name): one for name, one in weights.items()}
    else:
        listed = weights if isinstance(weights, list | tuple) else [weights]
        single = not isinstance(weights, list | tuple)
        named = {"w" if single else f"w{i}": one for i, one in enumerate(listed)}
    if any(not hasattr(one, "grad") for one in named.values()):
        raise UsageError(
            "gradients: the weights have no `grad`; pass them: before(weights, gradients)"
        )
    return {
        name: _flat(one.grad, f"gradients: {name!r}")
        for name, one in named.items()
        if one.grad is not None
    }


def _flat(value: Any, field: str) -> NDArray[Any]:
    """One array of any library's, in one dimension; lists hold doubles."""
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu()
        for method in ("numpy", "asnumpy"):
            if callable(getattr(value, method, None)):
                value = getattr(value, method)()
                break
        array = np.asarray(value)
        if array.dtype.kind in "iub" or (array.dtype == object and isinstance(value, list | tuple)):
            array = array.astype(np.float64)
    except Exception as error:  # whatever a library's array raises
        raise UsageError(f"{field}: is no array of numbers: {error}") from error
    if array.dtype.kind != "f":
        raise UsageError(f"{field}: holds {array.dtype}, no floating-point numbers")
    return np.array(array).reshape(-1)
