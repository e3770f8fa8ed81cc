"""A training script run as it is, with the optimizers of the libraries it imports recorded.

    python recording.py OUT SCRIPT ARGUMENTS        or  ... OUT -m MODULE ARGUMENTS

Runs in the user's interpreter and imports nothing of ours. What was seen is written to OUT as
JSON when the script ends, one object an optimizer: its full names, its settings, the learning rate
of each step, and some elements of weights and gradients over the first steps.
"""

from __future__ import annotations

import atexit
import importlib.abc
import importlib.util
import inspect
import json
import math
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any, Callable

STEPS, ELEMENTS = 200, 64
_OPTAX_PARTS = (
    "rmsprop",
    "add_decayed_weights",
    "clip",
    "clip_by_global_norm",
    "scale_by_rms",
    "scale_by_stddev",
    "trace",
    "scale_by_learning_rate",
)


class Recording:
    """What one optimizer was seen to do.

    Args:
        objects: its full names, its own class first.
        settings: what it was made with, by name.
        version: of its library.
    """

    def __init__(self, objects: list[str], settings: dict[str, Any], version: str) -> None:
        self.facts: dict[str, Any] = {
            "objects": objects,
            "settings": settings,
            "version": version,
            "notes": [],
        }
        self._chosen: list[list[int]] = []
        self._last: list[list[float]] = []
        self.taken = 0
        self.late: Callable[[], dict[str, Any]] = dict
        self._ended = False
        self.rates: list[float] = []
        self.steps: list[Any] = []
        self.weights: list[list[float]] = []
        self.precision = ""

    def note(self, text: str) -> None:
        """Say something about the whole, once."""
        if text not in self.facts["notes"]:
            self.facts["notes"].append(text)

    def seen(self, before: Any, gradients: Any, after: Any, rate: float | None) -> None:
        """Take one step: arrays of NumPy, gradients None where an array had none."""
        self.taken += 1
        if self._ended or len(self.steps) >= STEPS:
            return
        if not self._chosen:
            self.precision = str(before[0].dtype)
            self._choose([array.size for array in before])
            self.weights = self._sampled(before)
        elif self._sampled(before) != self._last:
            self._ended = True
            self.note(f"something else than the optimizer changed the weights after step"
                      f" {len(self.steps)}; what follows was not recorded")  # fmt: skip
            return
        self._last = self._sampled(after)
        self.rates.append(math.nan if rate is None else rate)
        self.steps.append((self._sampled(gradients), self._last))

    def _choose(self, sizes: list[int]) -> None:
        """Some elements of each array, evenly, as far as there is room for all arrays."""
        room = max(1, ELEMENTS // self.facts.get("of", 1))
        each = max(1, room // len(sizes))
        for size in sizes[:room]:
            count = min(size, each)
            self._chosen.append([i * size // count for i in range(count)])

    def _sampled(self, arrays: Any) -> Any:
        return [
            None if array is None else [float(x) for x in array.reshape(-1)[chosen]]
            for array, chosen in zip(arrays, self._chosen)
        ]

    def result(self) -> dict[str, Any]:
        """What the file has of it."""
        return {
            **self.facts,
            **self.late(),
            "precision": self.precision,
            "taken": self.taken,
            "rates": self.rates,
            "weights": self.weights,
            "gradients": [gradients for gradients, _ in self.steps],
            "observed": [after for _, after in self.steps],
        }


_recordings: list[Recording] = []


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str)) else None


def _all_plain(settings: dict[str, Any]) -> dict[str, Any]:
    return {k: _plain(v) for k, v in settings.items() if _plain(v) is not None}


def _started(thing: type, settings: dict[str, Any], module: str) -> Recording:
    names = [f"{c.__module__}.{c.__qualname__}" for c in thing.__mro__]
    recording = Recording(
        names, _all_plain(settings), str(getattr(sys.modules[module], "__version__", "unknown"))
    )
    _recordings.append(recording)
    return recording


def _hook_torch(torch: Any) -> None:
    """Every optimizer's step, by the hooks that PyTorch has for all of them."""
    module = importlib.import_module("torch.optim.optimizer")
    # By optimizer, which is kept so that no other gets its id, a recording a group.
    recordings: dict[int, tuple[Any, dict[int, Recording]]] = {}
    pending: list[Any] = []

    def array(tensor: Any) -> Any:
        if tensor is None:
            return None
        if tensor.is_sparse:
            raise TypeError("its gradients are sparse")
        return tensor.detach().cpu().numpy().copy()

    def before(optimizer: Any, *_: Any) -> None:
        known = recordings.setdefault(id(optimizer), (optimizer, {}))[1]
        given = []
        for number, group in enumerate(optimizer.param_groups):
            if not group["params"]:
                continue
            if number not in known:
                known[number] = _started(type(optimizer), {**optimizer.defaults, **group}, "torch")
                known[number].facts["optimizer"] = list(recordings).index(id(optimizer))
                known[number].facts["group"] = number
                known[number].facts["of"] = len(optimizer.param_groups)
            try:
                parameters = group["params"]
                arrays = [array(p) for p in parameters], [array(p.grad) for p in parameters]
                given.append((known[number], group, *arrays))
            except (TypeError, RuntimeError) as error:
                known[number].note(str(error))
        pending.append(given)

    def after(*_: Any) -> None:
        for recording, group, weights, gradients in pending.pop():
            now = [array(p) for p in group["params"]]
            recording.seen(weights, gradients, now, float(group["lr"]))

    module.register_optimizer_step_pre_hook(before)
    module.register_optimizer_step_post_hook(after)


def _hook_keras(keras: Any) -> None:
    """`apply` of every optimizer; inside what JAX compiles, by a callback."""
    base = importlib.import_module("keras.src.optimizers.base_optimizer").BaseOptimizer
    original = base.apply
    recordings: dict[int, tuple[Any, Recording]] = {}

    def numbers(values: Any) -> Any:
        return [None if v is None else keras.ops.convert_to_numpy(v).copy() for v in values]

    def apply(self: Any, grads: Any, trainable_variables: Any = None) -> Any:
        if id(self) not in recordings:
            recordings[id(self)] = self, _started(type(self), {}, "keras")
        recording = recordings[id(self)][1]
        recording.late = lambda: {"settings": _all_plain(self.get_config())}
        variables = trainable_variables or self._trainable_variables
        rate = self._get_current_learning_rate()
        backend = keras.backend.backend()
        traced = "jax" in sys.modules and backend == "jax"
        before = [v.value for v in variables] if traced else None
        try:
            known = traced or (numbers(v.value for v in variables), numbers(grads), float(rate))
        except Exception:
            recording.note("its steps are compiled; compile(run_eagerly=True) shows them")
            return original(self, grads, trainable_variables)
        result = original(self, grads, trainable_variables)
        if traced:
            _by_callback(recording, before, list(grads), [v.value for v in variables], rate)
        else:
            now = numbers(v.value for v in variables)
            recording.seen(known[0], known[1], now, known[2])
        return result

    base.apply = apply


def _by_callback(recording: Recording, before: Any, gradients: Any, after: Any, rate: Any) -> None:
    """Take a step whose values JAX may only know later; called in the order of the steps."""
    jax = sys.modules["jax"]
    numpy = importlib.import_module("numpy")
    present = [g is not None for g in gradients]

    def taken(before: Any, given: Any, after: Any, rate: Any) -> None:
        slopes = iter(given)
        recording.seen(
            [numpy.asarray(a) for a in before],
            [numpy.asarray(next(slopes)) if is_there else None for is_there in present],
            [numpy.asarray(a) for a in after],
            None if rate is None else float(rate),
        )

    given = [g for g in gradients if g is not None]
    value = getattr(rate, "value", rate)
    jax.debug.callback(taken, before, given, after, value, ordered=True)


def _hook_optax(optax: Any) -> None:
    """What is applied, and what the transformation was given that made it."""
    made: dict[str, Any] = {}
    order: list[str] = []
    rates: list[Any] = []
    latest: list[Any] = []
    transformation = optax.GradientTransformation
    recordings: list[Recording] = []

    def noted(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(original)

        def maker(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            order.append(name)
            for key, value in bound.arguments.items():
                made[f"{name}.{key}"] = _plain(value)
                if key == "learning_rate":
                    rates.append(value)
            return original(*args, **kwargs)

        return maker

    for name in _OPTAX_PARTS:
        if hasattr(optax, name):
            setattr(optax, name, noted(name, getattr(optax, name)))
    kinds = (transformation, optax.GradientTransformationExtraArgs)
    for kind in kinds:
        new = kind.__new__

        def wrapped(cls: Any, init: Any, update: Any, new: Any = new) -> Any:
            def seen(updates: Any, state: Any, params: Any = None, **extra: Any) -> Any:
                result = update(updates, state, params, **extra)
                latest[:] = [updates, result[0]]
                return result

            return new(cls, init, seen)

        kind.__new__ = wrapped
    original = optax.apply_updates

    def apply_updates(params: Any, updates: Any) -> Any:
        result = original(params, updates)
        jax = sys.modules["jax"]
        if latest and latest[1] is updates:
            if not recordings:
                settings = {**made, "order": " ".join(order)}
                recordings.append(_started(transformation, settings, "optax"))
                recordings[0].facts["objects"] = ["optax"]
            recording = recordings[0]
            before, slopes, after = map(jax.tree_util.tree_leaves, (params, latest[0], result))
            rate = rates[-1] if rates else None
            if callable(rate):
                recording.late = _scheduled(rate)
                rate = None
            _by_callback(recording, before, slopes, after, rate)
        return result

    optax.apply_updates = apply_updates


def _scheduled(rate: Callable[[int], Any]) -> Callable[[], dict[str, Any]]:
    """The rates of a schedule, which cannot be asked for while JAX compiles a step."""
    return lambda: {"schedule": [float(rate(step)) for step in range(STEPS)]}


_HOOKS: dict[str, Callable[[Any], None]] = {
    "torch": _hook_torch,
    "keras": _hook_keras,
    "optax": _hook_optax,
}


class _Finder(importlib.abc.MetaPathFinder):
    """Hooks a library when the script has imported it."""

    def __init__(self) -> None:
        self._now: set[str] = set()

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in _HOOKS or name in self._now:
            return None
        self._now.add(name)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        load: Any = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            load(module)
            try:
                _HOOKS[name](module)
            except Exception as error:
                print(f"rmsproof: {name} cannot be recorded: {error}", file=sys.stderr)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _write(out: Path) -> None:
    if "jax" in sys.modules:
        sys.modules["jax"].effects_barrier()
    out.write_text(json.dumps([r.result() for r in _recordings]), encoding="utf-8")


def main() -> None:
    """Run the script as Python would."""
    out, *rest = sys.argv[1:]
    atexit.register(_write, Path(out))
    sys.meta_path.insert(0, _Finder())
    try:
        if rest[0] == "-m":
            sys.argv = rest[1:]
            sys.path[0] = str(Path.cwd())
            runpy.run_module(rest[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = rest
            sys.path[0] = str(Path(rest[0]).absolute().parent)
            runpy.run_path(rest[0], run_name="__main__")
    except (Exception, KeyboardInterrupt) as error:
        # Without our own frames, and those of runpy.
        frames = error.__traceback__
        while frames is not None and (
            frames.tb_frame.f_code.co_filename.endswith("recording.py")
            or "runpy" in frames.tb_frame.f_code.co_filename
        ):
            frames = frames.tb_next
        traceback.print_exception(type(error), error, frames)
        sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


if __name__ == "__main__":
    main()
