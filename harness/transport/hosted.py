"""Ports in a worker process of ours: `jpype` for the JVM's languages, `local` for Python.

One worker (`hosting`) serves any number of ports, a class loader each. When it dies or hangs, the
scenario it was at carries the fault, and the next one finds a new worker with the port loaded and
bound again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from harness.model.observation import (
    Observation,
    Rows,
    Unreachable,
    flat_gradients,
    flat_weights,
)
from harness.ports.binding import bind
from harness.ports.offers import NEEDED, NUMBERS
from harness.ports.roles import Wanted
from harness.transport import frames
from harness.transport.about import About
from harness.transport.attach import attach, otherwise, roles_of
from harness.transport.base import LOADING_SECONDS, Description, Patience
from harness.transport.guess import WAIT, Budget, Guess, Guesses
from harness.transport.guesses import of_plans
from harness.transport.handing import TRIAL
from harness.transport.hosting import START_SECONDS, Worker
from harness.transport.loading import Loader
from harness.transport.replies import FORGED, fault_of, readable
from harness.transport.rereadings import has_unread, other_roles
from python_ref.scenarios.scenario import Scenario

# Steps a message, so that a scenario of a million elements is never whole in memory.
_MESSAGE_NUMBERS = 1 << 20
# Scenarios sent ahead of the reply that is awaited.
_AHEAD = 8


class HostedTransport:
    """A port behind a worker.

    Args:
        name: "jpype" or "local".
        port: the port's name, for messages.
        worker: the process it runs in, perhaps with others.
        source: what the worker's `load` is told: language, and where the source is.
        wanted: what the user said of its binding.
        timeout: seconds for one scenario.
        loading: seconds for what its source does while it is loaded.
        shared: the worker serves other ports, too, and does not end with this one.

    Attributes:
        partial: what was not there when its source was compiled; what names it cannot run.
        ours: its source is a text that was made of somebody's; how that ends is not theirs.
    """

    def __init__(
        self,
        name: str,
        port: str,
        worker: Worker,
        source: Mapping[str, Any],
        wanted: Wanted | None,
        timeout: float,
        loading: float = LOADING_SECONDS,
        *,
        shared: bool = False,
    ) -> None:
        self.name, self._shared = name, shared
        self._port, self._worker = port, worker
        self._wanted, self._patience = wanted, Patience(timeout)
        self._description: Description | None = None
        self._message: dict[str, Any] | None = None
        told = dict(source)
        self.partial = str(told.pop("partial", ""))
        self.ours = bool(told.pop("ours", False))
        self._loader = Loader(port, worker, told, loading)

    def describe(self) -> Description:
        """Load and bind the port. Raises Unreachable, BindingError."""
        if self._description is None:
            with readable():
                self._description = attach(self, self._wanted)
            self._patience.tried()
        return self._description

    @property
    def about(self) -> About:
        """What is known of its source, and of what is called in it now."""
        return About(self._shape, self._message)

    @property
    def _shape(self) -> dict[str, Any]:
        return self._loader.shape

    def guesses(self, budget: Budget) -> Guesses:
        """Ways to call the port that names do not settle, in time. Raises Unreachable."""
        if self.about.of_library:
            return Guesses((), ())
        with readable():
            guesses = of_plans(self, self._shape, self._wanted or Wanted(), budget)
        return replace(guesses, moved=tuple(map(self._told, guesses.moved)))

    def _told(self, guess: Guess) -> Guess:
        """A guess that says whether it leaves open which algorithm is meant."""
        left = otherwise(self._shape, guess.owner)
        return replace(guess, description=replace(guess.description, otherwise=left))

    def other_roles(self, budget: Budget) -> Guesses:
        """Other readings of the names of a bound port, in time. Raises Unreachable."""
        if self._description is None or self._message is None or "plan" in self._message:
            return Guesses((), ())
        if self.about.of_library:
            return Guesses((), ())
        way = self._message
        with readable():
            binding = bind(self._shape, self._wanted)
            guesses = other_roles(self, self._shape, binding, way, self._description, budget)
        self.bind(way)  # as it was
        return guesses

    @property
    def unread(self) -> bool:
        """Whether it takes a number, or lacks a hyperparameter, that a name may stand for."""
        if self._description is None or self._message is None or "plan" in self._message:
            return False
        if self.about.of_library:
            return False
        with readable():
            return has_unread(self._shape, self._message)

    @property
    def way(self) -> Guess:
        """How it is called now. It must have been described."""
        assert self._message is not None
        return Guess(self._message, "", self.describe(), 0)

    def adopt(self, guess: Guess) -> None:
        """Call the port in this way from now on."""
        self._description = guess.description
        self.bind(guess.message)
        self._patience.tried()

    def load(self) -> dict[str, Any]:
        """Load the source in the worker, return its shape. Raises Unreachable, UsageError."""
        return self._loader.load()

    def bind(self, message: dict[str, Any]) -> None:
        """Tell the host what to construct and call."""
        if self._loader.behind:
            self.load()  # the port took the worker with it when it was tried
        self._message = message
        request = {"do": "bind", "port": self._port, "binding": message}
        if failure := self._worker.ask(request, START_SECONDS).get("failure"):
            raise Unreachable(fault_of(failure))

    def explore(self, name: str, seconds: float) -> dict[str, Any]:
        """Ways to feed a class that its shape does not show. Raises Unreachable."""
        if self._loader.behind:
            self.load()
        request = {"do": "explore", "port": self._port, "class": name, "seconds": seconds}
        request["words"] = {"numbers": sorted(NUMBERS), "needed": sorted(NEEDED)}
        reply = self._worker.ask(request, seconds * WAIT + START_SECONDS)
        if failure := reply.get("failure"):
            raise Unreachable(fault_of(failure))
        explored = reply.get("explored")
        if not isinstance(explored, dict):
            raise Unreachable(FORGED)
        return explored

    def settings(self) -> dict[str, float]:
        """The numbers that it could be told in a way that is not taken, by path."""
        if not self.about.tellable or self.run(TRIAL, "float64").fault:
            return {}
        request = {"do": "settings", "port": self._port}
        settings = self._worker.ask(request, START_SECONDS).get("settings")
        if not isinstance(settings, dict):
            raise Unreachable(FORGED)
        return settings

    def run(self, scenario: Scenario, precision: str) -> Observation:
        """Feed a whole scenario; faults come back inside the observation."""
        with self._patience.watched():
            replies = self._messages(scenario, precision, self._batch(scenario))
            return self._settled(frames.observed(replies, scenario))

    def run_beside(self, scenario: Scenario, precision: str) -> Observation | None:
        """What another object does after one that was fed the same; None where none is made."""
        if not self.about.makes_objects:
            return None
        if self._batch(scenario) < scenario.steps or self.run(scenario, precision).fault:
            return None
        request = self._request(scenario, precision, 0, scenario.steps)
        request["open"]["beside"] = True
        return self._settled(frames.observed(self._asked(request), scenario))

    def _asked(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield self._worker.ask(request, self._patience.seconds)

    def _settled(self, observation: Observation) -> Observation:
        """End the worker where its process cannot be trusted any more."""
        if observation.fault and observation.fault.fatal:
            self._worker.reset()
        return observation

    def run_many(self, scenarios: Sequence[Scenario], precision: str) -> Iterator[Observation]:
        """Feed scenarios in turn, some ahead of their replies: the worker need not wait for us.

        A fault belongs to the scenario whose reply is missing, since replies come in order;
        what had been sent behind it is fed again, one by one.
        """
        try:
            for start in range(0, len(scenarios), _AHEAD):
                together = scenarios[start : start + _AHEAD]
                if any(self._batch(s) < s.steps for s in together):
                    yield from (self.run(s, precision) for s in together)
                else:
                    yield from self._together(together, precision)
        finally:
            self._worker.forget()

    def _together(self, scenarios: Sequence[Scenario], precision: str) -> Iterator[Observation]:
        try:
            self._revive()
        except Unreachable:
            yield from (self.run(s, precision) for s in scenarios)
            return
        posted, done = 0, 0
        for scenario in scenarios:
            request = self._request(scenario, precision, 0, scenario.steps)
            try:
                if not self._worker.post(request, self._patience.seconds):
                    break
            except Unreachable as error:
                done = 1
                yield Observation(np.zeros((0, scenario.size)), fault=error.fault)
                break
            posted += 1
        for scenario in scenarios[:posted]:
            done += 1
            observation = self._settled(frames.observed(self._collected(), scenario))
            yield observation
            if observation.fault and observation.fault.fatal:
                break
        if done == posted < len(scenarios):  # the next was not taken whole
            self._worker.reset()
        yield from (self.run(s, precision) for s in scenarios[done:])

    def _collected(self) -> Iterator[dict[str, Any]]:
        yield self._worker.collect(self._patience.seconds)

    def _request(self, scenario: Scenario, precision: str, start: int, stop: int) -> dict[str, Any]:
        """The message of steps start..stop; the first one opens the scenario."""
        assert self._message is not None  # nothing is fed before it is bound
        gradients, present = flat_gradients(scenario, start, stop)
        request: dict[str, Any] = {
            "do": "run",
            "port": self._port,
            "width": scenario.size,
            "steps": stop - start,
            "gradients": frames.to_bytes(gradients),
            "present": present,
        }
        if start == 0:
            request["open"] = {
                "precision": precision,
                "hyperparameters": _told(scenario, self._message),
                "names": list(scenario.names),
                "lengths": list(scenario.lengths),
                "weights": frames.to_bytes(flat_weights(scenario)),
                "whole": stop == scenario.steps,
            }
        return request

    def stream(self, scenario: Scenario, precision: str) -> Iterator[Rows]:
        """Feed a scenario step by step, yielding (N,) weights. Raises Unreachable."""
        for reply in self._messages(scenario, precision, 1):
            if failure := reply.get("failure"):
                raise Unreachable(fault_of(failure))
            yield from frames.from_bytes(reply.get("weights"), scenario.size)

    def restart(self) -> None:
        """End the process; the next scenario meets a new one, which was never asked anything."""
        self._worker.reset()

    def close(self) -> None:
        """End the worker, unless it serves other ports, too."""
        if not self._shared:
            self._worker.close()

    @staticmethod
    def _batch(scenario: Scenario) -> int:
        return max(1, _MESSAGE_NUMBERS // max(1, scenario.size))

    def _messages(self, scenario: Scenario, precision: str, batch: int) -> Iterator[dict[str, Any]]:
        """Replies to the scenario fed `batch` steps a message, until its end or a failure."""
        self._revive()
        deadline = time.monotonic() + self._patience.seconds
        for start in range(0, scenario.steps, batch):
            request = self._request(scenario, precision, start, min(start + batch, scenario.steps))
            if batch == 1:  # a streamed step is a scenario's worth of time
                deadline = time.monotonic() + self._patience.seconds
            reply = self._worker.ask(request, max(0.001, deadline - time.monotonic()))
            yield reply
            if reply.get("failure"):
                return

    def _revive(self) -> None:
        """After the worker's death: load and bind again in the new one."""
        while self._loader.behind:
            self.load()
            if self._message is not None:
                self.bind(self._message)
            if self._description is not None and self._patience.again():
                self.run(TRIAL, "float64")  # so that no scenario is the first
                self._patience.tried()


def _told(scenario: Scenario, message: Mapping[str, Any]) -> dict[str, float]:
    """The values of a scenario that a way to call a port takes, by role."""
    values = scenario.values(roles_of(message))
    if message.get("share"):
        values["decay_rate"] = 1 - values["decay_rate"]
    return values
