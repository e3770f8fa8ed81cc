"""Run a module of ours in a fresh interpreter, on a path where no user's file is taken for ours.

    python -P start.py MODULE ARGUMENTS

The path is the interpreter's own and our folder; the folder it is started in is not on it. What
the harness itself finds modules by is in RMSPROOF_PATH, for later: once all of ours is imported,
`make_way` gives the code of others what it would find without us.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

PATH = "RMSPROOF_PATH"
# Set where the interpreter is not the harness's: only our packages are found in our folder.
ALONE = "RMSPROOF_ALONE"
_OURS = str(Path(__file__).absolute().parent.parent.parent)
_PACKAGES = ("harness", "python_ref", "rmsproof")
_INSTALLED = ("site-packages", "dist-packages")


class _Others:
    """Finds a package of our names in the places of others, also a folder without __init__.py."""

    def __init__(self) -> None:
        self.places: list[str] = []

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None or name not in _PACKAGES:
            return None
        spec = PathFinder.find_spec(name, self.places, target)
        if spec and spec.origin is None and spec.submodule_search_locations is not None:
            # Such a folder does not hide a package elsewhere: ours is found behind it, and the
            # one that a port itself may import stands as it is.
            if name == "rmsproof":
                return None
            places = [*spec.submodule_search_locations, str(Path(_OURS) / name)]
            spec.submodule_search_locations = places
        return spec


class _Ours:
    """Finds our packages in our folder, and nothing else that lies there."""

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        ours = path is None and name in _PACKAGES
        return PathFinder.find_spec(name, [_OURS], target) if ours else None


_others = _Others()


def make_way(folder: str) -> None:
    """Let imports find what lies in a folder and what PYTHONPATH names, before what is installed.

    Python's own modules come first, so that a `signal.py` of a package whose file is judged is
    not taken for Python's. Our packages lose their names: whoever has a folder `harness/` beside
    the port means that one. What is loaded goes on running.
    """
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Ours)]
    for name in [name for name in sys.modules if name.partition(".")[0] in _PACKAGES]:
        del sys.modules[name]
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    entries = [e for e in dict.fromkeys((folder, *named)) if e and e not in sys.path]
    installed = (i for i, e in enumerate(sys.path) if Path(e).name in _INSTALLED)
    at = next(installed, len(sys.path))
    sys.path[at:at] = entries
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    _others.places[:0] = [*entries, here]
    if _others not in sys.meta_path:
        sys.meta_path.insert(0, _others)


def settle() -> None:
    """Let what the code of others starts find modules as the harness does."""
    os.environ["PYTHONPATH"] = os.environ.pop(PATH, "")


def main() -> None:
    """Run the module that the first argument names."""
    settle()
    if os.environ.pop(ALONE, ""):
        sys.meta_path.insert(0, _Ours())
    elif _OURS not in sys.path:
        sys.path.insert(0, _OURS)
    del sys.argv[0]
    import_module(sys.argv[0]).main()


if __name__ == "__main__":
    main()
