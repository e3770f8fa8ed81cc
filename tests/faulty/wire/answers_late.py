"""Answers a scenario rightly, but after the time for it has passed."""

import time

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    time.sleep(1)
    send(right(request))


serve(misbehave)
