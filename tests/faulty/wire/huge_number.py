"""Returns a whole number of 400 digits, more than a double holds."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"][1]["trap"][1] = -(10**399)


altered(alter)
