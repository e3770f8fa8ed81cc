"""Prints what it is doing on standard output, before its reply."""

from wire import Message, right, send, serve


def misbehave(request: Message) -> None:
    print("computing 2 steps", flush=True)
    send(right(request))


serve(misbehave)
