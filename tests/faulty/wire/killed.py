"""Dies of a signal, as native code does."""

import os
import signal

from wire import Message, serve


def misbehave(request: Message) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


serve(misbehave)
