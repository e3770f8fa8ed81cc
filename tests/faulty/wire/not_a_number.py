"""Returns NaN, as the protocol writes it, for one weight."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"][1]["trap"][1] = "NaN"


altered(alter)
