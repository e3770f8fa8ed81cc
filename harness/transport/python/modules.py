"""A Python source as a module: of the package it lies in, with what lies beside it on the path.

A file that imports relatively is a module of the folders above it; what an absolute import does
not find is looked for in these folders, nearest first. A package whose `__init__` fails for want
of something that the source may never need is entered without it. The source is run again for
every scenario; what it imports is imported once.
"""

from __future__ import annotations
import __future__

import ast
import functools
import importlib
import importlib.util
import operator
import sys
import time
import traceback
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from harness.transport.python.failures import LoadError, missing, said, syntax_said

MODULE = "rmsproof_port"
# A source is run again for every scenario, of which there are some fifty.
_COSTLY_SECONDS = 0.5
# Each finds another folder, or enters another package without its `__init__`.
_ATTEMPTS = 40
# Folders above a file in which its imports are looked for.
_ABOVE = 8
# What may stand at a project's root; nothing above it is the project's.
_ROOTS = frozenset(
    ".git .hg pyproject.toml setup.py setup.cfg requirements.txt environment.yml Pipfile".split()
)
_FUTURE = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
_DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Statement(NamedTuple):
    """One statement of a source.

    Attributes:
        code: as it is run.
        own: it does more than import: what was imported once is there at once the next time.
        defines: it defines or imports something, or gives a name a value.
        line: where it stands.
    """

    code: types.CodeType
    own: bool
    defines: bool
    line: int


class Source:
    """A source that is run in a module, again and again.

    Args:
        path: where it is.
        afresh: files that are run again with it, where it imports them.

    Attributes:
        path: where it is.
        tree: what it says.
        costly: it takes long to run again; its port must be fresh by other means.
        stopped: what ended its own statements at the top level, which were then gone through
            for definitions alone; empty where nothing did.
        lacking: why a package that it imports was entered without its `__init__`, if one was.
    """

    def __init__(self, path: str, afresh: Sequence[str] = ()) -> None:
        self._afresh = frozenset(afresh)
        self.path, self.costly, self.stopped = path, False, ""
        self.tree, self._whole, self._single = _compiled(path)
        self._name, self._package = MODULE, ""
        self._above = _folders(Path(path))
        self._extended: set[str] = set()
        self.lacking: Optional[BaseException] = None
        if level := _level(self.tree):
            self._enter(level)

    def run(self) -> dict[str, Any]:
        """Run it in a new module; return its names. Raises LoadError."""
        if self.stopped:
            return self._go(self._single).__dict__
        return self._go([Statement(self._whole, True, True, 0)]).__dict__

    def first(self) -> dict[str, Any]:
        """Run it for the first time, taking its time, and finding what it imports."""
        for _ in range(_ATTEMPTS):
            try:
                module = self._go(self._single)
            except _Absent as absent:
                if self._find(absent.error):
                    continue
                self.lacking = self.lacking or absent.error
                if self._without_initial(absent.error):
                    continue
                break
            self.costly = self._seconds > _COSTLY_SECONDS
            return module.__dict__
        raise self._not_run()

    def _not_run(self) -> LoadError:
        if isinstance(self.lacking, ImportError):
            return LoadError("not-run", missing(self.lacking, self.path), missing=True)
        words = said(self.lacking, self.path) if self.lacking else "it is not found"
        return LoadError("not-run", f"what it imports fails: {words}")

    def for_want(self, error: BaseException) -> Optional[LoadError]:
        """What was lacking, where an error is due to a package entered without its `__init__`."""
        of_module = isinstance(error, AttributeError) and "module '" in str(error)
        return self._not_run() if self.lacking is not None and of_module else None

    def _go(self, statements: Sequence[Statement]) -> types.ModuleType:
        for name, loaded in list(sys.modules.items()):
            if self._afresh and getattr(loaded, "__file__", None) in self._afresh:
                del sys.modules[name]
        module = types.ModuleType(self._name)
        module.__file__ = self.path
        if self._package:
            module.__package__ = self._package
        sys.modules[self._name] = module
        self._seconds = 0.0
        stopped = ""
        for statement in statements:
            if stopped and not statement.defines:
                continue
            begun = time.monotonic()
            try:
                exec(statement.code, module.__dict__)
            except ImportError as error:
                raise _Absent(error) from error
            except (NameError, SyntaxError) as error:
                if not statement.own:
                    raise _Absent(error) from error
                if not stopped:
                    raise LoadError("does-not-compile", said(error, self.path)) from error
            except BaseException as error:
                if len(statements) == 1 or isinstance(error, (KeyboardInterrupt, MemoryError)):
                    raise LoadError("crashes", _loading(error, self.path)) from error
                if not statement.own:
                    raise _Absent(error) from error
                if (absent := self.for_want(error)) is not None:
                    raise absent from error
                stopped = stopped or _loading(error, self.path)
            self._seconds += statement.own * (time.monotonic() - begun)
        self.stopped = stopped
        return module

    # -- where its imports are ------------------------------------------------------------------

    def _enter(self, level: int) -> None:
        """Become a module of as many packages as its relative imports climb, or more."""
        above = [Path(self.path).parent]
        while (above[0] / "__init__.py").is_file() or len(above) < level:
            if above[0].parent == above[0]:
                break
            above.insert(0, above[0].parent)
        if len(above) > level and not (above[0] / "__init__.py").is_file():
            del above[0]
        name = ""
        for folder in above:
            part = folder.name.replace(".", "_") or "root"
            name = f"{name}.{part}" if name else part
            self.lacking = _entered(name, folder) or self.lacking
        self._package = name
        self._name = f"{name}.{Path(self.path).stem}"
        self._climb = level

    def _find(self, error: BaseException) -> bool:
        """Put the folder on the path that has what was not found; whether there is one."""
        if "beyond top-level" in str(error) or "no known parent" in str(error):
            climbed = getattr(self, "_climb", 0) + 1
            if climbed > _ABOVE:
                return False
            self._forget()
            self._enter(climbed)
            return True
        if not isinstance(error, ModuleNotFoundError) or not error.name:
            return False
        top = error.name.partition(".")[0]
        for folder in self._above:
            there = (folder / top).is_dir() or (folder / f"{top}.py").is_file()
            if there and str(folder) not in self._extended:
                self._extended.add(str(folder))
                sys.path.append(str(folder))
                sys.modules.pop(top, None)
                importlib.invalidate_caches()
                return True
        return False

    def _without_initial(self, error: BaseException) -> bool:
        """Enter a package of the project without its `__init__`, if it was there that it failed."""
        for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
            file, name = Path(frame.f_code.co_filename), str(frame.f_globals.get("__name__"))
            if file.name == "__init__.py" and any(f in file.parents for f in self._above):
                if getattr(sys.modules.get(name), "__bare__", False):
                    continue
                for part in [n for n in sys.modules if n.startswith(f"{name}.")]:
                    del sys.modules[part]
                _bare(name, file.parent)
                return True
        return False

    def _forget(self) -> None:
        """Leave the packages entered so far."""
        top = self._package.partition(".")[0]
        for name in [n for n in sys.modules if n == top or n.startswith(f"{top}.")]:
            del sys.modules[name]


