"""The packages that a Python source lies in, and the folders where its imports may be."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import re
import sys
import traceback
import types
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Optional

# Folders above a file in which its imports are looked for.
ABOVE = 8
# What may stand at a project's root; nothing above it is the project's.
_ROOTS = frozenset(
    ".git .hg pyproject.toml setup.py setup.cfg requirements.txt environment.yml Pipfile".split()
)


def entered(name: str, folder: Path) -> Optional[BaseException]:
    """Import a package from its folder; without its `__init__` where that fails: why it did."""
    if (there := sys.modules.get(name)) is not None and _of(there, folder):
        return None
    failed: Optional[BaseException] = None
    initial = folder / "__init__.py"
    module: Optional[types.ModuleType] = None
    if initial.is_file():
        spec = importlib.util.spec_from_file_location(
            name, initial, submodule_search_locations=[str(folder)]
        )
        if spec and spec.loader:
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except BaseException as error:
                if isinstance(error, (KeyboardInterrupt, MemoryError)):
                    raise
                for part in [n for n in sys.modules if n.startswith(f"{name}.")]:
                    del sys.modules[part]
                module, failed = None, error
    if module is None:
        bare(name, folder)
    return failed


def bare(name: str, folder: Path) -> None:
    """A package that is only a place where modules are found."""
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    module.__package__ = name
    module.__dict__["__bare__"] = True
    if names := _offered(folder / "__init__.py", name):

        def asked(wanted: str) -> object:
            if wanted not in names:
                raise AttributeError(f"module {name!r} has no attribute {wanted!r}")
            inside, own = names[wanted]
            return getattr(importlib.import_module(inside), own)

        module.__dict__["__getattr__"] = asked
    sys.modules[name] = module
    parent, _, own = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], own, module)


def _offered(initial: Path, name: str) -> dict[str, tuple[str, str]]:
    """The names that a package's `__init__` has of its own modules: the module, and its name."""
    try:
        tree = ast.parse(initial.read_text(encoding="utf-8", errors="replace"))
    except (OSError, SyntaxError, ValueError):
        return {}
    offers = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = f"{name}.{node.module}" if node.level == 1 else node.module
            if node.level < 2 and inside.startswith(f"{name}."):
                offers.update({a.asname or a.name: (inside, a.name) for a in node.names})
    return offers


def entered_elsewhere(error: BaseException, tried: set[str]) -> bool:
    """Import modules that import each other from another end; whether that went.

    Args:
        error: of an import that met a module half way.
        tried: those that were begun with; another one is added.
    """
    if "circular import" not in str(error):
        return False
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    names = [str(frame.f_globals.get("__name__")) for frame in frames]
    for name in dict.fromkeys(reversed(names)):
        top = name.partition(".")[0]
        if name in tried or top in ("importlib", "harness") or "." not in name:
            continue
        tried.add(name)
        for part in [n for n in sys.modules if n == top or n.startswith(f"{top}.")]:
            del sys.modules[part]
        try:
            importlib.import_module(name)
        except Exception:  # not from there either
            continue
        return True
    return False


@cache
def ours() -> frozenset[str]:
    """The modules that no project brought: what was there when this was first asked."""
    return frozenset(sys.modules)


def unregister(name: str, near: Sequence[Path]) -> None:
    """Take out of what modules of a project collect what another one gave them.

    A source that registers its classes may do that once, and is run again and again.

    Args:
        name: of the module that is run again.
        near: the folders that the project's modules are in.
    """
    inside = tuple(f"{folder}{os.sep}" for folder in near)
    for called in sys.modules.keys() - ours() - {name}:
        module = sys.modules[called]
        if not isinstance(module, types.ModuleType):  # None stands for one that is not to be had
            continue
        file = str(getattr(module, "__file__", None) or "")
        if not file.startswith(inside) or "site-packages" in file:
            continue
        own = [v for v in vars(module).values() if _from(v, called)]
        for holder in [vars(module), *(vars(v) for v in own if hasattr(v, "__dict__"))]:
            for held in list(holder.values()):
                if isinstance(held, dict):
                    for key in [key for key, one in held.items() if _from(one, name)]:
                        del held[key]
                elif isinstance(held, list):
                    held[:] = [one for one in held if not _from(one, name)]
                elif isinstance(held, set):
                    held -= {one for one in held if _from(one, name)}


def _from(thing: object, name: str) -> bool:
    """Whether a class, a function or an object comes of a module, or what several are part of."""
    parts = thing if isinstance(thing, tuple) else (thing,)
    made = (type, types.FunctionType)
    return any((p if isinstance(p, made) else type(p)).__module__ == name for p in parts)


def _of(module: types.ModuleType, folder: Path) -> bool:
    return any(
        Path(p).samefile(folder) for p in getattr(module, "__path__", []) if Path(p).exists()
    )


def folders(path: Path) -> list[Path]:
    """The folders that may be a source's root: its own and those above, to the project's."""
    roots = []
    for folder in path.parents:
        if folder == folder.parent or folder == Path.home():
            break
        roots.append(folder)
        if len(roots) == ABOVE or any((folder / name).exists() for name in _ROOTS):
            break
    return roots


def root(path: Path) -> Path:
    """The folder of the project that a source is part of; its own where none says so."""
    outermost = folders(path)[-1:]
    marked = any((folder / name).exists() for folder in outermost for name in _ROOTS)
    return outermost[0] if marked else path.parent


def level(tree: ast.Module) -> int:
    """How many packages a source's relative imports climb; 0 where it has none."""
    return max((n.level for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)), default=0)


def is_package(folder: Path, name: str, trees: Iterable[ast.Module]) -> bool:
    """Whether a folder may be the package that sources know by a name: it has what they import."""
    asked = [one for tree in trees for one in _asked(tree, name)]
    return bool(asked) and all(_has(folder, part, names) for part, names in asked)


def _asked(tree: ast.Module, package: str) -> Iterator[tuple[str, Sequence[str]]]:
    """The modules of a package that a source imports, and what from them."""
    for node in ast.walk(tree):
        wanted: list[tuple[str, list[str]]] = []
        if isinstance(node, ast.Import):
            wanted = [(alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            wanted = [(node.module, [alias.name for alias in node.names])]
        for module, names in wanted:
            top, _, inside = module.partition(".")
            if top == package and inside:
                part, _, deeper = inside.partition(".")
                yield part, () if deeper else names


def _has(folder: Path, part: str, names: Sequence[str]) -> bool:
    """Whether a module is in a folder, and says the names that are imported from it."""
    inside = folder / part
    file = inside / "__init__.py" if inside.is_dir() else folder / f"{part}.py"
    if not inside.is_dir() and not file.is_file():
        return False
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    return re.search(r"\bimport\s+\*", text) is not None or all(
        name == "*"
        or re.search(rf"\b{re.escape(name)}\b", text)
        or (inside / name).is_dir()
        or (inside / f"{name}.py").is_file()
        for name in names
    )
