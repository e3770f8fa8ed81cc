"""Returns an array it was never given."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"][0]["bias"] = [0.0]


altered(alter)
