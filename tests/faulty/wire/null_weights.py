"""Returns null for all weights."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"] = None


altered(alter)
