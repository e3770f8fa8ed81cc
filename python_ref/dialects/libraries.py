"""The RMSProps of libraries, and their relatives, as points in the space of dialects.

A library that can be switched has a dialect for each setting of the switches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from python_ref.dialects.axes import NUMBERS
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import equivalence
from python_ref.dialects.library_table import TABLE, Library
from python_ref.files import quoted


@dataclass(frozen=True)
class NamedDialect:
    """A dialect with a name, such as "PyTorch centered".

    Attributes:
        name: the library's, with the setting of its switches if it has any.
        library: where it is written down.
        dialect: what it computes; its constants are those fixed in the library itself.
    """

    name: str
    library: Library
    dialect: Dialect


# What a library fixes in its source, whatever it is given.
_CONSTANTS = {"mean_decay=ignored": {"mean_decay": 0.9}}


def _named() -> dict[str, NamedDialect]:
    result = {}
    for library, settings in TABLE:
        for setting, deviations in settings.items():
            name = library.name if setting == "default" else f"{library.name} {setting}"
            constants: dict[str, float] = {}
            for deviation in deviations:
                constants.update(_CONSTANTS.get(deviation, {}))
            result[name] = NamedDialect(name, library, Dialect(deviations, constants))
    return result


LIBRARIES: Mapping[str, NamedDialect] = MappingProxyType(_named())
"""Every named dialect by its name."""


def named(dialect: Dialect) -> list[str]:
    """Return the names whose deviations are those of `dialect`, whatever the constants.

    >>> named(Dialect(["average=none"]))
    ['SGD']
    """
    return [
        name for name, known in LIBRARIES.items() if known.dialect.choices() == dialect.choices()
    ]


def alike(dialect: Dialect, *, always: bool = False) -> list[str]:
    """Return the names that are the same as `dialect` in algebra at a constant learning rate.

    If `always`, at any.

    Constants are not compared, nor is what a library adds with momentum or decay at zero.

    >>> alike(Dialect(["average=none", "epsilon=none"]))
    ['SGD']
    """
    return list(_alike(tuple(dialect.deviations), always))


@cache
def _alike(deviations: tuple[str, ...], always: bool) -> tuple[str, ...]:
    # A report says it of every row.
    plain = Dialect(deviations)
    enough = ("always",) if always else ("always", "constant learning rate")
    return tuple(
        name
        for name, known in LIBRARIES.items()
        if all(plain.choice(axis) == known.dialect.choice(axis) for axis in NUMBERS)
        and equivalence(plain, Dialect(known.dialect.deviations)) in enough
    )


def find(name: str) -> NamedDialect:
    """Return the named dialect, whatever the case and the spaces.

    Raises:
        ValueError: there is none; the message lists those that contain the name's first word,
            else those whose names are nearest.
    """
    folded = {_plain(known): dialect for known, dialect in LIBRARIES.items()}
    if _plain(name) in folded:
        return folded[_plain(name)]
    words = [plain for word in name.split()[:1] if (plain := _plain(word))]
    near = [known for known in LIBRARIES for word in words if word in _plain(known)]
    close = get_close_matches(_plain(name)[:60], folded, 3, 0.7)
    near = near or [folded[plain].name for plain in close]
    listed = (
        f"; similar are {', '.join(near)}" if near else "; `rmsproof dialects list` has them all"
    )
    raise ValueError(f"no dialect is called {quoted(name)}{listed}")


def slug(name: str) -> str:
    """A dialect's name as one types it; `find` knows it.

    >>> slug("PyTorch centered momentum")
    'pytorch-centered-momentum'
    """
    return re.sub("[^a-z0-9]+", "-", name.casefold()).strip("-")


def _plain(name: str) -> str:
    """Letters and digits only, so that keras-3 finds Keras 3."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
