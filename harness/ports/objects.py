"""Python objects at hand, as a test names them, by the words that reach them from a process."""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path
from typing import Any

from harness.model.errors import UsageError

_PLACES = ("site-packages", "dist-packages", Path(os.__file__).parent.name)


def target_of(optimizer: Any) -> str | tuple[str, ...]:
    """The TARGET of a class or a function; a target in words is one already.

    Args:
        optimizer: a class, a function, a target as text or path, or the words of a command.

    Returns:
        FILE:NAME of what stands in a source of the user's, module:Object of what is installed.

    Raises:
        UsageError: nobody else finds it by a name.
    """
    if isinstance(optimizer, str | os.PathLike):
        return os.fspath(optimizer)
    if isinstance(optimizer, list | tuple):
        return tuple(map(str, optimizer))
    module, name = getattr(optimizer, "__module__", None), getattr(optimizer, "__qualname__", "")
    parts = name.split(".")
    loaded = sys.modules.get(module or "")
    value: Any = loaded
    for part in parts:
        value = getattr(value, part, None)
    if not callable(optimizer) or loaded is None or value is not optimizer:
        raise UsageError(
            f"{optimizer!r}: a port runs in a process of its own, which finds it by its name: give"
            " a class or a function that stands at the top level of a module, or a target as text,"
            " such as 'optim.py:RMSProp'"
        )
    source = _source(optimizer)
    if len(parts) > 1 or source is None or set(_PLACES) & set(source.parts):
        return f"{module}:{name}"
    here = Path.cwd()
    near = source.is_relative_to(here)
    return f"{source.relative_to(here) if near else source}:{name}"


def _source(optimizer: Any) -> Path | None:
    try:
        file = inspect.getsourcefile(optimizer)
    except TypeError:  # it is not written in Python
        return None
    return Path(file).absolute() if file and Path(file).is_file() else None
