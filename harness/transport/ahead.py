"""Workers begun ahead: what they are forked from starts while the harness still loads its own."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from harness.machine import bytecode
from harness.machine.isolation.forking import prepare
from harness.machine.isolation.sandbox import can_have_own, scrubbed_environment
from harness.model.errors import ToolchainError

WORKER = "harness.transport.worker"
"""The module that ports are hosted in."""


def begin(environment: Mapping[str, str]) -> None:
    """Start what workers with such variables will be forked from; nobody waits for it.

    Args:
        environment: what is passed on to ports.
    """
    with suppress(OSError, ToolchainError):  # it shows again where somebody needs it
        if can_have_own("processes"):
            prepare(WORKER, scrubbed_environment({**environment, **bytecode.environment()}))
