"""Prints on standard output a moment after its reply, when it was asked the next question."""

import sys
import time

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    send(right(request))
    time.sleep(0.1)
    sys.stdout.write("done\n")
    sys.stdout.flush()


serve(misbehave)
