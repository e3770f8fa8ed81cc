"""Returns null where its arithmetic failed, as JavaScript writes NaN."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"][0]["trap"][1] = None


altered(alter)
