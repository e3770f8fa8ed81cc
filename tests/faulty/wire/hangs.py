"""Thinks for ever about a scenario."""

import time

from wire import Message, serve


def misbehave(request: Message) -> None:
    time.sleep(600)


serve(misbehave)
