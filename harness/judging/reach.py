"""A port launched in its language, behind the transport by which it is reached."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from types import MappingProxyType

from harness.languages import registry
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.language import Language
from harness.languages.launch import Spoken
from harness.ports.port import Port
from harness.transport.base import LIBRARY_SECONDS, LOADING_SECONDS
from harness.transport.hosted import HostedTransport
from harness.transport.hosting import Worker
from harness.transport.responder import Responder
from harness.transport.stdio import StdioTransport

EMPTY: Mapping[str, str] = MappingProxyType({})


class Shared:
    """The processes that the ports of a run share: a worker, and adapters by their commands.

    Args:
        environment: variables that are passed on to them.
    """

    def __init__(self, environment: Mapping[str, str] = EMPTY) -> None:
        self.worker = Worker(jvm=True, environment=environment)
        self._environment = environment
        self._responders: dict[tuple[str, ...], Responder] = {}
        self._lock = threading.Lock()
        self._closed = False

    def responder(self, command: tuple[str, ...]) -> Responder:
        """The process of one of our own adapters."""
        with self._lock:
            if command not in self._responders:
                made = Responder(command, "adapter", adapter=True, environment=self._environment)
                self._responders[command] = made
                if self._closed:
                    made.close()
            return self._responders[command]

    def close(self) -> None:
        """End all of them, for good."""
        with self._lock:
            self._closed = True
        for responder in self._responders.values():
            responder.close()
        self.worker.close()


def reach(
    port: Port,
    transport: str,
    toolchain: Toolchain,
    timeout: float,
    shared: Shared,
    together: Collection[Language] = (),
    environment: Mapping[str, str] = EMPTY,
) -> HostedTransport | StdioTransport:
    """The transport of a port whose source is compiled.

    Args:
        port: what is reached.
        transport: one of its language's.
        toolchain: the run's.
        timeout: seconds for one scenario.
        shared: the processes of ports that share them.
        together: the languages of all ports of the run; the port's own if none.
        environment: variables that are passed on to a process of its own.

    Raises:
        CompileError: its source does not compile.
        ToolchainError: the machine lacks something.
    """
    language = registry.by_name(port.language)
    launch = language.launch(port, transport, toolchain, together or (language,))
    if isinstance(launch, Spoken):
        own = launch.source is None
        return StdioTransport(
            port.name,
            launch.command,
            timeout=timeout,
            cwd=launch.folder,
            source=launch.source,
            wanted=None if own else port.wanted,
            environment=environment,
            shared=None if own else shared.responder(launch.command),
        )
    worker = shared.worker if launch.shared else Worker(environment=environment)
    loading = LIBRARY_SECONDS if port.reference else LOADING_SECONDS
    given = launch.request, port.wanted, timeout, loading
    return HostedTransport(transport, port.name, worker, *given, shared=launch.shared)
