"""Writes megabytes to standard error before a reply that is right."""

import sys

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    for i in range(60_000):
        sys.stderr.write(f"step {i}: " + "x" * 60 + "\n")
    send(right(request))


serve(misbehave)
