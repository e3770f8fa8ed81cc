"""Catches its own exception and says so."""

from wire import Message, altered


def alter(reply: Message) -> Message:
    return {"id": reply["id"], "error": "ZeroDivisionError: float division by zero"}


altered(alter)
