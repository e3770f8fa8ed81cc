"""The single numbers that can be reached from some objects, by the path that leads to each.

Through attributes and slots of the port's own objects, arrays, lists, maps, tuples, and what
functions have caught.
"""

from __future__ import annotations

import enum
import os
import re
import sys
import types
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Optional

import numpy as np

from harness.transport.python.stand_ins import Stand

# Objects within objects, and numbers in all: more than this is no optimizer's.
_DEEPEST = 9
_MOST = 600
_LIBRARIES = ("site-packages", "dist-packages", str(Path(os.__file__).parent))
_PLAIN = (bool, int, str, bytes, type, types.ModuleType, type(None))


_GRADIENT = re.compile(
    r"(?i:.*grad.*|delta.*|deriv.*|slopes?|.*nabla.*|errors?"
    r"|d_?(?:w|b|weights?|bias(?:es)?|theta)s?\d*)|_?d_?[A-Z]\w*|[gG]"
)


@dataclass(frozen=True)
class Cell:
    """One number, whether it is a float of 32 bits, and what puts another one in its place."""

    value: float
    narrow: bool
    put: Callable[[Any], None]


def several(path: str) -> bool:
    """Whether a path leads to one of several: an element of an array, a list or a map."""
    return "[" in path


def towards(paths: Iterable[str]) -> frozenset[str]:
    """Paths, and all that lead to them."""
    ends = ((path, re.finditer(r"[.\[]|$", path)) for path in paths)
    return frozenset(path[: end.start()] for path, found in ends for end in found)


def root_of(path: str) -> str:
    """What a path begins at: an argument, what is called, or what came back."""
    return re.split(r"[.\[]", path)[0]


def plain(path: str) -> str:
    """A path without the places of elements: of one kind are those that have the same."""
    return re.sub(r"\[[^]]*\]", "[]", path)


def says_gradients(path: str) -> bool:
    """Whether a path says that it leads to gradients."""
    return any(_GRADIENT.fullmatch(word) for word in re.findall(r"[^\[\].,]+", path))


def own(kind: type) -> bool:
    """Whether a class is the port's: of no library, and not ours."""
    if kind in (types.SimpleNamespace, Stand):
        return True
    file = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    return bool(file) and not any(part in file for part in _LIBRARIES)


class Reach:
    """Looks at what can be reached from named objects, in their order.

    Args:
        roots: these, by name.
        towards: the paths that are looked at alone, with those before them; None for all.

    Attributes:
        cells: the numbers by path.
        holders: what holds them and others, by path.
    """

    def __init__(self, roots: Mapping[str, Any], towards: Optional[Collection[str]] = None) -> None:
        self._towards = towards
        self.cells: dict[str, Cell] = {}
        self.holders: dict[str, Any] = {}
        self._seen: dict[int, Any] = {}
        self._places: set[int] = set()  # of memory: of two views of an array the first counts
        for name, root in roots.items():
            self._element(name, root, 0, _fixed)

    def _element(self, path: str, held: Any, depth: int, put: Callable[[Any], None]) -> None:
        if self._towards is not None and path not in self._towards:
            return
        nothing = type(held) is int and held == 0 and says_gradients(path)
        if isinstance(held, (float, np.floating)) or nothing:
            narrow = isinstance(held, np.float32)
            self._number(path, float(held), narrow, lambda n: put(np.float32(n) if narrow else n))
        else:
            self._visit(path, held, depth)

    def _number(self, path: str, value: float, narrow: bool, put: Callable[[Any], None]) -> None:
        if len(self.cells) < _MOST:
            self.cells[path] = Cell(value, narrow, put)

    def _visit(self, path: str, held: Any, depth: int) -> None:
        if isinstance(held, _PLAIN) or depth > _DEEPEST or id(held) in self._seen:
            return
        self._seen[id(held)] = held
        self.holders[path] = held
        if isinstance(held, np.ndarray):
            self._array(path, held, depth)
        for name, inner, put in parts(held):
            self._element(path + name, inner, depth + 1, put)

    def _array(self, path: str, array: Any, depth: int) -> None:
        if array.size > _MOST or array.dtype.kind not in "fO":
            return
        begins, strides = array.__array_interface__["data"][0], array.strides
        for index in np.ndindex(array.shape):
            name = f"{path}[{','.join(map(str, index))}]" if index else path
            if self._towards is not None and name not in self._towards:
                continue
            put = partial(_put, array, index)
            if array.dtype.kind == "O":
                self._element(name, array[index], depth + 1, put)
                continue
            place = begins + sum(i * stride for i, stride in zip(index, strides))
            if place not in self._places:
                self._places.add(place)
                narrow = array.dtype == np.float32
                self._number(name, float(np.ndarray.__getitem__(array, index)), narrow, put)


def parts(held: Any) -> Iterator[tuple[str, Any, Callable[[Any], None]]]:
    """What an object holds: what it is called there, itself, and what replaces it."""
    if isinstance(held, dict):
        for i, (key, inner) in enumerate(list(held.items())):
            # A key as it is the same in every run: an object's hash is not.
            known = isinstance(key, (str, int, float, tuple, enum.Enum))
            text = key.name if isinstance(key, enum.Enum) else str(key)
            word = re.sub(r"[\[\].]", "_", text) if known else f"#{i}"
            yield f"[{word}]", inner, partial(held.__setitem__, key)
    elif isinstance(held, (list, deque)):
        for i, inner in enumerate(list(held)):
            yield f"[{i}]", inner, partial(held.__setitem__, i)
    elif isinstance(held, tuple):
        names = getattr(held, "_fields", None)
        for i, inner in enumerate(held):
            yield f".{names[i]}" if names else f"[{i}]", inner, _fixed
    elif isinstance(held, types.MethodType):
        yield "", held.__self__, _fixed
    elif isinstance(held, types.FunctionType):
        for name, cell in zip(held.__code__.co_freevars, held.__closure__ or ()):
            try:
                yield f".{name}", cell.cell_contents, partial(setattr, cell, "cell_contents")
            except ValueError:  # nothing is in it yet
                continue
    if own(type(held)):
        for name in attributes(held):
            yield f".{name}", attribute(held, name), partial(object.__setattr__, held, name)


def attributes(held: Any) -> list[str]:
    """The names of what an object has itself."""
    slots = [vars(kind).get("__slots__", ()) for kind in type(held).__mro__]
    names = [name for one in slots for name in ([one] if isinstance(one, str) else one)]
    names = [name for name in names if name not in ("__dict__", "__weakref__")]
    return list(dict.fromkeys([*getattr(held, "__dict__", ()), *names]))


def attribute(held: Any, name: str) -> Any:
    """One of them, not asked for through what the port makes of asking; None if it is not set."""
    try:
        return object.__getattribute__(held, name)
    except AttributeError:
        return None


def _put(array: Any, index: tuple[int, ...], value: Any) -> None:
    np.ndarray.__setitem__(array, index, value)


def _fixed(_: Any) -> None:
    raise ValueError("what cannot be set")
