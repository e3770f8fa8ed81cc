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
    python: str = "",
) -> tuple[Child, Pipe, list[int]]:
    """Start a module of ours with READ WRITE ARGUMENTS, the numbers being its ends of the pipes.

    Args:
        module: what is started.
        label: how messages call it.
        sandbox: where it runs; None for the harness's own surroundings.
        arguments: what follows the ends of the pipes.
        environment: variables that are passed on to it.
        python: the interpreter; ours if empty.

    Returns:
        The process, its pipe, and our two ends (read, write), which the caller closes.

    Raises:
        Unreachable: it cannot be started.
    """
    their_read, our_write = os.pipe()
    our_read, their_write = os.pipe()
    command = [*bytecode.command(module, python), str(their_read), str(their_write), *arguments]
    # What ours needs to start is not anybody's to set.
    given = {**(environment or {}), **bytecode.environment(python)}
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
