"""Nothing outlives a port: no process, however it hides, nothing in shared memory or our cache."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support import CommandLine

from harness.machine import cache
from harness.machine.isolation.sandbox import can_have_own

PORT = Path(__file__).parent / "ports" / "hides.py"
MARK = "rmsproof-hides"


def hidden() -> list[str]:
    """The processes with the mark among their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(MARK.encode() in word and b"sleep" in word for word in words):
            found.append(path.parent.name)
    return found


@pytest.mark.skipif(
    not can_have_own("processes"), reason="this kernel gives no process table of its own"
)
def test_what_hides_ends_with_its_port(cli: CommandLine) -> None:
    """Two forks and an empty environment: neither a group nor a mark shows whose it is."""
    assert hidden() == []
    done = cli(
        "check", str(PORT), "--golden", "page*", "--env", "HIDES_CACHE",
        env={"HIDES_CACHE": str(cache.root())},
    )  # fmt: skip
    assert done.code == 0, done.err
    deadline = time.monotonic() + 5
    while hidden() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert hidden() == []
    assert not Path("/dev/shm", MARK).exists()
    assert not (cache.root() / MARK).exists()
