"""A guess at how a port is called, those that came of trying, and the time that they may take."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.model.observation import Fault
from harness.ports.offers import EFFECTS
from harness.transport.base import Description

# What all guesses at a port may take together, and trying each once of that.
SECONDS = 20.0
_TRYING_SECONDS = 12.0
# How many are tried at most.
MOST = 120
KNOWN = (
    (),
    ("epsilon=inside",),
    ("epsilon=none",),
    ("initial_average=first_square",),
    ("average=leaky_sum",),
    ("average=swapped",),
    ("average=sum",),
    ("state=shared",),
    ("initial_average=first_square", "epsilon=inside"),
    ("average=leaky_sum", "epsilon=inside"),
    ("epsilon=on_step",),
    ("epsilon=on_weights",),
    ("epsilon=on_quotient",),
    ("epsilon=on_rate",),
)
"""What a guess may show in the trial that is known, the likeliest first."""


def owner_of(message: Mapping[str, Any]) -> str:
    """The class or function that is called, by what the host is told."""
    plan = message.get("plan", message)
    return str(plan.get("class") or plan["function"])


def names_in(message: Mapping[str, Any]) -> list[str]:
    """The same, and the names of the methods that are called."""
    plan, made = message.get("plan", message), message.get("graph", {}).get("plan", {})
    methods = [plan.get("method"), made.get("method"), made.get("type"), made.get("via")]
    methods += [call.get("method") for call in plan.get("calls", [])]
    return [owner_of(message), *(str(name) for name in methods if name is not None)]


def _without(message: Any, role: str) -> Any:
    """What a host is told, without a role: its keys are left out, its places in a call empty."""
    if isinstance(message, Mapping):
        kept = {k: v for k, v in message.items() if v not in (role, {"role": role})}
        return {k: _without(v, role) for k, v in kept.items()}
    if isinstance(message, list | tuple):
        return [None if one == role else _without(one, role) for one in message]
    return message


@dataclass(frozen=True)
class Guess:
    """A way to call a port in which its weights moved.

    Attributes:
        message: what the host is told.
        title: the same for people.
        description: what the port then says of itself.
        known: the place of what it shows in the trial among what is known, the reference first.
    """

    message: dict[str, Any]
    title: str
    description: Description
    known: int

    @property
    def assumed(self) -> bool:
        """Whether what stands in moves the weights itself, as nobody knows how it would."""
        text = json.dumps(self.message)
        return any(f'"effect": "{effect}"' in text for effect in EFFECTS)

    @property
    def explored(self) -> bool:
        """Whether it rests on what running the class showed, not on names and types."""
        return "graph" in self.message

    @property
    def begun(self) -> bool:
        """Whether a function of the port makes the state that the first call is handed."""
        initial = self.message.get("plan", {}).get("initial") or {}
        return "function" in initial

    def telling(self, places: Mapping[str, str]) -> Guess:
        """The same where numbers are told their roles, by their paths, once it is made."""
        roles = tuple(dict.fromkeys((*self.description.roles, *places.values())))
        message = {**self.message, "placed": dict(places)}
        return replace(self, message=message, description=replace(self.description, roles=roles))

    def telling_share(self) -> Guess:
        """The same where what is told the decay rate is told 1 - decay rate."""
        return replace(self, message={**self.message, "share": True})

    def without(self, role: str) -> Guess:
        """The same where a hyperparameter is told to nothing, and what took it has its default.

        >>> said = Description("Python", ())
        >>> made = Guess({"construct": ["epsilon"], "call": ["weights"]}, "", said, 0)
        >>> made.without("epsilon").message
        {'construct': [None], 'call': ['weights']}
        """
        roles = tuple(one for one in self.description.roles if one != role)
        message = _without(self.message, role)
        return replace(self, message=message, description=replace(self.description, roles=roles))

    @property
    def owner(self) -> str:
        """The class or function that is called."""
        return owner_of(self.message)


@dataclass(frozen=True)
class Guesses:
    """What came of trying: ways that moved weights, likeliest first, and why others are none."""

    moved: tuple[Guess, ...]
    failed: tuple[str, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def alike(self) -> bool:
        """Whether they are functions that show one known thing in the trial: one calls another."""
        known = {guess.known for guess in self.moved}
        functions = all("function" in guess.message.get("plan", {}) for guess in self.moved)
        return functions and len(known) == 1 and known != {len(KNOWN)}


class _Workers(threading.local):
    """What workers did for a thread that asked them."""

    seconds = 0.0


WORKERS = _Workers()
"""Processor time that workers took for the thread that asks."""

# So many times its budget guessing may last; until then what else a machine does changes no answer.
WAIT = 5


class Budget:
    """The processor time that guesses at one port may take, in trying and in judging.

    It is that of the thread that asks and of the workers that it asks, from the first time on.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._begun: tuple[float, float] | None = None

    @property
    def left(self) -> float:
        """Seconds that are left; not below 0."""
        return max(0.0, self._seconds - max(self._spent()))

    def to_try(self) -> Budget:
        """What of it may go into trying each guess once."""
        return Budget(min(_TRYING_SECONDS, self.left))

    @property
    def message(self) -> str:
        """That it ran out."""
        worked, waited = self._spent()
        if waited > worked:
            busy = "on a machine that is less busy more may come of it"
            return f"time ran out after {self._seconds * WAIT:g} s; {busy}"
        return f"time ran out after {self._seconds:g} s of guesses"

    def _spent(self) -> tuple[float, float]:
        """Seconds that were worked, and the share of those that may go by which did."""
        worked, now = time.thread_time() + WORKERS.seconds, time.monotonic()
        self._begun = self._begun or (worked, now)
        return worked - self._begun[0], (now - self._begun[1]) / WAIT
