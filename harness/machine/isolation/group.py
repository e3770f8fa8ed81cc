"""A process of ours and all that it starts: begun under limits, ended whole.

Every process that runs a stranger's code, and every compiler, is started here. It leads a
process group of its own; whatever it starts is ended with it, also what moved to another
session (found by a mark in its environment), and also when the harness itself is killed (the
watchdog, a process that waits for nothing else).
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.machine import scratch
from harness.machine.isolation.forking import MARK, OWN_TEMPORARY, forked, has_ended
from harness.machine.isolation.limits import ENTER, IMPOSED, Limits
from harness.machine.isolation.sandbox import scrubbed_environment
from harness.machine.isolation.watchdog import end_group, end_marked
from harness.model import interruption
from harness.model.errors import ToolchainError

_numbers = itertools.count(1)
_ours = uuid.uuid4().hex
_running: set[Group] = set()


class Group:
    """A running process and all that it starts.

    Args:
        command: program and arguments.
        environment: what is added to the environment that every port has.
        limits: what it may use; None where the command enters limits of its own.
        popen: how subprocess.Popen is to connect it.

    Raises:
        OSError: the program is not there or may not be run.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        **popen: Any,
    ) -> None:
        self._mark = f"{MARK}={_ours}-{next(_numbers)}"
        name, _, value = self._mark.partition("=")
        self._temporary: str | None = None
        if "TMPDIR" not in (environment or {}):
            with contextlib.suppress(OSError, ToolchainError):
                self._temporary = tempfile.mkdtemp(dir=scratch.folder())
                environment = {**(environment or {}), "TMPDIR": self._temporary}
        words = limits.entering(command) if limits and not IMPOSED else list(command)
        if self._temporary and str(ENTER) in words:
            environment = {**(environment or {}), OWN_TEMPORARY: "1"}
        whole = scrubbed_environment({**(environment or {}), name: value})
        self.process: subprocess.Popen[Any] = forked(words, whole, popen) or subprocess.Popen(
            words, env=whole, start_new_session=True, **popen
        )
        _watchdog.notify(f"+{self.pid} {self._mark}")
        _running.add(self)
        if limits and IMPOSED:
            limits.impose(self.pid)
        if interruption.given_up():  # since it was begun
            self.kill()

    @property
    def pid(self) -> int:
        """The process's id, which is its group's too."""
        return self.process.pid

    def kill(self) -> None:
        """End the group at once; whoever reads from it meets the end."""
        # A number that the kernel has taken back may be a stranger's by now. Until then what our
        # process left in its group is ended by it, too.
        if not (has_ended(self.process) and Path(f"/proc/{self.pid}").exists()):
            end_group(self.pid)

    def end(self) -> None:
        """End the process and all that it started, and wait until it is gone."""
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        end_marked(self._mark.encode())
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)
        _running.discard(self)
        _watchdog.notify(f"-{self.pid}")


def kill_all() -> None:
    """End every group at once, as the user interrupted us, and what is begun before all is over.

    Whoever began one still ends it.
    """
    interruption.give_up()
    for group in list(_running):
        group.kill()


class _Watchdog:
    """Our end of the watchdog's pipe; the watchdog is started with the first process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[Any] | None = None

    def notify(self, line: str) -> None:
        with self._lock:
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(Path(__file__).with_name("watchdog.py"))],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={},
                    start_new_session=True,  # deaf to the terminal's Ctrl-C
                )
                atexit.register(self._gone)
            assert self._process.stdin is not None
            with contextlib.suppress(OSError):  # somebody ended it
                os.write(self._process.stdin.fileno(), f"{line}\n".encode())

    def _gone(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)


_watchdog = _Watchdog()
