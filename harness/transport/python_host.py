"""A Python port in this process: found, bound, called, and its result read back.

The same conversation as the JVM's Host (shape, bind, open, run), so that one binding and one
worker serve all languages. Every `open` meets a fresh port: the file is executed again (its
module's globals are new), a class is instantiated anew.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import copy
import functools
import importlib
import importlib.util
import inspect
import json
import operator
import sys
import time
import traceback
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.transport import absent
from harness.transport.python_arrays import STORAGES, Garbled, Storage, Weights
from harness.transport.python_session import PythonPort, Session, chosen

_MODULE = "rmsproof_port"
_LONGEST_MESSAGE = 2000
# A source is run again for every scenario, of which there are some fifty.
_COSTLY_SECONDS = 0.5
_FUTURE = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


class LoadError(Exception):
    """A source did not load; `kind` is does-not-compile, crashes, or absent: there is none."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class PythonHost:
    """A loaded Python source or object.

    Attributes:
        costly: the source takes long to run again; its port must be fresh by other means.

    Args:
        source: a file; or
        target: an object that was imported.
        afresh: files that are run again with the source, where that imports them.
    """

    def __init__(
        self, source: str | None = None, target: Any = None, afresh: Sequence[str] = ()
    ) -> None:
        self._afresh = frozenset(afresh)
        self._code: types.CodeType | None = None
        self._target = target
        self._path = source or ""
        self._binding: dict[str, Any] = {}
        self.costly = False
        if source is not None:
            statements = _compiled(source)
            self._code = statements.whole
            self._namespace, seconds = self._execute(statements.single)
            self.costly = seconds > _COSTLY_SECONDS

    @classmethod
    def of_object(cls, reference: str) -> PythonHost:
        """Import "module:Object". Raises LoadError."""
        module_name, _, attribute = reference.partition(":")
        try:
            target: Any = importlib.import_module(module_name)
            for part in attribute.split("."):
                if not hasattr(target, part):
                    raise LoadError("absent", absent.attribute(target, part))
                target = getattr(target, part)
        except LoadError:
            raise
        except ModuleNotFoundError as error:
            if reason := absent.module(error, module_name):
                raise LoadError("absent", reason) from error
            raise LoadError("does-not-compile", said(error)) from error
        except (ImportError, SyntaxError, AttributeError) as error:
            raise LoadError("does-not-compile", said(error)) from error
        except BaseException as error:
            raise LoadError("crashes", f"while importing: {said(error)}") from error
        return cls(target=target)

    # -- shape -----------------------------------------------------------------------------

    def shape(self) -> dict[str, Any]:
        """Classes and functions with their parameters (see harness.ports.binding)."""
        if self._code is None:
            name = getattr(self._target, "__name__", type(self._target).__name__)
            things = {name: self._target}
        else:
            things = {
                name: thing
                for name, thing in self._namespace.items()
                if not name.startswith("_") and getattr(thing, "__module__", None) == _MODULE
            }
        try:
            return self._described(things)
        except Exception as error:  # an annotation or a signature that cannot be had
            kind = "does-not-compile" if isinstance(error, NameError) else "crashes"
            raise LoadError(kind, said(error, self._path)) from error

    def _described(self, things: Mapping[str, Any]) -> dict[str, Any]:
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
        shape: dict[str, Any] = {
            "language": "python",
            "storages": [storage.name for storage in STORAGES],
            "precisions": [storage.precisions for storage in STORAGES],
        }
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
        storage = STORAGES[int(binding.get("storage", 0))]
        self._dtype = np.dtype("float32" if precision.startswith("float32") else "float64")
        bounds = np.cumsum([0, *lengths]).tolist()
        hyper = {key: self._scalar(value, storage) for key, value in hyperparameters.items()}
        for role in (*(binding.get("construct") or ()), *binding["call"]):
            if role is not None and role.startswith("="):  # a constant; see ports.binding
                hyper[role] = json.loads(role[1:])
        self._session = Session(Weights(storage, tuple(names), bounds, self._dtype, weights), hyper)
        try:
            if self._code is not None and not self.costly:
                self._namespace, _ = self._execute([(self._code, True)])
            count = max(1, len(names)) if storage.container == "array" else 1
            self._session.ports = [self._new_port() for _ in range(count)]
        except LoadError as error:
            return {"kind": error.kind, "message": str(error)}
        except BaseException as error:
            return {**self._crash(error, "the constructor"), "step": 0}
        return None

    def run(self, steps: int, gradients: NDArray[np.float64], present: bytes) -> dict[str, Any]:
        """Go further steps; see Steps of the JVM's adapter for what comes back."""
        session, values = self._session, self._session.weights
        rows = np.zeros((steps, len(values.flat)))
        averages: NDArray[np.float64] | None = np.zeros_like(rows)
        failure: dict[str, Any] | None = None
        completed = 0
        width = len(values.names)
        given = gradients.astype(self._dtype, copy=False)
        for t in range(steps):
            session.step += 1
            taking_part = [i for i in range(width) if present[t * width + i]]
            try:
                with np.errstate(all="ignore"):
                    session.go(self._binding, given[t], taking_part)
            except Garbled as error:
                failure = {"kind": "garbled", "message": f"step {session.step}: {error}"}
                failure["misread"] = error.misread
            except BaseException as error:
                failure = self._crash(error, f"step {session.step}")
            if failure:
                failure["step"] = session.step
                break
            rows[t] = values.flat
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
                "where": values.where or "nowhere",
                "container": values.storage.container,
                "pair": session.pair,
                "gradients_changed": session.gradients_changed,
                "widened": values.widened,
            },
        }

    def _crash(self, error: BaseException, where: str) -> dict[str, Any]:
        """What the port raised, as a failure."""
        failure = {
            "kind": "crashes",
            "message": f"{where}: {said(error, self._path)}",
            "error": next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"),
            "line": _line(error, self._path),
        }
        if isinstance(error, MemoryError):
            failure["spent"] = True  # what else failed for want of memory, nobody knows
        return failure

    def _scalar(self, value: float, storage: Storage) -> Any:
        # NumPy scalars of the arrays' own type, or 1 - d would be formed in double; lists are
        # Python's own floats.
        return (
            float(value)
            if storage.as_lists or self._dtype == np.float64
            else self._dtype.type(value)
        )

    def _execute(
        self, statements: Sequence[tuple[types.CodeType, bool]]
    ) -> tuple[dict[str, Any], float]:
        """Run the source in a new module; return its names, and the seconds that were its own.

        Args:
            statements: in their order; whether the time that one takes is the source's own.
        """
        for name, loaded in list(sys.modules.items()):
            if self._afresh and getattr(loaded, "__file__", None) in self._afresh:
                del sys.modules[name]
        module = types.ModuleType(_MODULE)
        module.__file__ = self._path
        sys.modules[_MODULE] = module
        seconds = 0.0
        try:
            for code, own in statements:
                begun = time.monotonic()
                exec(code, module.__dict__)
                seconds += own * (time.monotonic() - begun)
        except (ImportError, NameError, SyntaxError) as error:
            raise LoadError("does-not-compile", said(error, self._path)) from error
        except BaseException as error:
            raise LoadError("crashes", f"while loading: {said(error, self._path)}") from error
        return module.__dict__, seconds

    def _new_port(self) -> PythonPort:
        binding, hyper = self._binding, self._session.hyper
        if "function" in binding:
            function = self._namespace[binding["function"]] if self._code else self._target
            if "inner" in binding:
                parameters = _parameters(function)
                arguments = chosen(parameters, binding["construct"], hyper)
                function = arguments.call(function)
                return PythonPort(function, _parameters(function), owner=function)
            return PythonPort(function, _parameters(function), owner=None)
        target = self._namespace[binding["class"]] if self._code else self._target
        shape = _class_shape(binding["class"], target if inspect.isclass(target) else type(target))
        method = shape["methods"][binding["method"]]
        if not inspect.isclass(target):
            owner = _copied(target)
        elif method["static"]:
            owner = target
        else:
            parameters = shape["constructors"][binding["constructor"]]["parameters"]
            owner = chosen(parameters, binding["construct"], hyper).call(target)
        return PythonPort(getattr(owner, method["name"]), method["parameters"], owner=owner)


