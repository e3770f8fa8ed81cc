"""Keeps all it ever allocates."""

from wire import Message, serve


def misbehave(request: Message) -> None:
    kept = bytearray(1)
    while True:
        kept *= 1 << 20


serve(misbehave)
