"""A Python process of ours that is spoken to through two pipes, in a sandbox or not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from harness.machine import bytecode
from harness.machine.isolation.limits import PORT
from harness.machine.isolation.sandbox import Sandbox
from harness.model.observation import Unreachable
from harness.transport.process import Child, Pipe


def started(
    module: str,
    label: str,
    sandbox: Sandbox | None,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> tuple[Child, Pipe, list[int]]:
    """Start a module of ours with READ WRITE ARGUMENTS, the numbers being its ends of the pipes.

    Returns:
        The process, its pipe, and our two ends (read, write), which the caller closes.

    Raises:
        Unreachable: it cannot be started.
    """
    their_read, our_write = os.pipe()
    our_read, their_write = os.pipe()
    command = [*bytecode.command(module), str(their_read), str(their_write), *arguments]
    # What ours needs to start is not anybody's to set.
    given = {**(environment or {}), **bytecode.environment()}
    try:
        child = Child(
            sandbox.command(command) if sandbox else command,
            label,
            cwd=sandbox.folder if sandbox else None,
            environment={**given, **(sandbox.environment() if sandbox else {})},
            pass_fds=(their_read, their_write),
            asked=False,
            limits=None if sandbox else PORT,
        )
    except Unreachable:
        os.close(our_read)
        os.close(our_write)
        raise
    finally:
        os.close(their_read)
        os.close(their_write)
    return child, Pipe(our_read, our_write), [our_read, our_write]
