"""Overruns the stack, as code without Python's care does."""

import sys

from wire import Message, serve


def misbehave(request: Message) -> None:
    sys.setrecursionlimit(10**9)
    nested: list[object] = []
    for _ in range(200_000):
        nested = [nested]
    repr(nested)


serve(misbehave)
