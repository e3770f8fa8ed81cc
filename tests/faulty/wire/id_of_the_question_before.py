"""Is one question behind: each reply goes out under the id before."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["id"] -= 1


altered(alter)
