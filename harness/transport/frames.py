"""Frames between the harness and its worker: four bytes of length, then MessagePack.

Arrays travel as raw float64 bytes. This exchange is ours alone; strangers speak the JSON lines
of `stdio`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.model.observation import Fault, Observation, Rows, Unreachable
from harness.transport.python.packing import HEADER, pack
from harness.transport.replies import FORGED, facts_of, fault_of
from python_ref.scenarios.scenario import Scenario

__all__ = ["from_bytes", "length", "observed", "pack", "take", "to_bytes", "unpack"]

# Far more than any message of ours: what claims to be longer is no message.
_LARGEST = 1 << 28
_decoder = msgspec.msgpack.Decoder(dict[str, Any])


def unpack(body: bytes | bytearray | memoryview) -> dict[str, Any]:
    """Decode a message's body. Raises msgspec.DecodeError."""
    try:
        return _decoder.decode(body)
    except (RecursionError, ValueError, OverflowError) as error:
        if isinstance(error, msgspec.DecodeError):
            raise
        raise msgspec.DecodeError(f"is not a message: {error}") from error


def length(buffer: bytearray) -> int | None:
    """The bytes of the first message in `buffer`, header and all; None while that is unknown."""
    if len(buffer) < HEADER:
        return None
    return HEADER + int.from_bytes(buffer[:HEADER], "little")


def take(buffer: bytearray) -> dict[str, Any] | None:
    """Cut the first whole message off `buffer`; None while it is not whole.

    Raises:
        msgspec.DecodeError: it is no message.
    """
    end = length(buffer)
    if end is not None and end > _LARGEST:
        raise msgspec.DecodeError("no message is that long")
    if end is None or len(buffer) < end:
        return None
    message = unpack(bytes(buffer[HEADER:end]))
    del buffer[:end]
    return message


def to_bytes(array: NDArray[np.float64]) -> bytes:
    """Raw little-endian doubles."""
    return np.ascontiguousarray(array, dtype="<f8").tobytes()


def from_bytes(data: Any, width: int) -> NDArray[np.float64]:
    """Rows of `width` doubles; (0, width) for no bytes.

    Raises:
        Unreachable: it is no such thing; a port that shares the worker may have written it.
    """
    try:
        flat = np.frombuffer(data, dtype="<f8")
        return flat.reshape(-1 if width else 0, width).astype(np.float64)
    except (TypeError, ValueError) as error:
        message = f"the worker's reply holds no rows of {width} numbers; the port wrote to its pipe"
        raise Unreachable(Fault("garbled", message, fatal=True)) from error


def observed(replies: Iterator[dict[str, Any]], scenario: Scenario) -> Observation:
    """What the replies to a scenario's messages say; a fault among them ends it."""
    rows: list[Rows] = []
    averages: list[Rows] | None = []
    reply: dict[str, Any] = {}
    try:
        for reply in replies:
            rows.append(from_bytes(reply.get("weights"), scenario.size))
            average = reply.get("moving_average")
            if average is None:
                averages = None
            elif averages is not None:
                averages.append(from_bytes(average, scenario.size))
    except Unreachable as error:
        return Observation(_stacked(rows, scenario.size), fault=error.fault)
    weights = _stacked(rows, scenario.size)
    average = None if averages is None else _stacked(averages, scenario.size)
    fault = fault_of(reply["failure"]) if reply.get("failure") else None
    try:
        facts = facts_of(reply.get("facts"))
    except ValueError:  # the port wrote in its place
        return Observation(weights[:0], fault=FORGED)
    ended = len(weights) <= scenario.steps if fault else len(weights) == scenario.steps
    if not ended or (average is not None and len(average) != len(weights)):
        return Observation(weights[:0], fault=FORGED)
    return Observation(weights, moving_average=average, fault=fault, facts=facts)


def _stacked(rows: list[Rows], width: int) -> Rows:
    return np.concatenate(rows) if rows else np.zeros((0, width))
