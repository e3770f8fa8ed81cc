"""Fails at its third step only, and does not catch it."""

from wire import Message, serve


def misbehave(request: Message) -> None:
    for step, _ in enumerate(request["gradients"], 1):
        if step == 3:
            raise ArithmeticError("the third time")


serve(misbehave)
