"""The optimizer of a library in this process: found, made for every scenario, stepped, read.

The same conversation as PythonHost (shape, bind, open, run). Its shape lists `library`
candidates; names of parameters get their roles where all names do, in the harness.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from harness.transport.libraries.bindings import BINDINGS
from harness.transport.python.failures import builtin, message_of

Array = Any

# Ours, imported before a user's path is: what lies there may have the same names.
# A number that no optimizer refuses, for what must be given.
_ANY = 0.125
# What a function may be called that makes an optimizer; others in a file are not called.
_MAKERS = ("opt", "rms", "transform", "tx")
# What says that an optimizer cannot be driven here: not wrong, only for another purpose.
_ELSEWHERE = ("sparse", "cuda", "gpu", "device")


class Candidate(NamedTuple):
    """A class, a function or an optimizer that was made, and the binding that drives it."""

    thing: Any
    binding: Any
    shape: dict[str, Any]


class LibraryHost:
    """Optimizers of libraries among the things of a source, or an object of a module.

    Attributes:
        costly: never; each scenario makes its own.
    """

    costly = False

    def __init__(self, candidates: Mapping[str, Candidate]) -> None:
        self._candidates = candidates
        self._binding: dict[str, Any] = {}

    def shape(self) -> dict[str, Any]:
        """The candidates, each with its parameters, what it is, and what it was made with."""
        return {"language": "python", "library": [c.shape for c in self._candidates.values()]}

    def bind(self, binding: dict[str, Any]) -> None:
        """Take the binding chosen from the shape."""
        self._binding = binding

    def open(
        self,
        precision: str,
        hyperparameters: Mapping[str, float],
        names: Sequence[str],
        lengths: Sequence[int],
        weights: Array,
        beside: bool = False,
    ) -> dict[str, Any] | None:
        """Make a fresh optimizer; return None, or the failure."""
        message = self._binding
        candidate = self._candidates[message["library"]]
        self._dtype = np.dtype("float32" if precision.startswith("float32") else "float64")
        bounds = np.cumsum([0, *lengths]).tolist()
        self._cuts = [slice(*pair) for pair in zip(bounds, bounds[1:])]
        self._flat, self._steps, self._moved = np.array(weights), 0, False
        taken = zip(candidate.shape["parameters"], message["construct"])
        given = {p["name"]: hyperparameters[role] for p, role in taken if role in hyperparameters}
        given.update(message["settings"])
        arrays = [self._flat[cut].astype(self._dtype) for cut in self._cuts]
        try:
            self._run = candidate.binding.Run(
                lambda parameters: _made(candidate, given, parameters),
                arrays,
                names,
                message["jit"],
            )
        except BaseException as error:
            made = f"making it{_version(candidate.binding.MODULES)}"
            return {**_failure(error, made), "step": 0}
        return None

    def run(self, steps: int, gradients: Array, present: bytes) -> dict[str, Any]:
        """Go further steps; see PythonHost."""
        rows = np.zeros((steps, len(self._flat)))
        failure: dict[str, Any] | None = None
        completed, width, widened = 0, len(self._cuts), False
        for t in range(steps):
            self._steps += 1
            row = gradients[t].astype(self._dtype)
            given = [row[c] if present[t * width + i] else None for i, c in enumerate(self._cuts)]
            try:
                self._run.step(given)
                arrays = [np.asarray(array) for array in self._run.weights()]
            except BaseException as error:
                failure = {**_failure(error, f"step {self._steps}"), "step": self._steps}
                break
            widened |= any(a.dtype.itemsize > self._dtype.itemsize for a in arrays)
            now = np.concatenate([np.zeros(0), *arrays])
            self._moved |= not np.array_equal(now, self._flat, equal_nan=True)
            self._flat = rows[t] = now
            completed += 1
        return {
            "weights": rows[:completed],
            "moving_average": None,
            "failure": failure,
            "facts": {
                "where": "in place" if self._moved else "nowhere",
                "container": self._container(),
                "pair": "",
                "gradients_changed": False,
                "widened": widened,
            },
        }

    def _container(self) -> str:
        """How arrays are handed over: none of a list can be left out of a step."""
        partial = self._candidates[self._binding["library"]].binding.PARTIAL
        return "map" if partial and not self._binding["jit"] else "list"


def of_things(
    things: Mapping[str, Any], named: str = "", settings: Mapping[str, Any] | None = None
) -> LibraryHost | None:
    """Find the libraries' optimizers among things by name; None where there is none.

    Args:
        things: the names of a source, or the one object that was asked for.
        named: the one that was asked for; its function is called, whatever it is called.
        settings: what the user sets of its parameters.
    """
    candidates = {}
    for name, thing in things.items():
        if named and name != named:
            continue
        given = name, thing, bool(named), dict(settings or {})
        offers = [c for binding in _loaded() if (c := _candidate(binding, *given)) is not None]
        # What one library refuses may be another's.
        if best := sorted(offers, key=lambda candidate: bool(candidate.shape["failed"]))[:1]:
            candidates[name] = best[0]
    return LibraryHost(candidates) if candidates else None


def _loaded() -> Iterator[Any]:
    """The bindings of the libraries that were imported by now."""
    for binding in BINDINGS:
        if any(module in sys.modules for module in binding.MODULES):
            yield binding


def _candidate(
    binding: Any, name: str, thing: Any, asked: bool, settings: dict[str, Any]
) -> Candidate | None:
    made = binding.is_optimizer(thing)
    maker = asked or any(part in name.lower() for part in _MAKERS)
    if not (made or binding.is_class(thing) or (inspect.isfunction(thing) and maker)):
        return None
    parameters = [] if made else _parameters(thing)
    known = {p["name"] for p in parameters}
    jit = binding.JIT and "jit" not in known
    shape: dict[str, Any] = {
        "name": name,
        "objects": _full_names(thing),
        "parameters": parameters,
        "jit": jit,
        "partial": binding.PARTIAL,
        "unknown": [key for key in settings if key not in known and not (jit and key == "jit")],
        "failed": "",
        "made": {},
    }
    candidate = Candidate(thing, binding, shape)
    try:
        given = {p["name"]: _ANY for p in parameters if p["required"] and not p["parameters"]}
        given.update({key: value for key, value in settings.items() if key in known})
        one = _made(candidate, given, binding.parameters())
    except Exception as error:
        if not made and not binding.is_class(thing) and not asked:
            return None  # a function for another purpose
        shape["failed"] = message_of(error)
        return candidate
    if not binding.is_optimizer(one):
        return None
    if inspect.isfunction(thing) or made:
        shape["objects"] += _full_names(type(one))
    shape["made"] = {k: v for k, v in binding.settings(one).items() if _plain(v)}
    return candidate


def _made(candidate: Candidate, given: Mapping[str, Any], parameters: Any) -> Any:
    """An optimizer, from keyword arguments and what it is to update."""
    if candidate.binding.is_optimizer(candidate.thing):
        return candidate.binding.fresh(candidate.thing)
    named = next((p["name"] for p in candidate.shape["parameters"] if p["parameters"]), None)
    arguments = dict(given)
    if named is not None and parameters is not None:
        arguments[named] = parameters
    return candidate.thing(**arguments)


_OF_PARAMETERS = ("params", "parameters", "weights", "variables", "params_iterable", "model_params")


def _parameters(thing: Any) -> list[dict[str, Any]]:
    """What a class or function takes, of base classes too where it hands all else on."""
    parameters: dict[str, dict[str, Any]] = {}
    handed_to = [vars(base).get("__init__") for base in getattr(thing, "__mro__", ())]
    for called in [thing, *filter(None, handed_to)]:
        try:
            signature = list(inspect.signature(called).parameters.values())
        except (TypeError, ValueError):
            continue
        for parameter in signature:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            if parameter.name == "self":
                continue
            default = None if parameter.default is parameter.empty else parameter.default
            parameters.setdefault(
                parameter.name,
                {
                    "name": parameter.name,
                    "required": parameter.default is parameter.empty and called is thing,
                    "default": default if _plain(default) else None,
                    "parameters": parameter.name in _OF_PARAMETERS,
                },
            )
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature):
            break  # nothing is handed on
    return list(parameters.values())


def _full_names(thing: Any) -> list[str]:
    things = thing.__mro__ if inspect.isclass(thing) else [thing]
    return [f"{t.__module__}.{t.__qualname__}" for t in things if hasattr(t, "__qualname__")]


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _version(modules: Sequence[str]) -> str:
    """Which library it was, if that says: another version may have what this one lacks."""
    versions = {name: getattr(sys.modules.get(name), "__version__", "") for name in modules}
    return "".join(f" with {name} {version}" for name, version in versions.items() if version)


def _failure(error: BaseException, where: str) -> dict[str, Any]:
    """What the library raised: its own refusal of what is fed here, or a crash."""
    text = message_of(error)
    here = not any(word in text.lower() for word in _ELSEWHERE)
    return {
        "kind": "crashes" if here else "unsupported",
        "message": f"{where}: {text}",
        "error": builtin(error),
        "line": None,
    }
