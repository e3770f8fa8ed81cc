"""A Python port in this process: found, bound, called, and its result read back.

The same conversation as the JVM's Host (shape, bind, open, run), so that one binding and one
worker serve all languages. Every `open` meets a fresh port: the file is executed again (its
module's globals are new), a class is instantiated anew.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import sys
import traceback
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MODULE = "rmsproof_port"
STORAGES = ("maps of ndarrays", "maps of lists", "ndarrays", "lists")
_STATE_FIELDS = frozenset(
    "movingaverage movingaverages avg average averages v s ms cache meansquare squareavg"
    " squaredgrad squaredgrads history accumulator state".split()
)


class LoadError(Exception):
    """A source did not load; `kind` is does-not-compile or crashes."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class PythonHost:
    """A loaded Python source or object."""

    def __init__(self, source: str | None = None, target: Any = None) -> None:
        self._code: types.CodeType | None = None
        self._target = target
        self._path = source or ""
        self._binding: dict[str, Any] = {}
        if source is not None:
            self._code = _compiled(source)
            self._namespace = self._execute()

    @classmethod
    def of_object(cls, reference: str, search: Sequence[str]) -> PythonHost:
        """Import "module:Object" with `search` before the path. Raises LoadError."""
        module_name, _, attribute = reference.partition(":")
        sys.path[:0] = [entry for entry in search if entry not in sys.path]
        try:
            target: Any = importlib.import_module(module_name)
            for part in attribute.split("."):
                target = getattr(target, part)
        except (ImportError, SyntaxError, AttributeError) as error:
            raise LoadError("does-not-compile", _said(error)) from error
        except BaseException as error:
            raise LoadError("crashes", f"while importing: {_said(error)}") from error
        return cls(target=target)

    # -- shape -----------------------------------------------------------------------------

    def shape(self) -> dict[str, Any]:
        """Classes and functions with their parameters (see harness.binding)."""
        if self._code is None:
            name = getattr(self._target, "__name__", type(self._target).__name__)
            things = {name: self._target}
        else:
            things = {
                name: thing
                for name, thing in self._namespace.items()
                if not name.startswith("_") and getattr(thing, "__module__", None) == _MODULE
            }
        candidates, functions = [], []
        for name, thing in things.items():
            if inspect.isclass(thing):
                candidates.append(_class_shape(name, thing))
            elif inspect.isfunction(thing) or inspect.isbuiltin(thing):
                functions.append(self._function_shape(name, thing))
            elif self._code is None:
                candidates.append(
                    {**_class_shape(name, type(thing)), "constructors": [{"parameters": []}]}
                )
        shape: dict[str, Any] = {"language": "python", "storages": list(STORAGES)}
        return {**shape, "candidates": candidates, "functions": functions}

    def _function_shape(self, name: str, function: Any) -> dict[str, Any]:
        shape: dict[str, Any] = {"name": name, "parameters": [_parameters(function)]}
        inner = _returned_functions(function)
        if inner:
            shape["inner"] = inner
        return shape

    # -- binding and running ---------------------------------------------------------------

    def bind(self, binding: dict[str, Any]) -> None:
        """Take the binding chosen from the shape."""
        self._binding = binding

    def open(
        self,
        precision: str,
        hyperparameters: Mapping[str, float],
        names: Sequence[str],
        lengths: Sequence[int],
        weights: NDArray[np.float64],
    ) -> dict[str, Any] | None:
        """Make a fresh port; return None, or the failure."""
        binding = self._binding
        storage = int(binding.get("storage", 0))
        self._dtype = np.dtype("float32" if precision.startswith("float32") else "float64")
        self._session = _Session(
            names=tuple(names),
            bounds=_bounds(lengths),
            as_list=storage in (1, 3),
            plain=storage >= 2,
            dtype=self._dtype,
            hyper={key: self._scalar(value, storage) for key, value in hyperparameters.items()},
            weights=weights.astype(self._dtype),
        )
        try:
            if self._code is not None:
                self._namespace = self._execute()
            count = max(1, len(names)) if storage >= 2 else 1
            self._session.ports = [self._new_port() for _ in range(count)]
        except LoadError as error:
            return {"kind": error.kind, "message": str(error)}
        except BaseException as error:
            return {"kind": "crashes", "message": f"the constructor: {_said(error, self._path)}"}
        return None

    def run(self, steps: int, gradients: NDArray[np.float64], present: bytes) -> dict[str, Any]:
        """Go further steps; see Steps of the JVM's adapter for what comes back."""
        session = self._session
        rows = np.zeros((steps, session.bounds[-1]))
        averages: NDArray[np.float64] | None = np.zeros_like(rows)
        failure: dict[str, Any] | None = None
        completed = 0
        width = len(session.names)
        given = gradients.astype(self._dtype, copy=False)
        for t in range(steps):
            session.step += 1
            taking_part = [i for i in range(width) if present[t * width + i]]
            try:
                with np.errstate(all="ignore"):
                    session.go(self._binding, given[t], taking_part)
            except _Garbled as error:
                failure = {"kind": "garbled", "message": f"step {session.step}: {error}"}
            except BaseException as error:
                said = _said(error, self._path)
                failure = {"kind": "crashes", "message": f"step {session.step}: {said}"}
            if failure:
                failure["step"] = session.step
                break
            rows[t] = session.weights
            if averages is not None:
                row = session.average()
                if row is None:
                    averages = None
                else:
                    averages[t] = row
            completed += 1
        return {
            "weights": rows[:completed],
            "moving_average": None if averages is None else averages[:completed],
            "failure": failure,
            "facts": {
                "where": session.where or "nowhere",
                "pair": session.pair,
                "gradients_changed": session.gradients_changed,
                "widened": session.widened,
            },
        }

    def _scalar(self, value: float, storage: int) -> Any:
        # NumPy scalars of the arrays' own type, or 1 - d would be formed in double; lists are
        # Python's own floats.
        return (
            float(value)
            if storage in (1, 3) or self._dtype == np.float64
            else self._dtype.type(value)
        )

    def _execute(self) -> dict[str, Any]:
        module = types.ModuleType(_MODULE)
        module.__file__ = self._path
        sys.modules[_MODULE] = module
        assert self._code is not None
        try:
            exec(self._code, module.__dict__)
        except (ImportError, NameError, SyntaxError) as error:
            raise LoadError("does-not-compile", _said(error, self._path)) from error
        except BaseException as error:
            raise LoadError("crashes", f"while loading: {_said(error, self._path)}") from error
        return module.__dict__

    def _new_port(self) -> _Port:
        binding, hyper = self._binding, self._session.hyper
        if "function" in binding:
            function = self._namespace[binding["function"]] if self._code else self._target
            if "inner" in binding:
                parameters = _parameters(function)
                arguments = _chosen(parameters, binding["construct"], hyper)
                function = arguments.call(function)
                return _Port(function, _parameters(function), owner=function)
            return _Port(function, _parameters(function), owner=None)
        target = self._namespace[binding["class"]] if self._code else self._target
        shape = _class_shape(binding["class"], target if inspect.isclass(target) else type(target))
        method = shape["methods"][binding["method"]]
        if not inspect.isclass(target):
            owner = copy.deepcopy(target)
        elif method["static"]:
            owner = target
        else:
            parameters = shape["constructors"][binding["constructor"]]["parameters"]
            owner = _chosen(parameters, binding["construct"], hyper).call(target)
        return _Port(getattr(owner, method["name"]), method["parameters"], owner=owner)


