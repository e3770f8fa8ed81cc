"""Modules that are not installed, stood in for as long as nothing uses them.

A file of an optimizer often imports what only its plots or its training need. Such a module can be
imported, its names can be taken, stand in annotations and be asked for in `isinstance`, of which no
array is one; whatever else is done with it raises what the import would have raised.
"""

from __future__ import annotations

import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any, Callable, NoReturn, Optional

# What is asked of a module or a name by Python itself.
_OWN = frozenset("__path__ __spec__ __loader__ __file__ __package__ __name__ __doc__".split())


class Name:
    """Something of a module that is not there.

    Args:
        raise_it: raises what the import of the module raised.
    """

    def __init__(self, raise_it: Callable[..., NoReturn]) -> None:
        self.__dict__["_raise"] = raise_it

    def __getattr__(self, name: str) -> Name:
        if name.startswith("__"):
            raise AttributeError(name)
        return Name(self.__dict__["_raise"])

    def __setattr__(self, name: str, value: Any) -> None:
        """What is set there, nobody will see."""

    def __getitem__(self, key: Any) -> Name:
        return self

    def __or__(self, other: Any) -> Name:
        return self

    __ror__ = __or__

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False


def _used(self: Name, *_: Any, **__: Any) -> NoReturn:
    raise_it: Callable[[], NoReturn] = self.__dict__["_raise"]
    raise_it()


# All that would be a use of it: a call, a base class, arithmetic, a loop, a test.
for _operation in (
    "call mro_entries bool iter next len contains enter exit float int index array array_ufunc"
    " array_function eq ne lt le gt ge setitem delitem neg pos abs invert await aenter aiter"
    " format str"
).split():
    setattr(Name, f"__{_operation}__", _used)
for _operation in "add sub mul truediv floordiv mod pow matmul and xor lshift rshift".split():
    for _side in ("", "r", "i"):
        setattr(Name, f"__{_side}{_operation}__", _used)
Name.__hash__ = object.__hash__  # type: ignore[method-assign]


def is_use(error: BaseException) -> bool:
    """Whether an exception came of using what is only stood in for."""
    return bool(getattr(error, "used", False))


def raising(error: BaseException) -> Callable[..., NoReturn]:
    """What raises an import's error again, where what it should have brought is used."""

    def raise_it() -> NoReturn:
        kind = ModuleNotFoundError if isinstance(error, ModuleNotFoundError) else ImportError
        used = kind(str(error), name=getattr(error, "name", None))
        used.__dict__["used"] = True
        raise used

    return raise_it


class Finder:
    """Finds the modules that are stood in for, and what is below them; asked last.

    A finder and a loader by what it offers: `importlib.abc`, which names both, loads as much as
    all else here.
    """

    def __init__(self) -> None:
        self.errors: dict[str, ModuleNotFoundError] = {}

    def stand_in(self, error: BaseException) -> bool:
        """Stand in for the module that an import did not find; whether that is new."""
        if not isinstance(error, ModuleNotFoundError) or not error.name:
            return False
        if self._error(error.name) is not None:
            return False
        self.errors[error.name] = error
        if self not in sys.meta_path:
            sys.meta_path.append(self)
        return True

    def _error(self, name: str) -> Optional[ModuleNotFoundError]:
        parts = name.split(".")
        tops = (".".join(parts[:i]) for i in range(1, len(parts) + 1))
        return next((self.errors[top] for top in tops if top in self.errors), None)

    def find_spec(
        self, name: str, _path: Optional[Sequence[str]], _target: Optional[types.ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """See `importlib.abc.MetaPathFinder`."""
        if self._error(name) is None:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, _spec: importlib.machinery.ModuleSpec) -> None:
        """A module as any other."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Give a module names that are asked for, without end."""
        error = self._error(module.__name__)
        assert error is not None
        raise_it = raising(error)

        def name_of(name: str) -> Name:
            if name in _OWN or (name.startswith("__") and name != "__all__"):
                raise AttributeError(name)
            if name == "__all__":  # which names `import *` would bring, nobody knows
                raise_it()
            return Name(raise_it)

        module.__dict__["__getattr__"] = name_of
