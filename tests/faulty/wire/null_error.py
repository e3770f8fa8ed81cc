"""Says in every reply that there was no error, as many JSON writers do."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["error"] = reply["unsupported"] = None


altered(alter)
