"""Calls the weights params."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["params"] = reply.pop("weights")


altered(alter)
