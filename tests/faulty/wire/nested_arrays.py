"""Returns every array inside another one."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"][0]["trap"] = [reply["weights"][0]["trap"], []]


altered(alter)
