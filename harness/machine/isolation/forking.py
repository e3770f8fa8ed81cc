"""Starts of Python modules of ours as forks of a process that has them imported already.

A worker of its own for every port, block of a document or scenario after a death is what keeps
them apart; loading NumPy each time is most of what that costs. Where the kernel gives a process
table of its own, so that all that a fork leaves behind ends with it, the processes that start.py
would run are forked instead (fork_server). Anything else, and whatever a server does not answer,
is started as it always was.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.machine import start
from harness.machine.isolation.limits import ENTER, LONGEST, SERVER

MARK = "RMSPROOF_PROCESS"
"""By what in its environment a process of ours is known."""
OWN_TEMPORARY = "RMSPROOF_OWN_TEMPORARY"
"""That the temporary folder is for the process alone, and may be made of memory."""
# A server takes as long as a start; on a loaded machine it is given time.
_SECONDS = 20.0
# One for each environment: ports', documents', and one that somebody changed.
_SERVERS = 3
# What of an environment is each process's own.
OF_EACH = frozenset({"TMPDIR", MARK, OWN_TEMPORARY})
_STREAMS = ("stdin", "stdout", "stderr")
_CONNECTED = [subprocess.DEVNULL, subprocess.PIPE, subprocess.PIPE]


class Forked(subprocess.Popen[bytes]):
    """A process that a server forked: it is the server's child, which reports its end."""

    def __init__(
        self, pid: int, words: Sequence[str], output: int, errors: int, report: int
    ) -> None:
        self.args, self.pid, self.returncode = list(words), pid, None
        self.stdin = None
        self.stdout, self.stderr = os.fdopen(output, "rb"), os.fdopen(errors, "rb")
        self._report, self._lock = report, threading.Lock()

    @property
    def reported(self) -> bool:
        """Whether its end was reported, read or not."""
        with suppress(OSError, ValueError):  # it is being read
            return bool(select.select([self._report], [], [], 0)[0])
        return True

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            while self.returncode is None:
                left = None if end is None else max(end - time.monotonic(), 0)
                if not select.select([self._report], [], [], left)[0]:
                    raise subprocess.TimeoutExpired(self.args, timeout or 0)
                status = os.read(self._report, 4)
                os.close(self._report)
                # Without a word the server itself was ended.
                code = os.waitstatus_to_exitcode(int.from_bytes(status, "little"))
                self.returncode = code if len(status) == 4 else -9
            return self.returncode


def has_ended(process: subprocess.Popen[Any]) -> bool:
    """Whether nothing keeps its process id any more; waits for nobody, as who waits may."""
    if process.returncode is None and isinstance(process, Forked):
        return process.reported
    return process.returncode is not None


class _Server:
    """A server and the socket it is asked on."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_SECONDS)
        words = [sys.executable, "-P", start.__file__, SERVER, module, str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                words,
                env=environment,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # deaf to the terminal's Ctrl-C
            )

    @property
    def closed(self) -> bool:
        """Whether it did not answer once: it is asked nothing more."""
        return self._socket.fileno() < 0

    def fork(self, message: bytes, files: Sequence[int]) -> int:
        """The process id of a fork that was asked for. Raises OSError."""
        with self._lock:
            socket.send_fds(self._socket, [message], files)
            if answer := self._socket.recv(32):
                return int(answer)
        raise ConnectionResetError

    def close(self) -> None:
        """Ask nothing more: it ends when the last of what it forked has ended."""
        self._socket.close()

    def ended(self, wait: float = 0.0) -> bool:
        """Whether it has ended, within so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(wait)
        return self._process.returncode is not None


_servers: dict[tuple[object, ...], _Server] = {}
_leaving: list[_Server] = []
_lock = threading.Lock()


def forked(words: Sequence[str], environment: Mapping[str, str], popen: Any) -> Forked | None:
    """Start what the words of `Limits.entering` say as a fork; None where that cannot be.

    Args:
        words: the whole command.
        environment: the whole environment.
        popen: how subprocess.Popen would connect it.

    Raises:
        OSError: the server stopped answering, and may have started it.
    """
    module = _module(words)
    if module is None or [popen.get(name) for name in _STREAMS] != _CONNECTED:
        return None
    folder, passed = str(popen.get("cwd") or Path.cwd()), popen.get("pass_fds", ())
    asked = {
        "words": words[4:],
        "environment": environment,
        "folder": folder,
        "places": [0, 1, 2, *passed],
    }
    message = json.dumps(asked).encode()
    server = _server(module, folder, environment) if len(message) <= LONGEST else None
    if server is None:
        return None
    ours, theirs = zip(*(os.pipe() for _ in range(3)), strict=True)
    with Path(os.devnull).open("rb") as nothing:
        output, errors, report = theirs
        files = [nothing.fileno(), output, errors, *passed, report]
        try:
            pid = server.fork(message, files)
        except OSError as error:
            for file in ours:
                os.close(file)
            server.close()
            if isinstance(error, TimeoutError):
                raise
            return None
        finally:
            for file in theirs:
                os.close(file)
    return Forked(pid, words, *ours)


def prepare(module: str, environment: Mapping[str, str]) -> None:
    """Start the server that a module will be forked from. Raises OSError."""
    _server(module, str(Path.cwd()), environment)


def _module(words: Sequence[str]) -> str | None:
    """The module of ours that the words start in a process table of its own, if they do."""
    entering = [sys.executable, "-I", "-S", str(ENTER)]
    if list(words[:4]) != entering or words[4] == "nothing":
        return None
    command = words[words.index("--") + 1 :]
    return command[3] if list(command[:3]) == [sys.executable, "-P", start.__file__] else None


def _server(module: str, folder: str, environment: Mapping[str, str]) -> _Server | None:
    """The server for a module and an environment, started if there is none; None without one."""
    alike = {name: value for name, value in environment.items() if name not in OF_EACH}
    alike.update((name, os.environ[name]) for name in OF_EACH & os.environ.keys())
    if alike.get("HOME") == folder:
        alike["HOME"] = os.devnull  # a home that is as empty as the new one
    key = (module, *sorted(alike.items()))
    with _lock:
        server = _servers.pop(key, None) or _Server(module, alike)
        _servers[key] = server
        _leaving[:] = [server for server in _leaving if not server.ended()]
        while len(_servers) > _SERVERS:
            _leaving.append(_servers.pop(next(iter(_servers))))
            _leaving[-1].close()
    return None if server.closed else server


@atexit.register
def close() -> None:
    """End every server; whoever started what they forked has ended it."""
    with _lock:
        _leaving.extend(_servers.values())
        _servers.clear()
    for server in _leaving:
        server.close()
    for server in _leaving:
        server.ended(1.0)
