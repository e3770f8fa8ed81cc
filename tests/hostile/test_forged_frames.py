"""What a port may write in place of its worker's answers: read as an answer, or garbled.

A port shares a process with the worker and can write to its pipe whatever it likes. Its words are
never a verdict, never a traceback, and whole numbers alone are compared.
"""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from faulty.faults import goldens
from hypothesis import given
from hypothesis import strategies as st

from harness.judging.judge import judge
from harness.judging.memory import Memory
from harness.model.errors import UsageError
from harness.model.observation import Observation, Unreachable
from harness.model.words import GOOD
from harness.ports.binding import BindingError
from harness.ports.targets import of_command
from harness.transport import frames
from harness.transport.hosted import HostedTransport
from harness.transport.replies import Broken, observed, parsed

PARAMETERS = [
    {"name": n, "kind": "any", "element": None, "type": "", "default": False}
    for n in ("weights", "gradients", "learning_rate", "decay_rate", "epsilon")
]
SHAPE: dict[str, Any] = {
    "language": "python",
    "candidates": [],
    "functions": [{"name": "update", "parameters": [PARAMETERS], "stateful": False}],
}
GOLDEN = goldens()[1]
STEPS, WIDTH = GOLDEN.scenario.steps, GOLDEN.scenario.size
RIGHT: dict[str, Any] = {
    "weights": frames.to_bytes(GOLDEN.weights),
    "moving_average": None,
    "failure": None,
    "facts": {"where": "in place", "gradients_changed": False, "container": "map"},
}


class Forging:
    """A worker in whose place a port answers."""

    python, generation, dead = "", 1, False

    def __init__(self, shape: Any, reply: Any) -> None:
        self.shape, self.reply = shape, reply

    def ask(self, request: dict[str, Any], _seconds: float) -> Any:
        """What the port wrote, to whatever was asked."""
        return {"shape": self.shape} if request["do"] == "load" else copy.deepcopy(self.reply)

    def post(self, *_: Any) -> bool:
        """Take it."""
        return True

    def collect(self, _seconds: float) -> Any:
        """What the port wrote."""
        return copy.deepcopy(self.reply)

    def admit(self, *_: Any) -> None:
        """Nothing."""

    boot = renew = reset = forget = close = admit


def transport(shape: Any = SHAPE, reply: Any = RIGHT) -> HostedTransport:
    worker: Any = Forging(shape, reply)
    return HostedTransport("local", "forged", worker, {"language": "python"}, None, 1.0)


def asked(reply: Any) -> Observation:
    one = transport(reply=reply)
    one._message, one._generation = {"call": []}, 1
    return one.run(GOLDEN.scenario, "float64")


FORGED = {
    "a good verdict": {"failure": {"kind": "exact", "message": ""}, "weights": b""},
    "another": {"failure": {"kind": "conforms", "message": "as asked"}},
    "a verdict of comparing": {"failure": {"kind": "diverges", "message": ""}, "weights": b""},
    "no kind": {"failure": {"message": "x"}},
    "a kind that is none": {"failure": {"kind": "fine", "message": "x"}},
    "a list for a failure": {"failure": [1], "weights": b""},
    "text for a failure": {"failure": "exact", "weights": b""},
    "a step before all": {"failure": {"kind": "crashes", "message": "", "step": -1}},
    "true for a step": {"failure": {"kind": "crashes", "message": "", "step": True}},
    "facts that are none": {"facts": {"where": "in the golden"}},
    "text for facts": {"facts": "in place"},
    "no weights": {"weights": None},
    "weights as numbers": {"weights": [0.5]},
    "half a number": {"weights": b"\0" * 4},
    "no step": {"weights": b""},
    "a step too few": {"weights": frames.to_bytes(GOLDEN.weights[:-1])},
    "a step too many": {"weights": frames.to_bytes(np.vstack([GOLDEN.weights] * 2))},
    "an average too short": {"moving_average": frames.to_bytes(GOLDEN.weights[:-1])},
}


