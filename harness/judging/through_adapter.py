"""What is seen of a port through an adapter that a person completed, and may be the adapter's."""

from __future__ import annotations

from dataclasses import replace

from harness.judging.verdict import Result
from harness.languages.adapters import RATES, handed_on
from harness.ports.binding import BindingError
from harness.ports.port import Port

_LOSES = {"state=reset", "average=last"}
_KEEPS = (
    "seen through the adapter: what the source's own callers or loops keep from step to step it"
    " has to keep itself"
)


def kept_back(port: Port) -> frozenset[str]:
    """The hyperparameters that a port's adapter takes, and hands to nothing."""
    if port.adapter is None:
        return frozenset()
    text = port.adapter.read_text(encoding="utf-8", errors="replace")
    return frozenset(RATES) - handed_on(text)


def noted_adapter(port: Port, result: Result) -> Result:
    """The result, which says where the adapter may be what loses a port's average.

    Raises:
        BindingError: what fails is the adapter itself.
    """
    if port.adapter is None:
        return result
    fault = result.verdict.fault
    if fault is not None and fault.kind == "crashes" and f"({port.adapter.name}:" in fault.message:
        names = ", ".join(source.name for source in port.source) or port.name
        raise BindingError(f"it fails itself: {fault.message}; nothing is said of {names}")
    if not _LOSES & {*result.deviations}:
        return result
    return replace(result, bound="; ".join(filter(None, (result.bound, _KEEPS))))