# -- one scenario with one fresh port ---------------------------------------------------------


class _Garbled(Exception):
    """The result is not what was asked for."""


@dataclass
class _Port:
    call: Callable[..., Any]
    parameters: list[dict[str, Any]]
    owner: Any
    state: Any = None
    started: bool = False


class _Session:
    """The steps of one scenario: containers made, the port called, the result found."""

    def __init__(
        self,
        names: tuple[str, ...],
        bounds: list[int],
        as_list: bool,
        plain: bool,
        dtype: np.dtype[Any],
        hyper: dict[str, Any],
        weights: NDArray[Any],
    ) -> None:
        self.names, self.bounds, self.dtype, self.hyper = names, bounds, dtype, hyper
        self.weights = weights
        self.ports: list[_Port] = []
        self.step = 0
        self.where = self.pair = ""
        self.gradients_changed = self.widened = False
        self._asked: int | None = None  # the array a plain port was called with
        self._as_list, self._plain = as_list, plain

    def go(
        self, binding: Mapping[str, Any], gradients: NDArray[Any], taking_part: list[int]
    ) -> None:
        if self._plain:
            for i in taking_part:
                cut = slice(self.bounds[i], self.bounds[i + 1])
                given = self._array(gradients[cut])
                held = self._array(self.weights[cut])
                self._asked = i
                returned = self._call(binding, self.ports[i], given, held)
                self._noted(given, gradients[cut])
                self.weights[cut] = self._found(binding, [i], held, held, returned)
            return
        cuts = {i: slice(self.bounds[i], self.bounds[i + 1]) for i in taking_part}
        given_map = {self.names[i]: self._array(gradients[cut]) for i, cut in cuts.items()}
        held_map = {self.names[i]: self._array(self.weights[cut]) for i, cut in cuts.items()}
        originals = dict(held_map)
        returned = self._call(binding, self.ports[0], given_map, held_map)
        for i, cut in cuts.items():
            self._noted(given_map.get(self.names[i]), gradients[cut])
        flat = self._found(binding, taking_part, held_map, originals, returned)
        start = 0
        for cut in cuts.values():
            size = cut.stop - cut.start
            self.weights[cut] = flat[start : start + size]
            start += size

    def _array(self, values: NDArray[Any]) -> Any:
        return values.tolist() if self._as_list else values.copy()

    def _noted(self, given: Any, original: NDArray[Any]) -> None:
        try:
            self.gradients_changed |= not np.array_equal(
                np.asarray(given), original, equal_nan=True
            )
        except Exception:
            self.gradients_changed = True

    def _call(self, binding: Mapping[str, Any], port: _Port, gradients: Any, weights: Any) -> Any:
        values = {**self.hyper, "gradients": gradients, "weights": weights}
        roles = binding["call"]
        # A port that hands no state back keeps it where its default is.
        if "state" in roles and port.started and port.state is not None:
            values["state"] = port.state
        arguments = _chosen(port.parameters, roles, values)
        if "state" in roles and "state" not in arguments.given:
            position = roles.index("state")
            if not port.parameters[position].get("default"):
                returned = self._first_call(port, roles, values)
                port.started = True
                return self._without_state(binding, port, returned)
        returned = arguments.call(port.call)
        port.started = True
        return self._without_state(binding, port, returned) if "state" in roles else returned

    def _first_call(self, port: _Port, roles: Sequence[str | None], values: dict[str, Any]) -> Any:
        """Without a default the state starts as None and, if that raises, as an empty map."""
        before = copy.deepcopy((values["gradients"], values["weights"]))
        try:
            return _chosen(port.parameters, roles, {**values, "state": None}).call(port.call)
        except Exception:
            _restore(values["gradients"], before[0])
            _restore(values["weights"], before[1])
            port.state = {}
            return _chosen(port.parameters, roles, {**values, "state": port.state}).call(port.call)

    def _without_state(self, binding: Mapping[str, Any], port: _Port, returned: Any) -> Any:
        """Split a returned [weights, state] pair, whichever way round, or a map of both."""
        if isinstance(returned, Mapping):
            keys = {str(key).lower(): key for key in returned}
            state_key = next((keys[k] for k in keys if k.replace("_", "") in _STATE_FIELDS), None)
            weights_key = next(
                (keys[k] for k in ("weights", "params", "w", "theta") if k in keys), None
            )
            if state_key is not None and weights_key is not None and weights_key not in self.names:
                port.state = returned[state_key]
                return returned[weights_key]
        if isinstance(returned, tuple | list) and len(returned) == 2:
            sides = [self._distance(side) for side in returned]
            if sides[0] is not None or sides[1] is not None:
                distances = [float("inf") if side is None else side for side in sides]
                first = distances[0] <= distances[1]
                if binding.get("pair") in ("first", "second"):
                    first = binding["pair"] == "first"
                elif distances[0] != distances[1]:
                    self.pair = "first" if first else "second"
                port.state = returned[1 if first else 0]
                return returned[0 if first else 1]
        return returned

    def _distance(self, side: Any) -> float | None:
        """How far a returned side is from the weights given; None where it cannot be them."""
        try:
            if isinstance(side, Mapping):
                parts = [np.asarray(side[name], dtype=float) for name in self.names if name in side]
                if len(parts) != len(side):
                    return None
                known = [
                    self.weights[self.bounds[i] : self.bounds[i + 1]]
                    for i, name in enumerate(self.names)
                    if name in side
                ]
            else:
                whole = np.asarray(side, dtype=float)
                if whole.ndim != 1 or self._asked is None:
                    return None
                parts = [whole]
                known = [self.weights[self.bounds[self._asked] : self.bounds[self._asked + 1]]]
            if not known or any(p.shape != k.shape for p, k in zip(parts, known, strict=True)):
                return None
            far = float(sum(np.abs(p - k).sum() for p, k in zip(parts, known, strict=True)))
            return float("inf") if np.isnan(far) else far
        except (TypeError, ValueError, KeyError):
            return None

    def _found(
        self,
        binding: Mapping[str, Any],
        taking_part: list[int],
        held: Any,
        originals: Any,
        returned: Any,
    ) -> NDArray[np.float64]:
        """The weights after a call, wherever they are: in place, replaced, or returned."""
        before = np.concatenate(
            [self.weights[self.bounds[i] : self.bounds[i + 1]] for i in taking_part]
            or [np.zeros(0)]
        ).astype(np.float64)
        mode = binding.get("result", "auto")
        decided = (
            mode
            if mode != "auto"
            else {"returned": "returned", "": "auto"}.get(self.where, "entries")
        )
        if decided == "returned":
            self.where = "returned"
            return self._read(returned, taking_part)
        entries = self._read(held, taking_part)
        if not np.array_equal(entries, before, equal_nan=True):
            replaced = not self._plain and any(
                held[n] is not originals[n] for n in held if n in originals
            )
            self.where = "replaced" if replaced else "in place"
            return entries
        if decided == "auto" and returned is not None and returned is not held:
            try:
                read = self._read(returned, taking_part)
            except _Garbled:
                if isinstance(returned, Mapping | list | tuple | np.ndarray):
                    raise
                return entries
            if not np.array_equal(read, before, equal_nan=True):
                self.where = "returned"
            return read
        return entries

    def _read(self, found: Any, taking_part: list[int]) -> NDArray[np.float64]:
        parts = []
        for i in taking_part:
            name, length = self.names[i], self.bounds[i + 1] - self.bounds[i]
            if not self._plain:
                if not isinstance(found, Mapping):
                    raise _Garbled(f"a map of weights was expected, found {type(found).__name__}")
                if name not in found:
                    raise _Garbled(f"array {name!r} is missing")
            value = found if self._plain else found[name]
            try:
                array = np.asarray(value)
                if array.dtype.kind not in "fiu":
                    raise ValueError
            except ValueError as error:
                raise _Garbled(f"array {name!r} does not hold numbers only") from error
            if array.shape != (length,):
                raise _Garbled(f"array {name!r} has shape {array.shape}, expected ({length},)")
            if self.dtype == np.float32 and array.dtype == np.float64 and length:
                self.widened |= not self._as_list
            parts.append(array.astype(np.float64))
        return np.concatenate(parts) if parts else np.zeros(0)

    def average(self) -> NDArray[np.float64] | None:
        """The moving average where it is visible, (N,); it decides nothing."""
        parts = []
        for i, name in enumerate(self.names):
            port = self.ports[i if self._plain else 0]
            length = self.bounds[i + 1] - self.bounds[i]
            held = port.state
            if held is None and port.owner is not None:
                fields = getattr(port.owner, "__dict__", {})
                held = next(
                    (v for k, v in fields.items() if k.replace("_", "").lower() in _STATE_FIELDS),
                    None,
                )
            if held is None:
                return None
            value = held.get(name, np.zeros(length)) if isinstance(held, Mapping) else held
            try:
                array = np.asarray(value, dtype=np.float64)
            except (TypeError, ValueError):
                return None
            if array.shape != (length,):
                return None
            parts.append(array)
        return np.concatenate(parts) if parts else None


