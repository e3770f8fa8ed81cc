"""Returns an array one element short."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"][1]["trap"].pop()


altered(alter)
