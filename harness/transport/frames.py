"""Frames between the harness and its worker: four bytes of length, then MessagePack.

Arrays travel as raw float64 bytes. This exchange is ours alone; strangers speak the JSON lines
of `stdio`.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

_HEADER = 4
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, Any])


def pack(message: dict[str, Any]) -> bytes:
    """Encode one message with its length before it."""
    body = _encoder.encode(message)
    return len(body).to_bytes(_HEADER, "little") + body


def unpack(body: bytes | bytearray | memoryview) -> dict[str, Any]:
    """Decode a message's body. Raises msgspec.DecodeError."""
    return _decoder.decode(body)


def take(buffer: bytearray) -> dict[str, Any] | None:
    """Cut the first whole message off `buffer`; None while it is not whole."""
    if len(buffer) < _HEADER:
        return None
    end = _HEADER + int.from_bytes(buffer[:_HEADER], "little")
    if len(buffer) < end:
        return None
    message = unpack(bytes(buffer[_HEADER:end]))
    del buffer[:end]
    return message


def to_bytes(array: NDArray[np.float64]) -> bytes:
    """Raw little-endian doubles."""
    return np.ascontiguousarray(array, dtype="<f8").tobytes()


def from_bytes(data: bytes, width: int) -> NDArray[np.float64]:
    """Rows of `width` doubles; (0, width) for no bytes."""
    return np.frombuffer(data, dtype="<f8").reshape(-1 if width else 0, width).astype(np.float64)
