"""Answers under the id true, which Python takes for 1."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["id"] = True


altered(alter)
