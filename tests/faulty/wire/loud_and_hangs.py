"""Writes to standard error for ever and never answers."""

import sys

from wire import Message, serve


def misbehave(request: Message) -> None:
    while True:
        sys.stderr.write("not yet\n" * 1000)


serve(misbehave)
