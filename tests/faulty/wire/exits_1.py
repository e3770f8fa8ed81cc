"""Ends in the middle of a scenario and says why on standard error."""

import sys

from wire import Message, serve


def misbehave(request: Message) -> None:
    print("first line\nout of luck", file=sys.stderr)
    sys.exit(1)


serve(misbehave)
