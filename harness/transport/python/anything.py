"""What stands in for data that nobody has: it can be computed with, and says nothing.

A function that trains on `X` and `y` computes gradients of them that are not wanted, since others
are given in their place. There is one of everything, and what comes of it is the same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np


class Anything:
    """A value of which everything can be asked."""

    # There is one of everything, in as many dimensions as anybody asks for.
    shape = (1,) * 8

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __setattr__(self, name: str, value: Any) -> None:
        """What is set is forgotten."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """The same."""

    def __getitem__(self, key: Any) -> Anything:
        return self

    def __call__(self, *_: Any, **__: Any) -> Anything:
        """The same again."""
        return self

    def __iter__(self) -> Iterator[Anything]:
        return iter([self])

    def __len__(self) -> int:
        return 1

    __index__ = __int__ = __len__

    def __float__(self) -> float:
        return 1.0

    def __format__(self, _: str) -> str:
        return "?"

    def __bool__(self) -> bool:
        return False

    def __contains__(self, _: object) -> bool:
        return False

    def __array__(self, *_: Any, **__: Any) -> Any:
        return np.ones(1)

    def __array_ufunc__(self, *_: Any, **__: Any) -> Anything:
        return self

    def __array_function__(self, function: Any, *_: Any) -> Any:
        return 0.0 if function.__name__ == "zeros_like" else self


class Holding(Anything):
    """The same, of which what is set is there again: what holds weights, and their averages.

    Args:
        later: what is not there before it is set.
        settings: what is there, by name or as items.
    """

    def __init__(self, later: Iterable[str] = (), settings: Mapping[str, Any] = {}) -> None:
        self.__dict__.update(settings, _rmsproof_later=frozenset(later))

    def __getitem__(self, key: Any) -> Any:
        return self.__dict__.get(_item(key), self)

    def __setitem__(self, key: Any, value: Any) -> None:
        """What is set at a place is there again, too."""
        self.__dict__[_item(key)] = value

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__") or name in self.__dict__["_rmsproof_later"]:
            raise AttributeError(name)
        inner = self.__dict__[name] = Holding()
        return inner


def _item(key: Any) -> str:
    return key if isinstance(key, str) else repr(key)


def _same(self: Anything, *_: Any) -> Anything:
    return self


def _no(*_: Any) -> bool:
    return False


for _operation in "add sub mul truediv floordiv mod pow matmul".split():
    for _side in ("", "r", "i"):
        setattr(Anything, f"__{_side}{_operation}__", _same)
for _operation in "neg pos abs round".split():
    setattr(Anything, f"__{_operation}__", _same)
for _operation in "eq ne lt le gt ge".split():
    setattr(Anything, f"__{_operation}__", _no)
Anything.__hash__ = object.__hash__  # type: ignore[method-assign]


def unpacked(value: Any, count: int) -> Any:
    """As many of them as are asked for, where what is unpacked says nothing."""
    if isinstance(value, Anything):
        return (value,) * count
    return value[:count] if value is Anything.shape else value
