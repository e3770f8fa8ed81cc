"""How much of the machine a port's process may use, each process of its own.

Enough for any honest port: a scenario's arrays are kilobytes and a JVM's heap is 1 GiB. What
needs more has run away, and is better ended by the kernel than by the machine's other users.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ENTER = Path(__file__).with_name("enter.py")
SERVER = "harness.machine.isolation.fork_server"
"""What does as ENTER would, in a fork."""
LONGEST = 1 << 17
"""Bytes of what SERVER is asked at once."""


@dataclass(frozen=True)
class Limits:
    """Limits of one process and, each for itself, of those it starts; 0 for none.

    Attributes:
        cpu: seconds of processor time, all threads together.
        data: bytes of private memory.
        file: bytes of one file written.
        files: open files.
        processes: processes and threads, all together, where it has a table of them to itself.
        written: bytes in its temporary folder and shared memory, where it has these to itself.
    """

    cpu: int = 300
    data: int = 4 << 30
    file: int = 1 << 30
    files: int = 1024
    processes: int = 4096
    written: int = 1 << 30

    def impose(self, pid: int) -> None:
        """Put a process of ours that was just started under these limits (Linux)."""
        with suppress(OSError):  # it has ended already
            for kind, most in (
                (resource.RLIMIT_DATA, self.data),
                (resource.RLIMIT_FSIZE, self.file),
                (resource.RLIMIT_NOFILE, self.files),
            ):
                if most:
                    _, hard = resource.prlimit(pid, kind)
                    lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
                    resource.prlimit(pid, kind, (lower, lower))
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        self.renew(pid)

    def renew(self, pid: int) -> None:
        """Give a process its whole processor time anew: it was handed another port (Linux)."""
        if not self.cpu or not IMPOSED:
            return
        pid = _innermost(pid)
        with suppress(OSError, ValueError):  # it has ended already
            _, hard = resource.prlimit(pid, resource.RLIMIT_CPU)
            most = self.cpu + _seconds_used(pid)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.prlimit(pid, resource.RLIMIT_CPU, (most, hard))

    def entering(
        self, command: Sequence[str], own: str = "nothing", read_only: Sequence[Path] = ()
    ) -> list[str]:
        """The command that takes on these limits by itself and becomes `command`.

        Args:
            command: program and arguments.
            own: "network" (with what follows), "processes" (a table of them, shared memory, the
                temporary folder), "nothing".
            read_only: folders that it must not change.
        """
        limits = (self.cpu, self.data, self.file, self.files, self.processes, self.written)
        enter = [sys.executable, "-I", "-S", str(ENTER), own, *map(str, limits)]
        return [*enter, "\n".join(map(str, read_only)), "--", *command]


IMPOSED = hasattr(resource, "prlimit")
"""Whether limits can be imposed from outside; else a process enters them."""

PORT = Limits()


def _innermost(pid: int) -> int:
    """The process that a command became, behind those that keep its table for it."""
    with suppress(OSError, ValueError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if os.fsencode(ENTER) in command or SERVER.encode() in command:
            for _ in range(2):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
                pid = int(children.split()[0])
    return pid


def _seconds_used(pid: int) -> int:
    """Processor time that a process has used, rounded up."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    # Behind the name, which may hold anything: utime and stime are fields 14 and 15.
    user, system = fields.rpartition(")")[2].split()[11:13]
    return 1 + (int(user) + int(system)) // os.sysconf("SC_CLK_TCK")
