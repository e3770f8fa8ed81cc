"""Says of itself, in words that only our own adapters have, that it is exact."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"] = []
    reply["failure"] = {"kind": "exact", "message": "all is well", "step": 1}
    reply["facts"] = ["returned"]


altered(alter)
