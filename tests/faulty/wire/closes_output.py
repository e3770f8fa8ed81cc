"""Closes its standard output and goes on running."""

import os
import time

from wire import Message, serve


def misbehave(request: Message) -> None:
    os.close(1)
    time.sleep(600)


serve(misbehave)
