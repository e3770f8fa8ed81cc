"""Writes half of its reply and falls silent."""

import sys
import time

from wire import Message, serve


def misbehave(request: Message) -> None:
    sys.stdout.write('{"id": 2, "wei')
    sys.stdout.flush()
    time.sleep(600)


serve(misbehave)
