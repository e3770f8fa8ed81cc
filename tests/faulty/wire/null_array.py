"""Returns null for an array."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"][0]["trap"] = None


altered(alter)