def test_what_is_forged_here_would_be_exact_if_nothing_were_forged() -> None:
    observation = asked(RIGHT)
    assert observation.fault is None
    assert np.array_equal(observation.weights, GOLDEN.weights)


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_reply_is_garbled(how: str) -> None:
    fault = asked({**RIGHT, **FORGED[how]}).fault
    assert fault is not None
    assert (fault.kind, fault.fatal) == ("garbled", True)
    assert "the port wrote to its pipe" in fault.message


@pytest.mark.parametrize("how", FORGED)
def test_a_port_that_only_forges_is_judged_no_good(how: str) -> None:
    reply = {**RIGHT, **FORGED[how]}
    memory = Memory(seconds=0.1)  # why it is wrong where it answers is nothing to this
    result = judge(
        of_command(["forged"]), transport(reply=reply), lambda *_: goldens(), memory=memory
    )
    assert result.verdict.word == "garbled"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["exact", "crashes", "unsupported", "any", "map", "w", "in place"])
    | st.binary(max_size=24),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


def places(message: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a message can be changed: every key and every place of a list in it."""
    items = message.items() if isinstance(message, dict) else enumerate(message)
    found = []
    for key, value in items:
        found.append((*path, key))
        if isinstance(value, (dict, list)):
            found += places(value, (*path, key))
    return found


@st.composite
def changed(draw: st.DrawFn, message: dict[str, Any]) -> Any:
    """A message with up to three places changed, or gone."""
    message = copy.deepcopy(message)
    for _ in range(draw(st.integers(1, 3))):
        where = draw(st.sampled_from(places(message) or [()]))
        if not where:
            break
        holder: Any = message
        for key in where[:-1]:
            holder = holder[key]
        if draw(st.booleans()):
            holder[where[-1]] = draw(VALUES)
        else:
            del holder[where[-1]]
    return message


WHOLE = {
    **RIGHT,
    "failure": {"kind": "crashes", "message": "x", "step": 2, "line": 3, "error": "E"},
}


@given(changed(RIGHT) | changed(WHOLE) | st.dictionaries(st.text(max_size=8), VALUES))
def test_any_reply_is_read_or_refused(reply: Any) -> None:
    observation = asked(reply)
    if observation.fault is None:
        assert observation.weights.shape == (STEPS, WIDTH)
    else:
        assert observation.fault.kind not in (*GOOD, "diverges", "no-update")
        assert len(observation.weights) <= STEPS


@given(changed(SHAPE) | st.dictionaries(st.text(max_size=8), VALUES))
def test_any_shape_is_bound_or_refused(shape: Any) -> None:
    with suppress(Unreachable, BindingError, UsageError):
        transport(shape).describe()


@given(st.binary(max_size=64) | st.binary(max_size=40).map(lambda b: bytes([len(b), 0, 0, 0]) + b))
def test_any_bytes_are_a_message_or_none(data: bytes) -> None:
    buffer = bytearray(data)
    try:
        message = frames.take(buffer)
    except frames.msgspec.DecodeError:
        return
    assert message is None or isinstance(message, dict)


LINE = {
    "id": 1,
    "weights": [
        {n: [0.5] * k for n, k in zip(GOLDEN.scenario.names, GOLDEN.scenario.lengths, strict=True)}
    ]
    * STEPS,
}


@given(changed(LINE), st.booleans())
def test_any_line_is_read_or_garbled(reply: Any, hosted: bool) -> None:
    text = json.dumps(reply, default=repr).encode()
    try:
        observation = observed(parsed(text, 1), GOLDEN.scenario, "float64", hosted)
    except Broken:
        return
    if observation.fault is None:
        assert observation.weights.shape == (STEPS, WIDTH)
    else:
        assert observation.fault.kind not in (*GOOD, "diverges", "no-update")
