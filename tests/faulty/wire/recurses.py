"""Calls itself until Python has enough."""

from wire import Message, serve


def misbehave(request: Message) -> None:
    misbehave(request)


serve(misbehave)
