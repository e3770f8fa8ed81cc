"""Sends its reply twice, the second time when it was asked the next question."""

import time

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    send(right(request))
    time.sleep(0.1)
    send(right(request))


serve(misbehave)
