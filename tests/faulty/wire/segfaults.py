"""Sends itself the signal of a native crash."""

import os
import signal

from wire import Message, serve


def misbehave(request: Message) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


serve(misbehave)
