"""Writes one line without end."""

import sys

from wire import Message, serve


def misbehave(request: Message) -> None:
    while True:
        sys.stdout.write("0, " * 10_000)


serve(misbehave)
