"""Answers rightly and leaves a process behind that went into a session of its own."""

import os
import time

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
    send(right(request))


serve(misbehave)
