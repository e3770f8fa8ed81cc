"""Leaves an array out of the second step."""

from wire import Message, altered


def alter(reply: Message) -> None:
    del reply["weights"][1]["b"]


altered(alter)
