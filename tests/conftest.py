"""Fixtures of all rooms: the command line, and no process left when the session ends.

The cache is the user's own: jars are fetched once, and what tests compile is found by content
the next time. Tests of the cache itself make theirs.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sharing
from hypothesis import settings
from support import MARK, REPOSITORY, CommandLine, Done, command, none_left

from harness.judging import run
from harness.judging.memory import Memory
from harness.machine import cache as own_cache
from harness.model import interruption

# Shared machines stall; how long an example takes says nothing about the code.
# A third of Hypothesis's examples: they are others at every run.
settings.register_profile("rmsproof", deadline=None, max_examples=33)
settings.load_profile("rmsproof")

# Before tests are collected: some ask for goldens in their tables.
sharing.share(pytest.MonkeyPatch())


# Most of what is imported and collected stays: to look for what does not after every 700 objects
# takes a sixth of the processor time of what computes.
gc.set_threshold(100_000, 50, 100)


def pytest_collection_finish() -> None:
    """Look at what was collected no more."""
    gc.freeze()


def pytest_runtest_setup() -> None:
    """Begin anew: where a run was ended, what is started until the next one begins is ended, too.

    A test that asks a port directly begins none.
    """
    interruption.resume()


def pytest_configure(config: pytest.Config) -> None:
    """Let the processes of xdist keep what they compile, where Python may not beside the sources.

    Each would compile all that it imports, the tests too, in some six seconds.
    """
    if sys.dont_write_bytecode and not hasattr(config, "workerinput"):
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(own_cache.root() / "bytecode")


@pytest.hookimpl(optionalhook=True)  # only pytest-xdist asks
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """So many processes: none beside this one for a file or a test, which start at once.

    Three for rooms though the cores may be two: many tests wait for a port that hangs.
    """
    names = [argument.partition("::")[0] for argument in config.args]
    return 0 if len(names) == 1 and Path(names[0]).is_file() else 3


@pytest.fixture(scope="session", autouse=True)
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A temporary folder that marks every child of the session; none may outlive it."""
    folder = tmp_path_factory.mktemp("session")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MARK, str(folder))
        # Every command line of the tests would compile all it imports where the machine says
        # that nothing is to be written beside the sources.
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.delenv("COLUMNS", raising=False)  # that several processes are told is nobody's
        patch.setenv("PYTHONPYCACHEPREFIX", str(own_cache.root() / "bytecode"))
        patch.setenv("OMP_NUM_THREADS", "1")  # NumPy's start costs twice the processor time without
        patch.setenv("RMSPROOF_HEARTBEAT", "0")  # what else stands on standard error is compared
        # The test processes have the cores already; threads would only take turns.
        patch.setattr(run, "_CORES", 1)
        # Nor is a search cut short because other tests take turns with it.
        patch.setitem(Memory.__init__.__kwdefaults__, "seconds", 120.0)
        tempfile.tempdir = None
        with none_left():
            yield folder
    tempfile.tempdir = None


@pytest.fixture
def briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run's searches for a cause end soon: for tests of what is said where none is found."""
    monkeypatch.setitem(Memory.__init__.__kwdefaults__, "seconds", 0.1)


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    """Run the command line in a process of its own; a traceback is never an answer."""

    def run(*arguments: str, **options: Any) -> Done:
        options.setdefault("cwd", tmp_path)
        path = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
        options["env"] = {"PYTHONPATH": path, **options.get("env", {})}
        done = command([sys.executable, "-m", "rmsproof", *arguments], **options)
        assert "Traceback" not in done.err, done.err
        return done

    return run


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[CommandLine]:
    """The command line in this process, which saves its start; ports run in theirs anyway."""
    from harness.commands import app
    from harness.commands.entry import main
    from rmsproof import __version__

    if not hasattr(app.command, "cache_info"):
        app.command = cache(app.command)  # what a process makes of its options, it makes once

    heard = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **_options: Any) -> Done:
        capsys.readouterr()
        code = main(list(arguments), __version__)
        return Done(code, *capsys.readouterr())

    yield run
    for number, handler in heard.items():
        signal.signal(number, handler)