class _Absent(Exception):
    """Something that is imported was not found, or failed."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


def _loading(error: BaseException, path: str) -> str:
    return f"while loading: {said(error, path)}"


def _entered(name: str, folder: Path) -> Optional[BaseException]:
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
        _bare(name, folder)
    return failed


def _bare(name: str, folder: Path) -> None:
    """A package that is only a place where modules are found."""
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    module.__package__ = name
    module.__dict__["__bare__"] = True
    sys.modules[name] = module
    parent, _, own = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], own, module)


def _of(module: types.ModuleType, folder: Path) -> bool:
    return any(
        Path(p).samefile(folder) for p in getattr(module, "__path__", []) if Path(p).exists()
    )


def _folders(path: Path) -> list[Path]:
    """The folders that may be a source's root: its own and those above, to the project's."""
    found = []
    for folder in path.parents:
        if folder == folder.parent or folder == Path.home():
            break
        found.append(folder)
        if len(found) == _ABOVE or any((folder / name).exists() for name in _ROOTS):
            break
    return found


def _level(tree: ast.Module) -> int:
    """How many packages a source's relative imports climb; 0 where it has none."""
    return max((n.level for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)), default=0)


def _compiled(path: str) -> tuple[ast.Module, types.CodeType, list[Statement]]:
    """What a source says, as a whole and statement by statement. Raises LoadError."""
    try:
        # As Python reads a file: its encoding line counts, and what is no UTF-8 is refused.
        text = importlib.util.decode_source(Path(path).read_bytes())
        whole = compile(text, path, "exec", dont_inherit=True)
        flags = whole.co_flags & _FUTURE
        tree = ast.parse(text, path)
        single = []
        for node in tree.body:
            code = compile(ast.Module([node], []), path, "exec", flags=flags, dont_inherit=True)
            defines = isinstance(node, (*_DEFINING, ast.Assign, ast.AnnAssign)) or _imports(node)
            single.append(Statement(code, not _imports(node), defines, node.lineno))
        return tree, whole, single
    except SyntaxError as error:
        raise LoadError("does-not-compile", syntax_said(error)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise LoadError("does-not-compile", said(error)) from error


def _imports(node: ast.stmt) -> bool:
    """Whether a statement imports, or tries to."""
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.Try) and all(map(_imports, node.body))
    )
