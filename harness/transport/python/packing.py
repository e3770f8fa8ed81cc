"""Messages as MessagePack: by msgspec where it is installed, else by the few lines here.

The user's own interpreter need not have it. Only what our messages hold is written and read:
None, truth values, whole numbers, doubles, text, bytes, lists and maps.
"""

from __future__ import annotations

import struct
from typing import Any

try:
    import msgspec
except ImportError:
    msgspec = None  # type: ignore[assignment]

HEADER = 4


def pack(message: dict[str, Any]) -> bytes:
    """Encode one message with its length before it."""
    body: bytes = msgspec.msgpack.encode(message) if msgspec else b"".join(_encoded(message))
    return len(body).to_bytes(HEADER, "little") + body


def unpack(body: bytes) -> Any:
    """Decode a message's body. Raises ValueError, IndexError, struct.error: it is none."""
    return msgspec.msgpack.decode(body) if msgspec else _decoded(memoryview(body), 0)[0]


def _encoded(value: Any) -> list[bytes]:
    if value is None:
        return [b"\xc0"]
    if isinstance(value, bool):
        return [b"\xc3" if value else b"\xc2"]
    if isinstance(value, int):
        return [b"\xd3" + struct.pack(">q", value)]
    if isinstance(value, float):
        return [b"\xcb" + struct.pack(">d", value)]
    if isinstance(value, str):
        data = value.encode("utf-8", "backslashreplace")
        return [b"\xdb" + struct.pack(">I", len(data)), data]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return [b"\xc6" + struct.pack(">I", len(value)), bytes(value)]
    if isinstance(value, (list, tuple)):
        parts = [b"\xdd" + struct.pack(">I", len(value))]
        for inner in value:
            parts += _encoded(inner)
        return parts
    parts = [b"\xdf" + struct.pack(">I", len(value))]
    for key, inner in value.items():
        parts += _encoded(key) + _encoded(inner)
    return parts


# What begins with these bytes: the letters by which `struct` reads the number that follows.
_NUMBERS = dict(zip(range(0xCA, 0xD4), ("f", "d", "B", "H", "I", "Q", "b", "h", "i", "q")))
_LENGTHS = {0xC4: "B", 0xC5: "H", 0xC6: "I", 0xD9: "B", 0xDA: "H", 0xDB: "I"}
_COUNTS = {0xDC: "H", 0xDD: "I", 0xDE: "H", 0xDF: "I"}
_PLAIN = {0xC0: None, 0xC2: False, 0xC3: True}


def _decoded(data: memoryview, at: int) -> tuple[Any, int]:
    """A value and where the next one begins."""
    kind = data[at]
    at += 1
    if kind in _PLAIN:
        return _PLAIN[kind], at
    if kind <= 0x7F or kind >= 0xE0:
        return (kind if kind <= 0x7F else kind - 256), at
    if kind in _NUMBERS:
        return _read(data, at, _NUMBERS[kind])
    if kind in _LENGTHS or 0xA0 <= kind <= 0xBF:
        length, at = _read(data, at, _LENGTHS[kind]) if kind in _LENGTHS else (kind & 31, at)
        raw = bytes(data[at : at + length])
        return (raw if 0xC4 <= kind <= 0xC6 else raw.decode("utf-8")), at + length
    if kind in _COUNTS or kind <= 0x9F:
        count, at = _read(data, at, _COUNTS[kind]) if kind in _COUNTS else (kind & 15, at)
        if kind in (0xDC, 0xDD) or 0x90 <= kind <= 0x9F:
            values = []
            for _ in range(count):
                value, at = _decoded(data, at)
                values.append(value)
            return values, at
        entries = {}
        for _ in range(count):
            key, at = _decoded(data, at)
            entries[key], at = _decoded(data, at)
        return entries, at
    raise ValueError(f"no message begins with {kind:#x}")


def _read(data: memoryview, at: int, letter: str) -> tuple[Any, int]:
    size = struct.calcsize(letter)
    return struct.unpack(f">{letter}", data[at : at + size])[0], at + size
