"""The process that strangers' Python is forked from: it has imported what each start would import.

    python -P start.py harness.machine.isolation.fork_server MODULE SOCKET

Every message on the socket is one start: the words of `enter.py ... -- python -P start.py MODULE
ARGUMENTS`, the environment, the folder, and the open files with the numbers that they shall have;
the last of them is where the end is reported. A fork does as those words say, in place of an
interpreter that first finds and loads NumPy. The answer is its process id. When the socket is
closed, at the latest by the harness' end, it ends with the last of its forks. Nothing of a
stranger's runs in it.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import pairwise
from typing import Any

from harness.machine import start
from harness.machine.isolation import enter
from harness.machine.isolation.limits import LONGEST

# Open files of one message.
_FILES = 64
_HIGHEST = 4096


def main() -> None:
    """Fork until the socket closes."""
    run: Callable[[], None] = import_module(sys.argv[1]).main
    connection = socket.socket(fileno=int(sys.argv[2]))
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    gc.freeze()  # pages that are not looked at stay shared
    reports: dict[int, int] = {}
    heard = [woken, connection.fileno()]
    while len(heard) > 1 or reports:
        ready, _, _ = select.select(heard, [], [])
        if woken in ready:
            with suppress(BlockingIOError):
                os.read(woken, 4096)
            _report(reports)
        if connection.fileno() not in ready:
            continue
        message, files, _, _ = socket.recv_fds(connection, LONGEST, _FILES)
        if not message:
            heard.remove(connection.fileno())
            continue
        child = os.fork()
        if child == 0:
            _begin(run, json.loads(message), files)
        for file in files[:-1]:
            os.close(file)
        reports[child] = files[-1]
        with suppress(OSError):  # it is gone; so will the fork be
            connection.send(b"%d" % child)


def _report(reports: dict[int, int]) -> None:
    """Say of each fork that ended how it ended."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            report = reports.pop(ended[0])
            with suppress(OSError):  # nobody waits for it
                os.write(report, ended[1].to_bytes(4, "little"))
            os.close(report)


def _begin(run: Callable[[], None], asked: dict[str, Any], files: Sequence[int]) -> None:
    """Become what was asked for; never return."""
    code: object = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        places = asked["places"]
        above = max(places) + 1
        copies = [fcntl.fcntl(file, fcntl.F_DUPFD, above) for file in files[: len(places)]]
        for copy, place in zip(copies, places, strict=True):
            os.dup2(copy, place)
        for low, high in pairwise(sorted({*places, _HIGHEST})):
            os.closerange(low + 1, high)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        # Generators that every start would seed for itself (Python's own does after a fork).
        if generators := sys.modules.get("numpy.random"):
            generators.seed()
        enter.enter(asked["words"], lambda words: _run(run, words))
    except SystemExit as error:
        code = error.code or 0
    except BaseException:  # it would go on as a second server
        traceback.print_exc()
    os._exit(code if isinstance(code, int) else 1)


def _run(run: Callable[[], None], words: Sequence[str]) -> None:
    """Go on as an interpreter would that is given these words (of `bytecode.command`)."""
    start.settle()
    sys.argv[:] = words[3:]
    run()
