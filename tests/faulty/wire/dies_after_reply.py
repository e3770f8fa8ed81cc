"""Answers rightly and ends, without having been told to."""

import sys

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    send(right(request))
    sys.exit(3)


serve(misbehave)
