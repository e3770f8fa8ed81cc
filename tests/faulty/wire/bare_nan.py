"""Returns NaN for one weight as a bare word, as many JSON writers do."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"][1]["trap"][1] = float("nan")


altered(alter)
