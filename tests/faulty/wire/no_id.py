"""Answers without an id."""

from wire import Message, altered


def alter(reply: Message) -> None:
    del reply["id"]


altered(alter)
