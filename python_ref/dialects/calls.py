"""How the RMSProp of a library is made, by the name of the library, its package or its class."""

from __future__ import annotations

from collections.abc import Iterable

from python_ref.dialects.libraries import LIBRARIES, NamedDialect, find
from python_ref.dialects.settings import Call
from python_ref.dialects.settings_table import CALLS
from python_ref.files import quoted

# What a package is called, where it is neither the library's name nor that of its module.
_SLUGS = {"tf": "tf-keras legacy", "tfjs": "TensorFlow.js", "candle": "candle-optimisers",
          "sb3": "Stable-Baselines3 RMSpropTFLike", "graves": "Chainer RMSpropGraves",
          "mxnet": "MXNet 1.9"}  # fmt: skip


def call_of(objects: Iterable[str]) -> Call | None:
    """Return how the first of these objects that is a library's RMSProp is called.

    Args:
        objects: full names, such as "torch.optim.rmsprop.RMSprop": of a class and those it
            derives from, or of a function.

    >>> call_of(["torch.optim.rmsprop.RMSprop"]).dialect({"centered": True, "momentum": 0})
    Dialect(centered=yes)
    """
    known = {name: call for call in CALLS for name in call.objects}
    return next((known[name] for name in objects if name in known), None)


def calls_of(name: str) -> tuple[Call, ...]:
    """Return the ways to make the RMSProp of a library, by its name or that of its package.

    Raises:
        ValueError: none is known; lists those that are.

    >>> {call.library for call in calls_of("torch")}
    {'PyTorch'}
    """
    slugs = _slugs()
    library = slugs.get(_plain(name)) or slugs.get(name)
    if library is None:
        near = [known for slug, known in slugs.items() if _plain(name)[:4] in slug and _plain(name)]
        listed = ", ".join(dict.fromkeys(near or slugs.values()))
        known = _plain(name) in map(_plain, LIBRARIES)
        lacks = "what settings {} has is not in the table" if known else "no library is called {}"
        raise ValueError(f"{lacks.format(quoted(name))}; there are {listed}")
    return tuple(call for call in CALLS if call.library == library)


def named_by_package(name: str) -> NamedDialect:
    """Return the named dialect, or where there is none that of the library of such a package.

    Raises:
        ValueError: there is neither; the message lists the dialects that are near.

    >>> named_by_package("torch").name, named_by_package("tf-keras").name
    ('PyTorch', 'tf-keras')
    """
    try:
        return find(name)
    except ValueError:
        library = _slugs().get(_plain(name))
        if library is None or library not in LIBRARIES:
            raise
        return find(library)


def _slugs() -> dict[str, str]:
    """Libraries by their own plain names and those of their packages."""
    slugs = {_plain(call.library): call.library for call in CALLS}
    for call in CALLS:
        for module in call.objects[:1]:
            slugs.setdefault(_plain(module.partition(".")[0]), call.library)
    return {**slugs, **_SLUGS}


def _plain(name: str) -> str:
    """Letters and digits only, so that keras-3 finds Keras 3."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
