"""Returns right weights beside a moving average of another shape."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["moving_average"] = [{"trap": [0.0]}] * len(reply["weights"])


altered(alter)
