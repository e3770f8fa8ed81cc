"""A port launched in its language, behind the transport by which it is reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from harness.languages import registry
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.language import Language
from harness.languages.launch import Spoken
from harness.ports.port import Port
from harness.transport.base import LIBRARY_SECONDS, LOADING_SECONDS
from harness.transport.hosted import HostedTransport, Worker
from harness.transport.stdio import StdioTransport

# Over these the ports of a run share a worker.
SHARED = ("jpype",)
EMPTY: Mapping[str, str] = MappingProxyType({})


def reach(
    port: Port,
    transport: str,
    toolchain: Toolchain,
    timeout: float,
    shared: Worker,
    together: Collection[Language] = (),
    environment: Mapping[str, str] = EMPTY,
) -> HostedTransport | StdioTransport:
    """The transport of a port whose source is compiled.

    Args:
        port: what is reached.
        transport: one of its language's.
        toolchain: the run's.
        timeout: seconds for one scenario.
        shared: the worker of ports that share one.
        together: the languages of all ports of the run; the port's own if none.
        environment: variables that are passed on to a process of its own.

    Raises:
        CompileError: its source does not compile.
        ToolchainError: the machine lacks something.
    """
    language = registry.by_name(port.language)
    launch = language.launch(port, transport, toolchain, together or (language,))
    if isinstance(launch, Spoken):
        return StdioTransport(
            port.name,
            launch.command,
            timeout=timeout,
            cwd=launch.folder,
            hosted=launch.adapter,
            jvm=launch.adapter,
            wanted=port.wanted if launch.adapter else None,
            environment=environment,
        )
    worker = shared if launch.shared else Worker(environment=environment)
    loading = LIBRARY_SECONDS if port.reference else LOADING_SECONDS
    given = launch.request, port.wanted, timeout, loading
    return HostedTransport(transport, port.name, worker, *given)
