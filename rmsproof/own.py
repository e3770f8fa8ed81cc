"""Our own modules, whatever lies in the working directory, beside a script, or on PYTHONPATH.

Python looks there first: a user's folder `harness/` would be taken for ours, his `json.py` for
Python's. While `Own` is entered, imports are as they would be without those places, which are
searched last; afterwards a program that has a `harness` of its own finds that one again.

Imports nothing that is not loaded at Python's start, or it might be the user's.
"""

import os
import sys
from _frozen_importlib_external import PathFinder  # importlib's own, which is found by the path
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_NAMES = ("harness", "python_ref")
_lock = RLock()
_loaded: "dict[str, ModuleType]" = {}


class Own:
    """Within it, imports are ours."""

    def __enter__(self) -> None:
        _lock.acquire()
        self._path = sys.path[:]
        self._foreign = any(map(_is_foreign, _NAMES))
        self._theirs = _taken() if self._foreign else {}
        sys.modules.update(_loaded)
        sys.path[:] = safe_path()

    def __exit__(self, *_: object) -> None:
        if self._foreign:
            _loaded.update(_taken())
            sys.modules.update(self._theirs)
        sys.path[:] = self._path
        _lock.release()


def safe_path() -> list[str]:
    """`sys.path` with the folder of the script, or the current one, and PYTHONPATH at its end."""
    last = {os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    if not sys.flags.safe_path:
        last.add(sys.path[0])
    first = [entry for entry in sys.path if entry not in last]
    if _FOLDER not in first:  # neither installed nor linked to
        first.insert(0, _FOLDER)
    return [*first, *(entry for entry in sys.path if entry not in first)]


def _is_foreign(name: str) -> bool:
    """Whether a program finds something else than ours by the name."""
    loaded = sys.modules.get(name)
    spec = loaded.__spec__ if loaded else PathFinder.find_spec(name)
    return spec is not None and spec.origin != os.path.join(_FOLDER, name, "__init__.py")


def _taken() -> "dict[str, ModuleType]":
    """Take the modules of our packages' names out of `sys.modules`."""
    names = [name for name in sys.modules if name.partition(".")[0] in _NAMES]
    return {name: sys.modules.pop(name) for name in names}
