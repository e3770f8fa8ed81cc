"""Answers three elements with a megabyte."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["trace"] = "x" * (1 << 20)


altered(alter)
