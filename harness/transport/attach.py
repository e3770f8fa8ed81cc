"""From a loaded source to a port that can be fed: bind its shape, then try it once.

The shape leaves some things open: how an untyped port wants its arrays, and where it leaves
its result. `handing` settles them before anything is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from harness.languages.naming import says_another, says_rmsprop
from harness.model.errors import UsageError
from harness.model.observation import Observation, Unreachable, flat_gradients, flat_weights
from harness.ports.binding import BindingError, bind
from harness.ports.bound import Binding
from harness.ports.roles import Wanted
from harness.transport import handing
from harness.transport.attach_library import attach_library
from harness.transport.base import Description
from harness.transport.states import begun_as, taken_by
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

# What two methods make of a short trial in the same precision is as near as this, if it is one.
_NEAR = 1e-6


class Loading(handing.Conversation, Protocol):
    """The part of a transport that attaching needs."""

    def load(self) -> dict[str, Any]:
        """Load the source, return its shape. Raises Unreachable."""


def attach(conversation: Loading, wanted: Wanted | None) -> Description:
    """Load, bind and try a port. Raises Unreachable, BindingError, UsageError."""
    shape = conversation.load()
    if "library" in shape:
        return attach_library(conversation, shape, wanted or Wanted())
    if wanted and wanted.settings:
        settings = ", ".join(name for name, _ in wanted.settings)
        raise UsageError(
            f"--set {settings}: only the optimizer of a library has settings of its own"
        )
    binding = bind(shape, wanted)
    message, described, tried = settled(conversation, shape, binding)
    unlike = [b.types for b in binding.twins if _differs(conversation, shape, b, tried)]
    if binding.twins:
        conversation.bind(message)
    called = [*(message.get("construct") or []), *message["call"]]
    begun = zip(called, taken_by(shape, message), strict=False)
    unlike += [name for role, p in begun if role is not None for name in p.get("otherwise", ())]
    return replace(described, unlike=tuple(unlike))


def _differs(
    conversation: handing.Conversation, shape: dict[str, Any], twin: Binding, tried: Observation
) -> bool:
    """Whether what takes the same in other arrays works, and makes other weights of it."""
    try:
        other = settled(conversation, shape, twin)[2]
    except BindingError:
        return False
    except Unreachable as error:
        if error.fault.fatal:
            raise
        return False
    return makes_other(tried, other)


def makes_other(one: Observation, other: Observation) -> bool:
    """Whether two that work make other weights of the same."""
    both = one.fault is None and other.fault is None and other.facts.where != "nowhere"
    return both and not np.allclose(one.weights, other.weights, rtol=_NEAR, equal_nan=True)


def settled(
    conversation: handing.Conversation, shape: dict[str, Any], binding: Binding
) -> tuple[dict[str, Any], Description, Observation]:
    """Try a binding: the message in which all is settled, what it is, and what came of it.

    Raises:
        BindingError: no way of handing over the weights works.
        Unreachable: the port cannot be loaded any more.
    """
    ways = _ways(shape, binding)
    precisions = _precisions(shape, binding, ways[0])
    names = _storages(shape, binding)
    attempt = handing.chosen(conversation, binding.title, ways, precisions[0], names)
    if "step" not in attempt.way and _is_a_step(attempt.observation):
        raise BindingError(f"not bound: {binding.title} returns what is far from any weights")
    message = {**attempt.way, "result": _result(attempt.observation)}
    readable = attempt.fault is None or attempt.fault.kind == "garbled"
    if readable and attempt.observation.facts.pair:
        # Told apart by ordinary numbers, not by those of an edge.
        message["pair"] = attempt.observation.facts.pair
    if message.get("step") == "subtract" and _climbs(attempt.observation):
        message["step"] = "add"
    conversation.bind(message)
    precisions = _precisions(shape, binding, message)
    described = Description(
        str(shape["language"]),
        precisions,
        attempt.container,
        roles_of(message),
        guessed=binding.title if binding.guessed else "",
        chosen=binding.chosen,
        among=binding.among,
        given=", ".join(filter(None, (binding.given, _around(shape, message)))),
        otherwise="" if binding.told else otherwise(shape, binding.title.partition("(")[0]),
    )
    return message, described, attempt.observation


def otherwise(shape: Mapping[str, Any], name: str) -> str:
    """Where a source asks whether RMSProp is meant; empty where what is called says so itself."""
    chooses = shape.get("chooses", "")
    if isinstance(chooses, Mapping):
        chooses = chooses.get(name.partition(".")[0], "")
    return "" if says_rmsprop(name) or says_another(name) else str(chooses)


def _around(shape: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    """What else is called of a class in each step."""
    candidates = [c for c in shape.get("candidates", []) if c["class"] == message.get("class")]
    return str(candidates[0]["methods"][message["method"]].get("around", "")) if candidates else ""


def _is_a_step(tried: Observation) -> bool:
    """Whether what was returned for weights is nearer to nothing than to them."""
    if tried.facts.where != "returned" or not len(tried.weights):
        return False
    moved = tried.weights[0] - flat_weights(handing.TRIAL)
    return bool(np.abs(moved).sum() > np.abs(tried.weights[0]).sum())


def _climbs(tried: Observation) -> bool:
    """Whether a step that was subtracted went where the gradients point: it was negative."""
    if not len(tried.weights):
        return False
    moved = tried.weights[0] - flat_weights(handing.TRIAL)
    gradients, _ = flat_gradients(handing.TRIAL, 0, 1)
    return float((moved * gradients).sum()) > 0


def roles_of(message: Mapping[str, Any]) -> tuple[str, ...]:
    """The hyperparameters and options that a binding takes."""
    given = [*(message.get("construct") or []), *message["call"]]
    given += message.get("placed", {}).values()
    if message.get("step") == "rate" and "learning_rate" not in given:
        given.append("learning_rate")  # ours to multiply by
    return tuple(role for role in given if role in HYPERPARAMETERS + OPTIONS)


def _precisions(
    shape: dict[str, Any], binding: Binding, message: dict[str, Any]
) -> tuple[str, ...]:
    """What can be fed: what the types say, else what arrays so stored can hold."""
    if binding.element is not None:
        return (binding.element,)
    listed = shape.get("precisions") or [["float64"]]
    return tuple(listed[min(int(message["storage"]), len(listed) - 1)])


def _storages(shape: dict[str, Any], binding: Binding) -> Sequence[str]:
    """The ways to hold arrays that are open, by name; types may leave one alone."""
    if binding.storages:
        return binding.storages
    return shape.get("storages") or [binding.container or "arrays"]


# A host's initial states: nothing, nothing yet by name, zeros; then, where a language has them,
# the same in a reference. A host that has fewer takes its last.
_INITIAL_STATES = handing.ZEROS + 1


def _ways(shape: dict[str, Any], binding: Binding) -> list[dict[str, Any]]:
    """The binding in every storage and initial state that the types leave open, likeliest first."""
    stateful = "state" in binding.message["call"]
    states = int(shape.get("initial_states", _INITIAL_STATES)) if stateful else 1
    begun = begun_as(shape, binding.message)
    named = [f for f in shape.get("functions", ()) if f["name"] == binding.message.get("function")]
    prepared = [f["prepared"] for f in named if f.get("prepared")]
    return [
        {
            **binding.message,
            **begun,
            **({"prepare": prepare} if prepare else {}),
            "storage": storage,
            "initial": initial if stateful else handing.ZEROS,
        }
        for prepare in (*prepared, "")
        for storage in _open_storages(shape, binding)
        for initial in range(states)
    ]


def _open_storages(shape: dict[str, Any], binding: Binding) -> Sequence[int]:
    """The places of the storages in which what the source does with its parameters is possible."""
    every = range(len(_storages(shape, binding)))
    containers = shape.get("containers")
    if containers is None or binding.storages:
        return every
    if any("parts" in held for held in binding.containers):
        raise BindingError(f"not bound: {binding.title} takes several arrays in each element")
    if any("ahead" in held for held in binding.containers):
        raise BindingError(f"not bound: {binding.title} never asks for the first of a list")
    possible = set(containers).intersection(*binding.containers)
    # Where nothing seems to suit, each way is tried all the same, and says what it lacks.
    return [i for i in every if containers[i] in possible] or every


def _result(tried: Observation) -> str:
    where = tried.facts.where
    if where == "returned":
        return "returned"
    return "entries" if where in ("in place", "replaced") else "auto"
