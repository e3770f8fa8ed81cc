"""From a loaded source to a port that can be fed: bind its shape, then try it once.

The shape leaves some things open: how an untyped port wants its arrays, and where it leaves
its result. One short scenario of ordinary numbers, fed before anything is judged, settles them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from harness.model.observation import Observation
from harness.ports.binding import Binding, Wanted, bind
from harness.transport.base import Description
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS
from python_ref.scenarios.scenario import Scenario


class Conversation(Protocol):
    """The part of a transport that attaching needs."""

    def load(self) -> dict[str, Any]:
        """Load the source, return its shape. Raises Unreachable."""

    def bind(self, message: dict[str, Any]) -> None:
        """Tell the host what to construct and call."""

    def run(self, scenario: Scenario, precision: str) -> Observation:
        """Feed a whole scenario."""


# Weights far larger than any step, so that weights are told from updates and averages; two
# arrays of different lengths, so that a wrong container shows.
TRIAL = Scenario(
    name="trial",
    catches="",
    learning_rate=0.125,
    decay_rate=0.5,
    epsilon=0.25,
    weights={"a": np.array([64.0, -96.0, 80.0]), "b": np.array([72.0, 112.0])},
    gradients=[{"a": np.array([1.0, -2.0, 0.5]), "b": np.array([-1.5, 3.0])}] * 2,
)


def attach(conversation: Conversation, wanted: Wanted | None) -> Description:
    """Load, bind and try a port. Raises Unreachable, BindingError."""
    shape = conversation.load()
    binding = bind(shape, wanted)
    ways = _ways(shape, binding)
    precisions = _precisions(shape, binding, ways[0])
    chosen, running, unnamed = None, None, None
    for message in ways:
        conversation.bind(message)
        tried = conversation.run(TRIAL, precisions[0])
        if tried.fault is None:
            found = {**message, "result": _result(tried)}
            if tried.facts.pair:  # told apart by ordinary numbers, not by those of an edge
                found["pair"] = tried.facts.pair
            running = running or found
            # A state that makes nothing move was perhaps not the one that was meant.
            if tried.facts.where != "nowhere" or "state" not in message["call"]:
                chosen = found
                break
        elif tried.fault.fatal and tried.fault.step is None:  # it took its process with it
            break
        elif "NameError" in tried.fault.message:
            unnamed = unnamed or message
    # Where all fail, a name that is missing says most of what is wrong, else zeros as the state.
    telling = _ZEROS if "state" in ways[0]["call"] else 0
    chosen = chosen or running or unnamed or ways[telling]
    conversation.bind(chosen)
    precisions = _precisions(shape, binding, chosen)
    return Description(str(shape["language"]), precisions, binding.roles)


def roles_of(message: Mapping[str, Any]) -> tuple[str, ...]:
    """The hyperparameters and options that a binding takes."""
    given = [*(message.get("construct") or []), *message["call"]]
    return tuple(role for role in given if role in HYPERPARAMETERS + OPTIONS)


def _precisions(
    shape: dict[str, Any], binding: Binding, message: dict[str, Any]
) -> tuple[str, ...]:
    """What can be fed: what the types say, else what arrays so stored can hold."""
    if binding.element is not None:
        return (binding.element,)
    listed = shape.get("precisions") or [["float64"]]
    return tuple(listed[min(int(message["storage"]), len(listed) - 1)])


# A host's initial states: nothing, nothing yet by name, zeros; then, where a language has them,
# the same in a reference. A host that has fewer takes its last.
_INITIAL_STATES = 3
_ZEROS = 2


def _ways(shape: dict[str, Any], binding: Binding) -> list[dict[str, Any]]:
    """The binding in every storage and initial state that the types leave open, likeliest first."""
    storages = range(max(1, len(shape.get("storages") or [])))
    stateful = "state" in binding.message["call"]
    states = int(shape.get("initial_states", _INITIAL_STATES)) if stateful else 1
    return [
        {**binding.message, "storage": storage, "initial": initial}
        for storage in storages
        for initial in range(states)
    ]


def _result(tried: Observation) -> str:
    where = tried.facts.where
    if where == "returned":
        return "returned"
    return "entries" if where in ("in place", "replaced") else "auto"
