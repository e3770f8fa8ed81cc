"""Declines a scenario."""

from wire import Message, altered


def alter(reply: Message) -> Message:
    return {"id": reply["id"], "unsupported": "two arrays are one too many"}


altered(alter)
