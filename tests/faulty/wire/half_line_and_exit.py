"""Writes half of its reply and ends."""

import sys

from wire import Message, serve


def misbehave(request: Message) -> None:
    sys.stdout.write('{"id": 2, "wei')
    sys.stdout.flush()
    sys.exit(0)


serve(misbehave)
