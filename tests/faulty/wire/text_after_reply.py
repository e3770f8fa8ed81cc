"""Prints on standard output after a reply: what waits there when the next question is asked."""

import json
import sys

from wire import Message, right, serve


def misbehave(request: Message) -> None:
    sys.stdout.write(json.dumps(right(request)) + "\ndone\n")
    sys.stdout.flush()


serve(misbehave)
