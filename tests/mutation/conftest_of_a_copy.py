"""What a run of mutmut asks of the tests; `python.py` lays it at the top of its copy.

The same examples every time and the quickest tests first. Mutants run in forks of a process in
which all tests have passed: what that remembers of the package in question must not hide them.
And mutmut runs for a mutant only the tests that call its function, as one run of all of them
has shown: in that run nothing is remembered from one test to the next, and what importing the
packages calls, all tests call.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import Phase, settings

# What kills a mutant need not be made small.
settings.register_profile(
    "mutation",
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)

# What the tests of a process share would be what was worked out without a mutant.
_apart = ModuleType("sharing")
_apart.share = lambda patch: None  # type: ignore[attr-defined]
sys.modules["sharing"] = _apart

_CONFIGURATION = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
_FORGOTTEN = ["harness"]
if _CONFIGURATION["only_mutate"][0].startswith("python_ref"):
    _FORGOTTEN += ["python_ref", "support"]


def forget() -> None:
    """Clear the caches of every package that may hold results of the module in question."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _FORGOTTEN or name.startswith("test_"):
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()


def _learning() -> bool:
    return os.environ["MUTANT_UNDER_TEST"] == "stats"


# Functions that importing the packages calls, and whether no test does: their mutants are tried
# by `python.py`, each in a process of its own.
_IMPORTS = Path("imports.json")
_called_by_imports: set[str] = set()
_called_by_tests: set[str] = set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    learned = Path("mutmut-stats.json")
    if learned.exists():
        seconds = json.loads(learned.read_text("utf-8"))["duration_by_test"]
        items.sort(key=lambda item: seconds.get(item.nodeid, 0.0))
    if "MUTANT_FROM_THE_START" not in os.environ and _IMPORTS.exists():
        function = os.environ["MUTANT_UNDER_TEST"].partition("__mutmut_")[0]
        if json.loads(_IMPORTS.read_text("utf-8")).get(function):
            items.clear()


def pytest_collection_finish() -> None:
    forget()
    if _learning():
        from mutmut.state import state

        _called_by_imports.update(state()._stats)
        state()._stats.clear()


def pytest_sessionfinish() -> None:
    if _learning() and not _IMPORTS.exists():
        only = {name: name not in _called_by_tests for name in sorted(_called_by_imports)}
        _IMPORTS.write_text(json.dumps(only, indent=1), "utf-8")


@pytest.hookimpl(tryfirst=True)  # mutmut reads what a test called, and clears it, in this hook
def pytest_runtest_teardown() -> None:
    if _learning():
        from mutmut.state import state

        _called_by_tests.update(state()._stats)
        state()._stats.update(_called_by_imports)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    yield
    if _learning():
        forget()
