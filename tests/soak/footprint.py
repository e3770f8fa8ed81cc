"""What the harness holds of the machine: processes, open files, threads, memory, files left."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from support import MARK, processes

# What an allocator keeps for later; eight kilobytes a fault, a thousand times, are beyond it.
MEMORY_SLACK = 8 << 20


@dataclass(frozen=True)
class Footprint:
    """What the harness holds of the machine."""

    processes: int
    files: int
    threads: int
    memory: int
    leftovers: int

    @classmethod
    def now(cls) -> Footprint:
        """Of this process and of all that it started."""
        place = Path(os.environ[MARK])
        descriptors = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
        return cls(
            processes=len(processes()) + unburied(),
            files=len(list(descriptors.iterdir())),
            threads=threading.active_count(),
            memory=resident(),
            leftovers=len(list(place.iterdir())) + len(list(Path.cwd().iterdir())),
        )


def unburied() -> int:
    """Children that ended and were not waited for."""
    count = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
        except OSError:  # ended meanwhile
            continue
        count += state == "Z" and int(parent) == os.getpid()
    return count


def resident() -> int:
    """Bytes of memory in use now; 0 where the system does not say."""
    gc.collect()
    with contextlib.suppress(AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def settled() -> Footprint:
    """The footprint once what was ended is gone, or five seconds later."""
    deadline = time.monotonic() + 5
    while (found := Footprint.now()).processes and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def leaks(before: Footprint, after: Footprint) -> list[str]:
    """What there is more of than there was."""
    found = [
        f"{name}: {getattr(before, name)} before, {getattr(after, name)} after"
        for name in ("processes", "files", "threads", "leftovers")
        if getattr(after, name) > getattr(before, name)
    ]
    if after.memory > before.memory + MEMORY_SLACK:
        found.append(f"memory: {before.memory >> 20} MB before, {after.memory >> 20} MB after")
    return found
