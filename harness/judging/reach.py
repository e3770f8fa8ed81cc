"""A port launched in its language, behind the transport by which it is reached."""

from __future__ import annotations

from collections.abc import Collection

from harness.languages import registry
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.language import Language
from harness.languages.launch import Spoken
from harness.ports.port import Port
from harness.transport.hosted import HostedTransport, Worker
from harness.transport.stdio import StdioTransport

# Over these the ports of a run share a worker.
SHARED = ("jpype",)


def reach(
    port: Port,
    transport: str,
    toolchain: Toolchain,
    timeout: float,
    shared: Worker,
    together: Collection[Language] = (),
) -> HostedTransport | StdioTransport:
    """The transport of a port whose source is compiled.

    Args:
        port: what is reached.
        transport: one of its language's.
        toolchain: the run's.
        timeout: seconds for one scenario.
        shared: the worker of ports that share one.
        together: the languages of all ports of the run; the port's own if none.

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
        )
    worker = shared if launch.shared else Worker()
    return HostedTransport(transport, port.name, worker, launch.request, port.wanted, timeout)
