"""What a port was loaded without, and what follows where that may be why it cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.observation import Fault
from harness.transport.hosted import HostedTransport


def lacking(transport: HostedTransport) -> bool:
    """Whether a port was loaded without something that its source asks for."""
    return bool(transport.about.stopped or transport.about.stood_in or transport.partial)


def without(transport: HostedTransport) -> Iterator[str]:
    """What a port was judged without."""
    if transport.about.stood_in:
        # Not there, or not fit for this Python: the names alone do not say which.
        names = ", ".join(transport.about.stood_in)
        yield f"{names} could not be imported; nothing that was judged needs it"
    if transport.partial:
        yield f"{transport.partial.partition(';')[0]}; nothing that was judged needs it"
    if transport.about.stopped and not transport.ours:
        yield f"its top level ended {transport.about.stopped}; what it defines was judged"


def of_what_lacks(transport: HostedTransport) -> Fault:
    """What is missing; else the top level failed: the port's own fault if it defines nothing."""
    if transport.about.stood_in:
        return Fault("not-run", next(iter(transport.about.stood_in.values())))
    if transport.partial:
        return Fault("not-run", transport.partial)
    if not transport.about.defines:
        return Fault("crashes", transport.about.stopped)
    message = f"{transport.about.stopped}; what it defines cannot be judged without its top level"
    return Fault("not-run", message)