def _restore(container: Any, before: Any) -> None:
    if isinstance(container, dict):
        container.clear()
        container.update(before)
    else:
        container[:] = before


# -- reading Python sources --------------------------------------------------------------------


@dataclass(frozen=True)
class _Arguments:
    positional: list[Any]
    named: dict[str, Any]
    given: frozenset[str]

    def call(self, function: Callable[..., Any]) -> Any:
        return function(*self.positional, **self.named)


def _chosen(
    parameters: Sequence[Mapping[str, Any]], roles: Sequence[str | None], values: Mapping[str, Any]
) -> _Arguments:
    """Arguments for the roles that have a value; the rest keep their defaults."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    given = set()
    skipped = False
    for parameter, role in zip(parameters, roles, strict=True):
        if role is None or role not in values:
            skipped = True
            continue
        given.add(role)
        if parameter.get("positional_only") or not (skipped or parameter.get("keyword_only")):
            positional.append(values[role])
        else:
            named[parameter["name"]] = values[role]
    return _Arguments(positional, named, frozenset(given))


def _compiled(path: str) -> types.CodeType:
    try:
        text = Path(path).read_bytes()
        return compile(text, path, "exec")
    except SyntaxError as error:
        message = (
            f"{type(error).__name__}: {error.msg} (line {error.lineno}, column {error.offset})"
        )
        raise LoadError("does-not-compile", message) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise LoadError("does-not-compile", _said(error)) from error


def _class_shape(name: str, cls: type) -> dict[str, Any]:
    try:
        constructor = _parameters(cls)
    except (TypeError, ValueError):
        constructor = []
    methods = []
    for key, member in inspect.getmembers_static(cls):
        if key.startswith("_") and key != "__call__":
            continue
        static = isinstance(member, staticmethod | classmethod)
        function = getattr(cls, key) if static else member
        if not inspect.isroutine(function) or (
            key == "__call__" and not inspect.isfunction(member)
        ):
            continue
        try:
            parameters = _parameters(function)
        except (TypeError, ValueError):
            continue
        methods.append(
            {"name": key, "static": static, "parameters": parameters if static else parameters[1:]}
        )
    return {
        "class": name,
        "kind": "class",
        "public": True,
        "constructors": [{"parameters": constructor}],
        "methods": methods,
    }


def _parameters(function: Any) -> list[dict[str, Any]]:
    found = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        found.append(
            {
                "name": parameter.name,
                "kind": _kind(parameter.annotation, parameter.default),
                "element": None,
                "type": ""
                if parameter.annotation is parameter.empty
                else str(parameter.annotation),
                "default": parameter.default is not parameter.empty,
                "keyword_only": parameter.kind is parameter.KEYWORD_ONLY,
                "positional_only": parameter.kind is parameter.POSITIONAL_ONLY,
            }
        )
    return found


def _kind(annotation: Any, default: Any) -> str:
    if annotation in (float, int, "float", "int") or isinstance(default, float | int):
        return "number"
    return "any"


def _returned_functions(function: Any) -> list[list[dict[str, Any]]]:
    """Parameters of a function that `function` defines within itself and returns."""
    try:
        tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, IndentationError):
        return []
    outer = tree.body[0] if tree.body else None
    if not isinstance(outer, ast.FunctionDef):
        return []
    returned = {
        node.value.id
        for node in ast.walk(outer)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Name)
    }
    return [
        [
            {"name": argument.arg, "kind": "any", "element": None, "type": "", "default": False}
            for argument in (*node.args.posonlyargs, *node.args.args)
        ]
        for node in outer.body
        if isinstance(node, ast.FunctionDef) and node.name in returned
    ]


def _bounds(lengths: Sequence[int]) -> list[int]:
    bounds = [0]
    for length in lengths:
        bounds.append(bounds[-1] + length)
    return bounds


def _said(error: BaseException, path: str = "") -> str:
    """Type, message, and the last line of the port's own file that took part."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if path and not isinstance(error, SyntaxError):
        own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
        if own:
            text += f" ({Path(path).name}:{own[-1].lineno})"
    return text
