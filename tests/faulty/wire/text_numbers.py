"""Returns numbers as text."""

from wire import Message, altered


def alter(reply: Message) -> None:
    reply["weights"] = [
        {name: [str(x) for x in row] for name, row in step.items()} for step in reply["weights"]
    ]


altered(alter)
