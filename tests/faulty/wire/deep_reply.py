"""Answers with brackets inside brackets, deeper than any reader goes."""

import sys

from wire import Message, serve


def misbehave(request: Message) -> None:
    sys.stdout.write("[" * 30_000 + "]" * 30_000 + "\n")
    sys.stdout.flush()


serve(misbehave)
