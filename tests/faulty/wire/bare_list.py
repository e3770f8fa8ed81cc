"""Returns its weights without the object around them."""

from wire import Message, altered


def alter(reply: Message) -> list[Message]:
    return list(reply["weights"])


altered(alter)
