"""Writes megabytes of its own to standard output before it answers."""

import sys

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    for step in range(30_000):
        sys.stdout.write(f"step {step}: " + "x" * 60 + "\n")
    send(right(request))


serve(misbehave)