def _copied(thing: Any) -> Any:
    """A copy that shares as little as can be: not everything an object keeps can be copied."""
    try:
        return copy.deepcopy(thing)
    except Exception:
        copied = copy.copy(thing)
        for name, value in vars(copied).items():
            with contextlib.suppress(Exception):
                setattr(copied, name, copy.deepcopy(value))
        return copied


# -- reading Python sources --------------------------------------------------------------------


class _Statements(NamedTuple):
    """A source compiled as a whole, and each of its statements.

    With each goes whether it does more than import: what was imported once is there at once the
    next time.
    """

    whole: types.CodeType
    single: list[tuple[types.CodeType, bool]]


def _compiled(path: str) -> _Statements:
    try:
        # As Python reads a file: its encoding line counts, and what is no UTF-8 is refused.
        text = importlib.util.decode_source(Path(path).read_bytes())
        whole = compile(text, path, "exec", dont_inherit=True)
        flags = whole.co_flags & _FUTURE
        single = []
        for node in ast.parse(text, path).body:
            tree = ast.Module([node], [])
            code = compile(tree, path, "exec", flags=flags, dont_inherit=True)
            single.append((code, not _imports(node)))
        return _Statements(whole, single)
    except SyntaxError as error:
        raise LoadError("does-not-compile", syntax_said(error)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise LoadError("does-not-compile", said(error)) from error


def _imports(node: ast.stmt) -> bool:
    """Whether a statement imports, or tries to."""
    return isinstance(node, ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Try) and all(map(_imports, node.body))
    )


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


def syntax_said(error: SyntaxError) -> str:
    """Type, message and place of a syntax error."""
    return f"{type(error).__name__}: {error.msg} (line {error.lineno}, column {error.offset})"


def said(error: BaseException, path: str = "") -> str:
    """Type, message, and the last line of the port's own file that took part."""
    text = type(error).__name__
    with contextlib.suppress(Exception):  # an exception of the port's own may not even say so
        # A message may hold surrogates, which no report can.
        message = str(error).encode("utf-8", "backslashreplace").decode()
        if len(message) > _LONGEST_MESSAGE:  # it may hold a whole array
            message = f"{message[:_LONGEST_MESSAGE]}..."
        text += f": {message}" if message else ""
    if (line := _line(error, path)) is not None:
        text += f" ({Path(path).name}:{line})"
    return text


def _line(error: BaseException, path: str) -> int | None:
    """The last line of a file that took part in an exception; None if none did."""
    if not path or isinstance(error, SyntaxError):
        return None
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    return own[-1].lineno if own else None
