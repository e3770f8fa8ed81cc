"""Stand-ins for PyTorch, TensorFlow and Keras, for scripts on machines that do not have them.

A page may optimize a small function with a library's RMSprop and print a table. Where the
library is missing, the script can still be run and its table checked: `install` puts modules
of the library's name into `sys.modules` whose tensors differentiate with the library's own
formulas in its own precision, and whose optimizers are stepped by the reference under the
dialect named for the library. So a table that comes out the same, to every digit, says that
the named dialect is what the library computed.

A stand-in has what such scripts use. What it lacks raises an AttributeError that names it;
what cannot be told without the library (random numbers, second derivatives) raises
`modules.NotReproducible`. Nothing is answered by a guess.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from types import MappingProxyType, ModuleType

from harness.documents.stand_ins.modules import stepped, tree

_KERAS = MappingProxyType(
    {
        "optimizers.RMSprop": "Keras 3",
        "optimizers.SGD": "SGD",
        "optimizers.legacy.RMSprop": "tf-keras legacy",
    }
)

KNOWN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "torch": MappingProxyType(
            {
                "optim.RMSprop": "PyTorch",
                "optim.SGD": "SGD",
                "optim.Adagrad": "AdaGrad",
                "optim.Adam": "Adam mean_decay given",
            }
        ),
        "tensorflow": MappingProxyType({f"keras.{name}": d for name, d in _KERAS.items()}),
        "keras": _KERAS,
    }
)
"""Each library that has a stand-in: its optimizers, and the named dialect each is stepped under.

The names are those without switches; `used` tells which were stepped with which switches.
"""

_before: dict[str, ModuleType] = {}
_installed: list[str] = []


def install(missing: Collection[str], dialects: Mapping[str, str] | None = None) -> list[str]:
    """Put stand-ins into `sys.modules`, in place of any put there before.

    Args:
        missing: top-level modules that a script imports and the machine lacks; those that
            have no stand-in are passed over.
        dialects: for a library, the name in python_ref.libraries of the dialect to step its
            RMSprop under, instead of the one in KNOWN: "tf-keras legacy" for tensorflow.

    Returns:
        The names of the dialects that stand in for the RMSprops asked for.

    Raises:
        ValueError: `dialects` names a library or a dialect that there is not.
    """
    uninstall()
    stepped.clear()
    chosen = {root: _rmsprop(root) for root in KNOWN}
    for root, name in (dialects or {}).items():
        if root not in KNOWN:
            raise ValueError(f"no stand-in for {root!r}; there are {', '.join(KNOWN)}")
        chosen[root] = _checked(name)
    roots = [root for root in KNOWN if root in missing]
    for root in roots:
        _register(root, chosen[root])
    return list(dict.fromkeys(chosen[root] for root in roots))


def uninstall() -> None:
    """Take every stand-in out of `sys.modules`, and put back what was there before."""
    for name in _installed:
        sys.modules.pop(name, None)
    sys.modules.update(_before)
    _installed.clear()
    _before.clear()


def used() -> list[str]:
    """Return the names of the dialects stepped since `install`, switches included."""
    return list(stepped)


def _rmsprop(root: str) -> str:
    return next(name for path, name in KNOWN[root].items() if path.endswith("RMSprop"))


def _checked(name: str) -> str:
    from python_ref.libraries import find

    return find(name).name


def _register(root: str, library: str) -> None:
    from harness.documents.stand_ins import keras_like, tensorflow_like, torch_like

    build = {"torch": torch_like, "tensorflow": tensorflow_like, "keras": keras_like}[root].build
    for name, module in tree(build(library)).items():
        if name in sys.modules:
            _before[name] = sys.modules[name]
        sys.modules[name] = module
        _installed.append(name)
