"""Ends in the middle of a scenario as if all were well."""

import sys

from wire import Message, serve


def misbehave(request: Message) -> None:
    sys.exit(0)


serve(misbehave)
