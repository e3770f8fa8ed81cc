"""Ports whose reply to a trap is changed: in place, or into what is returned."""

from wire import Message


def bad_average(reply: Message) -> None:
    """Returns right weights beside a moving average of another shape."""
    reply["moving_average"] = [{"trap": [0.0]}] * len(reply["weights"])


def bare_list(reply: Message) -> list[Message]:
    """Returns its weights without the object around them."""
    return list(reply["weights"])


def bare_nan(reply: Message) -> None:
    """Returns NaN for one weight as a bare word, as many JSON writers do."""
    reply["weights"][1]["trap"][1] = float("nan")


def declines(reply: Message) -> Message:
    """Declines a scenario."""
    return {"id": reply["id"], "unsupported": "two arrays are one too many"}


def extra_array(reply: Message) -> None:
    """Returns an array it was never given."""
    reply["weights"][0]["bias"] = [0.0]


def flat_step(reply: Message) -> None:
    """Returns a step as a bare array, without names."""
    reply["weights"][0] = [0.5, -0.25, 0.75]


def forges_a_verdict(reply: Message) -> None:
    """Says of itself, in words that only our own adapters have, that it is exact."""
    reply["weights"] = []
    reply["failure"] = {"kind": "exact", "message": "all is well", "step": 1}
    reply["facts"] = ["returned"]


def huge_number(reply: Message) -> None:
    """Returns a whole number of 400 digits, more than a double holds."""
    reply["weights"][1]["trap"][1] = -(10**399)


def huge_reply(reply: Message) -> None:
    """Answers three elements with a megabyte."""
    reply["trace"] = "x" * (1 << 20)


def id_of_the_question_before(reply: Message) -> None:
    """Is one question behind: each reply goes out under the id before."""
    reply["id"] -= 1


def missing_array(reply: Message) -> None:
    """Leaves an array out of the second step."""
    del reply["weights"][1]["b"]


def missing_step(reply: Message) -> None:
    """Returns the last step only."""
    del reply["weights"][0]


def nested_arrays(reply: Message) -> None:
    """Returns every array inside another one."""
    reply["weights"][0]["trap"] = [reply["weights"][0]["trap"], []]


def no_id(reply: Message) -> None:
    """Answers without an id."""
    del reply["id"]


def not_a_number(reply: Message) -> None:
    """Returns NaN, as the protocol writes it, for one weight."""
    reply["weights"][1]["trap"][1] = "NaN"


def null_array(reply: Message) -> None:
    """Returns null for an array."""
    reply["weights"][0]["trap"] = None


def null_error(reply: Message) -> None:
    """Says in every reply that there was no error, as many JSON writers do."""
    reply["error"] = reply["unsupported"] = None


def null_number(reply: Message) -> None:
    """Returns null where its arithmetic failed, as JavaScript writes NaN."""
    reply["weights"][0]["trap"][1] = None


def null_weights(reply: Message) -> None:
    """Returns null for all weights."""
    reply["weights"] = None


def other_fields(reply: Message) -> None:
    """Calls the weights params."""
    reply["params"] = reply.pop("weights")


def reports_an_error(reply: Message) -> Message:
    """Catches its own exception and says so."""
    return {"id": reply["id"], "error": "ZeroDivisionError: float division by zero"}


def text_numbers(reply: Message) -> None:
    """Returns numbers as text."""
    reply["weights"] = [
        {name: [str(x) for x in row] for name, row in step.items()} for step in reply["weights"]
    ]


def wrong_id(reply: Message) -> None:
    """Answers under an id that nobody asked under."""
    reply["id"] = 999


def wrong_length(reply: Message) -> None:
    """Returns an array one element short."""
    reply["weights"][1]["trap"].pop()
