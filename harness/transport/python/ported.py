"""What a binding by names calls: an object made for it, or a function."""

from __future__ import annotations

import contextlib
import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from harness.transport.python.session import PythonPort, chosen
from harness.transport.python.signatures import parameters
from harness.transport.python.told import bound_later


def new_port(
    binding: Mapping[str, Any],
    shapes: Mapping[str, Mapping[str, Any]],
    named: Callable[[str], Any],
    hyper: Mapping[str, Any],
) -> PythonPort:
    """A fresh port.

    Args:
        binding: how it is called.
        shapes: of the source's classes and functions, by name.
        named: gives these themselves.
        hyper: values by role.
    """
    if "function" in binding:
        function = named(binding["function"])
        if "inner" in binding:
            arguments = chosen(parameters(function), binding["construct"], hyper)
            function = arguments.call(function)
            return PythonPort(function, parameters(function), owner=function)
        taken = shapes[binding["function"]]["parameters"][binding.get("arity", 0)]
        return PythonPort(function, taken, owner=None)
    target = named(binding["class"])
    # As it was bound: a fresh class has the same, and more than its signature says.
    shape = shapes[binding["class"]]
    method = shape["methods"][binding["method"]]
    if not inspect.isclass(target):
        owner = _copied(target)
    elif method["static"]:
        owner = target
    else:
        taken = shape["constructors"][binding["constructor"]]["parameters"]
        taken = [*taken, *bound_later(shape, binding)]
        owner = chosen(taken, binding["construct"], hyper).call(target)
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
