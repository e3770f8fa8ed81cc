"""Answers under an id that nobody asked under."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["id"] = 999


altered(alter)
