"""Sends its reply twice, in one go."""

import json
import sys

from wire import Message, right, serve


def misbehave(request: Message) -> None:
    sys.stdout.write((json.dumps(right(request)) + "\n") * 2)
    sys.stdout.flush()


serve(misbehave)
