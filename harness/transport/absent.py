"""Why `module:Object` names nothing: no such module, or no such name in it, and what is near.

Runs in the worker, with what the port's interpreter finds.
"""

from __future__ import annotations

import inspect
import pkgutil
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

# Of names in a message.
_NAMES = 8


def module(error: ModuleNotFoundError, name: str) -> str:
    """Why a module is not found.

    "" where it is, and one that it imports is not.
    """
    if not error.name or not f"{name}.".startswith(f"{error.name}."):
        return ""
    parent, _, last = error.name.rpartition(".")
    if not parent:
        there = (known.name for known in pkgutil.iter_modules())
        help_ = f"; pip install {last} there, or name a Python that has it by --python PATH"
        return f"there is no module {error.name}{_near(last, there) or help_}"
    package = sys.modules.get(parent)
    path = getattr(package, "__path__", None)
    if path is None:
        return f"{parent} is no package, and has no module {last}"
    there = (known.name for known in pkgutil.iter_modules(path))
    return f"the package {parent} has no module {last}{_near(last, there)}"


def attribute(owner: Any, name: str) -> str:
    """Why a name is not found in a module or class that is."""
    what = "module" if inspect.ismodule(owner) else "class" if inspect.isclass(owner) else "object"
    title = getattr(owner, "__name__", type(owner).__name__)
    callables = [n for n in dir(owner) if n[:1] != "_" and callable(getattr(owner, n, None))]
    near = _near(name, callables)
    if not near and callables:
        more = ", ..." if len(callables) > _NAMES else ""
        near = f"; it has {', '.join(callables[:_NAMES])}{more}"
    return f"the {what} {title} has no {name}{near}"


def _near(name: str, there: Iterable[str]) -> str:
    """The names that are meant, perhaps."""
    known = {n.lower(): n for n in there}
    near = [known[n] for n in get_close_matches(name.lower(), known, 3, 0.7)]
    return f"; did you mean {' or '.join(near)}?" if near else ""
