"""A Python source as a module: of the package it lies in, with what lies beside it on the path.

A file that imports relatively is a module of the folders above it; what an absolute import does
not find is looked for in these folders, nearest first. A package whose `__init__` fails for want
of something that the source may never need is entered without it. The source is run again for
every scenario; what it imports is imported once.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
import traceback
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

from harness.languages.naming import says_rmsprop
from harness.transport.python.compiled import DEFINITIONS, Statement, compiled
from harness.transport.python.failures import LoadError, message_of, missing
from harness.transport.python.lacking import Finder, Name, is_use, raising
from harness.transport.python.packages import (
    ABOVE,
    bare,
    entered,
    entered_elsewhere,
    folders,
    is_package,
    level,
    ours,
    unregister,
)
from harness.transport.python.patience import TooLong, limited

MODULE = "rmsproof_port"
# A source is run again for every scenario, of which there are some fifty.
_COSTLY_SECONDS = 0.5
# What trains and plots at the top level of a file that defines something need not be waited for.
_LOADING_SECONDS, _LEAST_SECONDS = 20.0, 1.0
# Each finds another folder, or enters another package without its `__init__`.
_ATTEMPTS = 40


class Source:
    """A source that is run in a module, again and again.

    Args:
        path: where it is.
        afresh: files that are run again with it, where it imports them.
        spared: modules that are not installed are stood in for, as long as nothing uses them.
        declared: what its project needs, by name, with the command that installs it.
        near: further folders where its imports may be.

    Attributes:
        path: where it is.
        tree: what it says.
        costly: it takes long to run again; its port must be fresh by other means.
        stopped: what ended its own statements at the top level, which were then gone through
            for definitions alone; empty where nothing did.
        lacking: why a package that it imports was entered without its `__init__`, if one was.
    """

    def __init__(
        self,
        path: str,
        afresh: Sequence[str] = (),
        spared: bool = False,
        declared: Mapping[str, str] = {},
        near: Sequence[str] = (),
    ) -> None:
        ours()  # before anything of a project is there
        self._declared = declared
        self._afresh = frozenset(afresh)
        self._finder = Finder() if spared else None
        # Imports that fail otherwise than for want of a module, and why.
        self._spared: dict[Statement, BaseException] = {}
        self.path, self.costly, self.stopped = path, False, ""
        self.tree, self._whole, self._single = compiled(path)
        self._defines = any(isinstance(node, DEFINITIONS) for node in self.tree.body)
        self._name, self._package = MODULE, ""
        self._late: dict[Statement, str] = {}  # statements that take too long
        # What an adapter imports may lie where the source that it calls finds it.
        self._above = [f for own in (*afresh, path) for f in folders(Path(own))]
        self._above += map(Path, near)
        self._extended: set[str] = set()
        self._begun: set[str] = set()  # modules that import each other, entered from there
        self.lacking: Optional[BaseException] = None
        self._went = False  # as far as it goes, once
        if climbed := level(self.tree):
            self._enter(climbed)

    def run(self, until: Optional[int] = None) -> dict[str, Any]:
        """Run it, or its statements before one, in a new module; return its names.

        Raises:
            LoadError: it fails.
        """
        if until is not None:
            return self._go(self._single[:until]).__dict__
        if self.stopped or self._spared or self._late:
            return self._go(self._single).__dict__
        return self._go([Statement(self._whole, True, True)]).__dict__

    def first(self) -> dict[str, Any]:
        """Run it for the first time, taking its time, and finding what it imports."""
        for _ in range(_ATTEMPTS):
            try:
                module = self._go(self._single)
            except _Absent as absent:
                if self._find(absent.error) or entered_elsewhere(absent.error, self._begun):
                    continue
                self.lacking = self.lacking or absent.error
                if self._without_initial(absent.error):
                    continue
                if self._stand_in(absent):
                    continue
                break
            self.costly = self._seconds > _COSTLY_SECONDS
            self._went = not self.stopped
            return module.__dict__
        raise self._not_run(self.lacking)

    @property
    def stood_in(self) -> dict[str, str]:
        """Modules that are stood in for, and that each is missing, in words."""
        errors: dict[str, BaseException] = dict(self._finder.errors) if self._finder else {}
        for statement, error in self._spared.items():
            errors.update(dict.fromkeys(statement.imported, error))
        return {name: str(self._not_run(error)) for name, error in errors.items()}

    def _stand_in(self, absent: _Absent) -> bool:
        """Do without what an import should have brought; whether that may help."""
        if self._finder is None:
            return False
        if self._finder.stand_in(absent.error):
            return True
        statement = absent.statement
        if not statement.imported or statement in self._spared:
            return False
        self._spared[statement] = absent.error
        return True

    def _not_run(self, lacking: Optional[BaseException]) -> LoadError:
        if isinstance(lacking, ImportError):
            return LoadError("not-run", missing(lacking, self.path, self._declared), missing=True)
        words = message_of(lacking, self.path) if lacking else "it is not found"
        return LoadError("not-run", f"what it imports fails: {words}", missing=True)

    def for_want(self, error: BaseException) -> Optional[LoadError]:
        """What was lacking, where an error is due to a package entered without its `__init__`."""
        of_module = isinstance(error, AttributeError) and "module '" in message_of(error)
        return self._not_run(self.lacking) if self.lacking is not None and of_module else None

    def _go(self, statements: Sequence[Statement]) -> types.ModuleType:
        for name, loaded in list(sys.modules.items()):
            if self._afresh and getattr(loaded, "__file__", None) in self._afresh:
                del sys.modules[name]
        unregister(self._name, self._above)
        module = types.ModuleType(self._name)
        module.__file__ = self.path
        if self._package:
            module.__package__ = self._package
        sys.modules[self._name] = module
        self._seconds = 0.0
        stopped, undefined = "", []
        for statement in statements:
            if stopped and not statement.defines:
                continue
            begun = time.monotonic()
            if (failed := self._spared.get(statement)) is not None:
                names = dict.fromkeys(statement.imported, Name(raising(failed)))
                module.__dict__.update(names)
                continue
            if statement in self._late:
                stopped = stopped or self._late[statement]
                continue
            try:
                self._exec(statement, module.__dict__)
            except TooLong as error:
                self._late[statement] = stopped = stopped or _loading(error, self.path)
            except ImportError as error:
                if not (statement.own and is_use(error)):
                    raise _Absent(error, statement) from error
                stopped = stopped or _loading(error, self.path)
                undefined.append(statement.name)
            except (NameError, SyntaxError) as error:
                if not statement.own:
                    raise _Absent(error, statement) from error
                if not stopped:
                    raise LoadError("does-not-compile", message_of(error, self.path)) from error
                undefined.append(statement.name)
            except BaseException as error:
                words = _loading(error, self.path)
                if self._went:  # of the port that says nothing
                    raise LoadError("not-run", f"a second time {words}") from error
                if len(statements) == 1 or isinstance(error, (KeyboardInterrupt, MemoryError)):
                    raise LoadError("crashes", words) from error
                if not statement.own:
                    raise _Absent(error, statement) from error
                if (absent := self.for_want(error)) is not None:
                    raise absent from error
                stopped = stopped or words
                undefined.append(statement.name)
            self._seconds += statement.own * (time.monotonic() - begun)
        self.stopped = stopped
        _meant_is_there(module, [name for name in undefined if name], stopped)
        return module

    def _exec(self, statement: Statement, namespace: dict[str, Any]) -> None:
        """Run a statement, for no longer than what it defines is worth waiting for."""
        if statement.name or not statement.own or not self._defines:
            exec(statement.code, namespace)
            return
        with limited(max(_LOADING_SECONDS - self._seconds, _LEAST_SECONDS)):
            exec(statement.code, namespace)

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
            self.lacking = entered(name, folder) or self.lacking
        self._package = name
        self._name = f"{name}.{Path(self.path).stem}"
        self._climb = level

    def _find(self, error: BaseException) -> bool:
        """Put the folder on the path that has what was not found; whether there is one."""
        if "beyond top-level" in str(error) or "no known parent" in str(error):
            climbed = getattr(self, "_climb", 0) + 1
            if climbed > ABOVE:
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
        # A folder may be the package itself, under the name that others know it by.
        trees = [self.tree, *(compiled(path)[0] for path in self._afresh if Path(path).is_file())]
        for folder in self._above if top not in sys.modules else ():
            if is_package(folder, top, trees):
                bare(top, folder)
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
                bare(name, file.parent)
                return True
        return False

    def _forget(self) -> None:
        """Leave the packages entered so far."""
        top = self._package.partition(".")[0]
        for name in [n for n in sys.modules if n == top or n.startswith(f"{top}.")]:
            del sys.modules[name]


class _Absent(Exception):
    """Something that is imported was not found, or failed."""

    def __init__(self, error: BaseException, statement: Statement) -> None:
        super().__init__(str(error))
        self.error, self.statement = error, statement


def _meant_is_there(module: types.ModuleType, undefined: Sequence[str], stopped: str) -> None:
    """No other is to be judged where what says RMSProp is not defined. Raises LoadError."""
    own = [n for n, t in vars(module).items() if getattr(t, "__module__", "") == module.__name__]
    says = [says_rmsprop(name) for name in undefined]
    if any(says) or (undefined and not any(map(says_rmsprop, own))):
        name = undefined[says.index(True)] if any(says) else undefined[0]
        message = f"{stopped}; {name} cannot be judged: it is not defined without its top level"
        raise LoadError("not-run", message)


def _loading(error: BaseException, path: str) -> str:
    return f"while loading: {message_of(error, path)}"
