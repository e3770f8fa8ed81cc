"""Returns the last step only."""

from wire import Message, altered


def alter(reply: Message) -> None:
    del reply["weights"][0]


altered(alter)
