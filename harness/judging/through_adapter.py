"""What is seen of a port through an adapter that a person completed, and may be the adapter's."""

from __future__ import annotations

import re
from pathlib import Path

from harness.judging.verdict import Result
from harness.languages.adapters import RATES, STAND_IN, handed_on
from harness.ports.binding import BindingError
from harness.ports.port import Port

_LOSES = {"state=reset", "average=last"}
_KEEPS = (
    "seen through the adapter: what the source's own callers or loops keep from step to step it"
    " has to keep itself"
)
_BIASES = f"the adapter has {STAND_IN} stand for biases: how these are moved was not judged"

_HANDED = "what the adapter hands over may be what it fails at"
# What a name lacks that is nowhere, whatever is handed over.
_OWN = ("NameError", "UnboundLocalError")
_APART = "the adapter makes an object for each array: what one does with several was not judged"
# Where an adapter puts what it makes, in the words of its languages.
_BY_NAME = re.compile(
    r"self\.(?:optimizers|made)\[name\] = |optimizers(?:\.put\(name\b|\[name\] =|\(name\) =)"
)


def kept_back(port: Port) -> frozenset[str]:
    """The hyperparameters that a port's adapter takes, and hands to nothing."""
    if port.adapter is None:
        return frozenset()
    return frozenset(RATES) - handed_on(_text(port.adapter))


def noted_adapter(port: Port, result: Result) -> Result:
    """The result, which says where the adapter may be what loses a port's average.

    Raises:
        BindingError: what fails is the adapter itself.
    """
    if port.adapter is None:
        return result
    fault = result.verdict.fault
    crashes = fault is not None and fault.kind == "crashes" and bool(result.comparisons)
    if crashes and fault and f"({port.adapter.name}:" in fault.message:
        names = ", ".join(source.name for source in port.source) or port.name
        raise BindingError(f"it fails itself: {fault.message}; nothing is said of {names}")
    text = _text(port.adapter)
    handed = crashes and fault is not None and fault.error not in _OWN
    said = [_HANDED] if handed else []
    said += [_KEEPS] if _LOSES & {*result.deviations} else []
    said += [_BIASES] if STAND_IN in text else []
    said += [_APART] if _BY_NAME.search(text) else []
    return result.saying(*said)


def _text(adapter: Path) -> str:
    return adapter.read_text(encoding="utf-8", errors="replace")
