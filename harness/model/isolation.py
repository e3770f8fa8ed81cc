"""What stood between a stranger's code and the machine, as a report says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InForce:
    """What stands between a port's process and the machine here; a number is None for no limit.

    Attributes:
        own_processes: a table of processes to itself, so that whatever it starts ends with it.
        own_network: no network but its own, for the code of documents.
        read_only: it cannot change our cache, nor us.
        cpu: seconds of processor time.
        memory: bytes, each process of its own.
        file: bytes of one file.
        files: open files.
        written: bytes in its temporary folder and shared memory, together.
        processes: processes and their threads, together.
    """

    own_processes: bool
    own_network: bool
    read_only: bool
    cpu: int
    memory: int
    file: int
    files: int
    written: int | None
    processes: int | None
