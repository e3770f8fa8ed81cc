"""Returns a step as a bare array, without names."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"][0] = [0.5, -0.25, 0.75]


altered(alter)
