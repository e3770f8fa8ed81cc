"""Modules that stand in for a library's, and say by name what they lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

stepped: list[str] = []
"""The named dialects that optimizers were stepped under, in the order of first use."""


class NotReproducible(NotImplementedError):
    """What the library would compute here, its stand-in cannot: it says so and stops."""


class StandIn(ModuleType):
    """A module of a stand-in: what it has, and a refusal for all else.

    Args:
        name: dotted, as it is imported.
        contents: its public names.
        random: functions of the library that draw random numbers, which nobody can draw again
            without it: they are there, and raise when called.
    """

    def __init__(self, name: str, contents: Mapping[str, Any], random: Iterable[str] = ()) -> None:
        super().__init__(name, f"A stand-in for {name}, which is not installed.")
        self.__spec__ = ModuleSpec(name, None, origin="stand-in", is_package=True)
        self.__path__ = []  # a package, of submodules that are registered already
        self.__file__ = "stand-in"
        for draws in random:
            setattr(self, draws, _refusal(f"{name}.{draws}"))
        for key, value in contents.items():
            setattr(self, key, value)

    def __getattr__(self, name: str) -> NoReturn:
        raise lacking(self.__name__, name)


def lacking(owner: str, name: str) -> AttributeError:
    """Return the error for a name that the stand-in for `owner` does not have."""
    return AttributeError(f"the stand-in for {owner} has no {name!r}")


def refused(owner: str, why: str) -> NotReproducible:
    """Return the error for a use that the stand-in for `owner` cannot follow."""
    return NotReproducible(f"the stand-in for {owner} cannot do this: {why}")


def _refusal(name: str) -> Callable[..., NoReturn]:
    def draw(*_arguments: Any, **_options: Any) -> NoReturn:
        raise refused(name, "its random numbers are the library's own")

    return draw


def tree(root: StandIn) -> dict[str, StandIn]:
    """Return `root` and the modules below it by dotted name, those at two places twice.

    A submodule is imported under the name of the place where it is found, whatever it is
    called itself: tensorflow.keras and keras may be one module.
    """
    found: dict[str, StandIn] = {}

    def visit(name: str, module: StandIn) -> None:
        found[name] = module
        for key, value in vars(module).items():
            if isinstance(value, StandIn):
                visit(f"{name}.{key}", value)

    visit(root.__name__, root)
    return found
